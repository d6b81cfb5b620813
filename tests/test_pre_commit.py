"""The hooks as users get them: pre-commit builds their environment from the project and runs them in a repository."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.project_tree import commit_all, copy_project

SOUND = """\
from databases import Database

database = Database("sqlite:///app.db")


async def name_of(user_id: int):
    row = await database.fetch_one("SELECT name FROM users WHERE id = :id", {"id": user_id})
    return row["name"] if row else None
"""
PITFALL = SOUND.replace("await ", "")


@dataclass(frozen=True, slots=True)
class Hooks:
    """The project as a hook repository, and a pre-commit that keeps its environments apart from the user's."""

    project: Path
    home: Path

    def run(self, hook: str, repository: Path, *, staged_only: bool = False) -> subprocess.CompletedProcess[str]:
        """Runs one hook on all files of a repository, or as a commit of what is staged would."""
        if not staged_only:
            git = ["git", "-c", "safe.directory=*", "add", "--all"]
            subprocess.run(git, cwd=repository, check=True)
        which = [] if staged_only else ["--all-files"]
        command = [sys.executable, "-m", "pre_commit", "try-repo", str(self.project), hook, *which, "--verbose"]
        return self.call(command, repository)

    def install(self, repository: Path, hook: str) -> None:
        """Writes the settings that the documentation shows, and puts pre-commit into the repository."""
        revision = self.call(["git", "rev-parse", "HEAD"], self.project).stdout.strip()
        (repository / ".pre-commit-config.yaml").write_text(
            f"repos:\n  - repo: {self.project}\n    rev: {revision}\n    hooks:\n      - id: {hook}\n"
        )
        commit_all(repository)
        done = self.call([sys.executable, "-m", "pre_commit", "install"], repository)
        assert done.returncode == 0, done.stderr

    def commit(self, repository: Path) -> tuple[bool, str]:
        """Commits what is staged, as a user does; says whether that went, and what was said."""
        user = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]
        done = self.call(["git", *user, "commit", "--quiet", "--message=Change"], repository)
        return done.returncode == 0, done.stdout + done.stderr

    def call(self, command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
        # The outer repository's hooks, if the tests run inside one, must not leak in.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        return subprocess.run(
            command,
            cwd=folder,
            env={**environment, "PRE_COMMIT_HOME": str(self.home), "PRE_COMMIT_COLOR": "never"},
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Hooks:
    project = copy_project(tmp_path_factory.mktemp("hooks"))
    commit_all(project)
    return Hooks(project, tmp_path_factory.mktemp("home"))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A user's repository with a sound module and, in an excluded folder, one that is not."""
    for name, text in {
        "app.py": SOUND,
        "notes.txt": "database.execute\n",
        "generated/old.py": PITFALL,
        "pyproject.toml": "[tool.asyncdb-lint]\nextend-exclude = ['generated']\n",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    commit_all(tmp_path)
    return tmp_path


def test_both_hooks_pass_over_sound_and_excluded_files(hooks: Hooks, repository: Path) -> None:
    for hook in ("asyncdb-lint", "asyncdb-lint-fix"):
        done = hooks.run(hook, repository)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "All checks passed!" in done.stdout
    assert (repository / "generated" / "old.py").read_text() == PITFALL


def test_the_linting_hook_stops_the_commit_and_changes_nothing(hooks: Hooks, repository: Path) -> None:
    (repository / "app.py").write_text(PITFALL)
    done = hooks.run("asyncdb-lint", repository)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "ADB101 [*] " in done.stdout
    assert " --> app.py:7:11" in done.stdout
    assert (repository / "app.py").read_text() == PITFALL


def test_the_fixing_hook_fixes_and_then_passes(hooks: Hooks, repository: Path) -> None:
    (repository / "app.py").write_text(PITFALL)
    first = hooks.run("asyncdb-lint-fix", repository)
    assert first.returncode == 1, first.stdout + first.stderr
    assert "files were modified by this hook" in first.stdout
    assert (repository / "app.py").read_text() == SOUND
    assert hooks.run("asyncdb-lint-fix", repository).returncode == 0


def test_a_commit_is_judged_by_what_is_staged_with_the_whole_project_in_view(hooks: Hooks, repository: Path) -> None:
    (repository / "db.py").write_text(SOUND.partition("\n\n\n")[0] + "\n")
    (repository / "old_name.py").write_text(PITFALL)
    commit_all(repository)
    # Only `users.py` is passed: what `database` is, stands in a file that is not part of the commit.
    users = "from db import database\n" + SOUND.partition("\n\n\n")[2]
    (repository / "users.py").write_text(users.replace("await ", ""))
    (repository / "broken.py").write_text("def f(:\n")
    git = ["git", "-c", "safe.directory=*"]
    subprocess.run([*git, "add", "users.py", "broken.py"], cwd=repository, check=True)
    subprocess.run([*git, "mv", "old_name.py", "new_name.py"], cwd=repository, check=True)
    # Not staged: the hook judges the commit, not the work tree, and gives this back afterwards.
    (repository / "users.py").write_text(users)
    (repository / "app.py").write_text(PITFALL)
    done = hooks.run("asyncdb-lint", repository, staged_only=True)
    assert done.returncode == 1, done.stdout + done.stderr
    for place in ("users.py:3:11", "broken.py:1:7", "new_name.py:7:11"):
        assert f" --> {place}" in done.stdout
    assert "app.py" not in done.stdout
    assert "old_name.py" not in done.stdout
    assert (repository / "users.py").read_text() == users


@pytest.mark.parametrize("hook", ["asyncdb-lint", "asyncdb-lint-fix"])
def test_a_real_commit_of_a_rename_a_partly_staged_file_and_a_syntax_error(
    hooks: Hooks, repository: Path, hook: str
) -> None:
    users = "from db import database\n" + SOUND.partition("\n\n\n")[2]
    (repository / "db.py").write_text(SOUND.partition("\n\n\n")[0] + "\n")
    (repository / "users.py").write_text(users)
    (repository / "old.py").write_text(SOUND)
    hooks.install(repository, hook)
    git = ["git", "-c", "safe.directory=*"]
    subprocess.run([*git, "mv", "old.py", "new.py"], cwd=repository, check=True)
    (repository / "broken.py").write_text("def f(:\n")
    (repository / "users.py").write_text(users.replace("await ", ""))
    subprocess.run([*git, "add", "broken.py", "users.py"], cwd=repository, check=True)
    # What is not staged stays out of it, and is there again afterwards.
    unstaged = users.replace("await ", "") + "\n\n# later\n"
    (repository / "users.py").write_text(unstaged)
    went, said = hooks.commit(repository)
    assert not went
    assert " --> broken.py:1:7" in said
    if hook == "asyncdb-lint":
        assert " --> users.py:3:11" in said
    else:
        # The fix stands too near to what is not staged: pre-commit takes it back rather than lose that.
        assert "files were modified by this hook" in said
        assert "Rolling back fixes" in said
    assert (repository / "users.py").read_text() == unstaged
    (repository / "broken.py").unlink()
    (repository / "users.py").write_text(users)
    subprocess.run([*git, "add", "--all"], cwd=repository, check=True)
    went, said = hooks.commit(repository)
    assert went, said
    listed = subprocess.run([*git, "show", "--stat", "--format="], cwd=repository, check=True, capture_output=True)
    assert b"old.py => new.py" in listed.stdout
