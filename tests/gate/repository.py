"""A real Git repository to lint in."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.command import Project


@dataclass(frozen=True, slots=True)
class Repository(Project):
    """A folder under version control, whatever the machine's own Git settings are."""

    def git(self, *arguments: str) -> str:
        """Runs Git as a user would."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        done = subprocess.run(
            ["git", "-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false",
             "-c", "protocol.file.allow=always", *arguments],
            cwd=self.root, env={**clean, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
            capture_output=True, check=True, text=True, timeout=60,
        )  # fmt: skip
        return done.stdout

    def commit(self, message: str = "Change") -> None:
        """Commits all there is."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--no-verify", "--allow-empty", f"--message={message}")


def new_repository(folder: Path) -> Repository:
    """Makes an empty repository on the branch `main`."""
    folder.mkdir(parents=True, exist_ok=True)
    repository = Repository(folder)
    repository.git("init", "--quiet", "--initial-branch=main")
    return repository
