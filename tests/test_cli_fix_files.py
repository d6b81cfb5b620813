"""`check --fix` and the files themselves: killed at any moment, changed by others, read-only, linked."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from .command import FIXED, PITFALL, QUIET, UNSAFE, Project

FILES = ("a.py", "b.py", "pkg/c.py")
# Runs the command line with one function changed: `MOMENT` is code that replaces it.
CHANGED = """\
import contextlib, os, pathlib, signal, sys
from asyncdb_lint import cli, runner
{moment}
sys.argv = ["asyncdb-lint", *sys.argv[1:]]
sys.exit(cli.main())
"""
KILL = """\
calls = 0
def dying(real):
    def call(*arguments, **named):
        global calls
        calls += 1
        if calls == {number} and {before}:
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*arguments, **named)
        if calls == {number}:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    return call
os.fsync = dying(os.fsync)
pathlib.Path.replace = dying(pathlib.Path.replace)
"""
MEDDLE = """\
real = runner.write
def write(run):
    pathlib.Path("a.py").write_text("mine = 1\\n")
    return real(run)
runner.write = write
"""

# A rule whose fix of `a.py` opens a string that swallows the next line, which a comment there happens to close.
WRONG_RULE = """\
import dataclasses
import asyncdb_lint.fixes.resolving
module = sys.modules["asyncdb_lint.fixes.resolving"]
real = module.resolve_plan
def wrong(plan):
    fix = real(plan)
    first, *others = fix.edits
    if first.path.name == "a.py":
        first = dataclasses.replace(first, content=first.content + "f(\'\'\'")
    return dataclasses.replace(fix, edits=(first, *others))
module.resolve_plan = wrong
"""


def run(project: Project, moment: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CHANGED.format(moment=moment), "check", *arguments],
        cwd=project.root, capture_output=True, check=False, text=True, timeout=60,
    )  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
# For each file: its temporary is synced (1), renamed (2), the folder is synced (3).
@pytest.mark.parametrize(("number", "before"), [(1, True), (1, False), (2, True), (2, False), (5, True), (5, False)])
def test_killed_at_any_step_each_file_is_old_or_new_and_the_next_run_does_the_rest(
    project: Project, number: int, before: bool
) -> None:
    for name in FILES:
        project.write(name, PITFALL)
    killed = run(project, KILL.format(number=number, before=before), "--fix")
    assert killed.returncode == -9, killed.stderr
    assert {project.read(name) for name in FILES} <= {PITFALL, FIXED}
    # What is left of the killed run is no Python file to anyone.
    assert sorted(project.check("--show-files").out.split()) == sorted(FILES)
    assert sorted(path.relative_to(project.root).as_posix() for path in project.root.rglob("*.py")) == sorted(FILES)
    assert project.check("--fix").code == 0
    assert {project.read(name) for name in FILES} == {FIXED}


def test_a_file_that_changed_since_it_was_read_is_left_and_the_rest_goes_on(project: Project) -> None:
    for name in FILES:
        project.write(name, PITFALL)
    ran = run(project, MEDDLE, "--fix")
    assert (ran.returncode, ran.stderr) == (2, f"error: {project.root / 'a.py'}: has changed since it was read\n")
    assert [project.read(name) for name in FILES] == ["mine = 1\n", FIXED, FIXED]


def test_a_fix_that_changes_more_than_it_names_is_refused_and_the_rest_goes_on(project: Project) -> None:
    opened = PITFALL.replace("    return user", "    text = 'kept'  # ''')\n    return user")
    for name in FILES:
        project.write(name, opened)
    ran = run(project, WRONG_RULE, "--fix")
    place = f"{project.root / 'a.py'}:7:12"
    assert ran.stderr == (
        f"warning: {place}: ADB101 not fixed: it would also change `text = 'kept'  # ''')`, "
        "which is a bug in the rule: please report it\n"
    )
    assert ran.returncode == 1
    assert [project.read(name) == opened for name in FILES] == [True, False, False]


def test_a_fix_over_several_files_is_written_whole_or_not_at_all(project: Project) -> None:
    project.write("app/__init__.py", "")
    project.write(
        "app/main.py", f"{UNSAFE.partition('@app')[0]}from app import users\n\napp.include_router(users.router)\n"
    )
    users = """\
from databases import Database
from fastapi import APIRouter

router = APIRouter()


@router.get("/users")
async def users():
    own = Database("sqlite:///other.db")
    await own.connect()
    rows = await own.fetch_all("SELECT * FROM users")
    await own.disconnect()
    return rows
"""
    project.write("app/users.py", users)
    main = project.read("app/main.py")
    (project.root / "app/main.py").chmod(0o444)
    ran = project.check("--fix", "--unsafe-fixes", "--select=ADB201")
    assert (ran.code, ran.err) == (2, f"error: {project.root / 'app/main.py'}: is read-only\n")
    assert (project.read("app/main.py"), project.read("app/users.py")) == (main, users)
    (project.root / "app/main.py").chmod(0o644)
    assert project.check("--fix", "--unsafe-fixes", "--select=ADB201").code == 0
    assert "lifespan" in project.read("app/main.py")
    assert project.read("app/users.py").count("own.connect()") == 0


@pytest.mark.parametrize(
    ("head", "encoding", "mark", "newline"),
    [
        ("# -*- coding: latin-1 -*-\n", "latin-1", b"", "\r\n"),
        ("#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n", "cp1252", b"", "\n"),
        ("", "utf-8", b"\xef\xbb\xbf", "\r\n"),
    ],
)
def test_the_fix_is_all_that_changes_in_a_file_of_any_encoding(
    project: Project, head: str, encoding: str, mark: bytes, newline: str
) -> None:
    def data(text: str) -> bytes:
        return mark + f"{head}{text}# \xe9t\xe9\n".replace("\n", newline).encode(encoding)

    file = project.root / "a.py"
    file.write_bytes(data(PITFALL))
    assert project.check("--fix").code == 0
    assert file.read_bytes() == data(FIXED)


def test_a_read_only_file_is_reported_and_the_rest_goes_on(project: Project) -> None:
    for name in FILES:
        project.write(name, PITFALL)
    (project.root / "b.py").chmod(0o444)
    ran = project.check("--fix")
    assert (ran.code, ran.err) == (2, f"error: {project.root / 'b.py'}: is read-only\n")
    assert [project.read(name) for name in FILES] == [FIXED, PITFALL, FIXED]


def test_mode_bits_and_links_stay(project: Project) -> None:
    script = project.write("bin/tool.py", "#!/usr/bin/env python\n" + PITFALL)
    script.chmod(0o755)
    link = project.root / "tool.py"
    link.symlink_to(script)
    assert project.check("--fix", "tool.py").code == 0
    assert link.is_symlink()
    assert script.stat().st_mode & 0o777 == 0o755
    assert script.read_text() == "#!/usr/bin/env python\n" + FIXED


def test_sound_files_are_not_even_touched(project: Project) -> None:
    file = project.write("app.py", QUIET)
    before = file.stat()
    assert project.check("--fix", "--unsafe-fixes").code == 0
    assert (file.stat().st_mtime_ns, file.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_the_summary_says_how_many_more_unsafe_fixes_would_mend(project: Project) -> None:
    project.write("app.py", UNSAFE)
    project.write("b.py", PITFALL)
    assert "[*] 1 fixable with --fix (1 more with --unsafe-fixes)." in project.check().out
    assert "1 fixable with --fix --unsafe-fixes." in project.check("--fix").out


def test_what_settings_call_unfixable_is_not_fixed(project: Project) -> None:
    project.write("app.py", PITFALL)
    project.check("--fix", "--config", "unfixable = ['ADB101']")
    assert project.read("app.py") == PITFALL
    (finding,) = json.loads(project.check("--output-format=json", "--config", "unfixable = ['ADB1']").out)
    assert finding["fix"]["applicability"] == "display"
    project.check("--fix", "--config", "extend-unsafe-fixes = ['ADB101']")
    assert project.read("app.py") == PITFALL
    project.check("--fix-only", "--unsafe-fixes", "--config", "extend-unsafe-fixes = ['ADB101']")
    assert project.read("app.py") == FIXED
