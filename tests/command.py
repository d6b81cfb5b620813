"""Sources to lint, and the command line run on them as its users run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

QUIET = """\
from databases import Database

database = Database("sqlite:///app.db")


async def name_of(user_id: int):
    return await database.fetch_one("SELECT name FROM users WHERE id = :id", {"id": user_id})
"""
PITFALL = QUIET.replace("return await database", "user = database") + "    return user is None\n"
FIXED = PITFALL.replace("user = database", "user = await database")
UNSAFE = """\
from databases import Database
from fastapi import FastAPI

app = FastAPI()
database = Database("sqlite:///app.db")


@app.get("/users")
def users():
    return database.fetch_all("SELECT * FROM users")
"""
UNSAFELY_FIXED = UNSAFE.replace("def users", "async def users").replace("return ", "return await ")
INTERPOLATED = QUIET.replace(": int", ": str").replace('"SELECT', 'f"SELECT').replace(":id", "{user_id}")
BROKEN = "def f(:\n"


@dataclass(frozen=True, slots=True)
class Ran:
    """How a run ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with files, and the linter run inside it as its users run it."""

    root: Path

    def write(self, name: str, text: str | bytes) -> Path:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    def read(self, name: str) -> str:
        return (self.root / name).read_bytes().decode()

    def run(self, *arguments: str, stdin: str | None = None, **environment: str) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "asyncdb_lint", *arguments],
            cwd=self.root,
            input=None if stdin is None else stdin.encode(),
            env={"PYTHONIOENCODING": "utf-8", **os.environ, **environment},
            capture_output=True,
            check=False,
            timeout=60,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    def check(self, *arguments: str, stdin: str | None = None, **environment: str) -> Ran:
        return self.run("check", *arguments, stdin=stdin, **environment)

    def codes(self, *arguments: str) -> list[str]:
        return [finding["code"] for finding in json.loads(self.check("--output-format=json", *arguments).out)]
