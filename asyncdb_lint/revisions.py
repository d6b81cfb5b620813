"""Which lines differ from a Git revision, without running anything that a repository's configuration names.

Git is asked for names and for the contents of objects only: it never reads the work tree, so no filter, textconv,
external diff, file system monitor or hook of the repository runs, and no missing object is fetched. The lines are
compared here.
"""

from __future__ import annotations

import difflib
import os
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from asyncdb_lint.decoding import UnparsableFile, decode
from asyncdb_lint.diagnostics import Diagnostic, Range
from asyncdb_lint.problems import MendableError

_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_MANY_LINES = 2000
_GIT = (
    "git", "--no-pager", "--literal-pathspecs", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null",
    "-c", "core.untrackedCache=false", "-c", "safe.bareRepository=explicit",
)  # fmt: skip
# No transport is allowed, so that an object that is missing is missing; the index is read, never refreshed.
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}  # fmt: skip


class RevisionError(MendableError):
    """Why nothing can be compared with a revision, and what to do about it; the message is one line."""


class Changes(NamedTuple):
    """What of a file is not as it was: its changed lines, and the lines behind which some are gone."""

    lines: frozenset[int]
    gaps: frozenset[int] = frozenset()

    def touch(self, place: Range) -> bool:
        """Says whether a line of a place has changed, or one between its lines is gone."""
        first, last = place.start.line, place.end.line
        return any(first <= line <= last for line in self.lines) or any(first <= gap < last for gap in self.gaps)


@dataclass(slots=True)
class Comparison:
    """Files compared with the point where the current branch left a revision."""

    top: Path
    """The root of the repository."""
    base: str
    """The commit that files are compared with."""
    _blobs: Mapping[str, str]
    """The files of that commit, by their names now, with the names of their objects."""
    _texts: dict[str, str] = field(default_factory=dict)
    _inside: dict[Path, bool] = field(default_factory=dict)

    @classmethod
    def with_revision(cls, revision: str, folder: Path) -> Comparison:
        """Compares the repository around a folder with the merge base of HEAD and a revision."""
        top = _top(folder)
        base = _merge_base(revision, top)
        blobs = _blobs(base, top)
        for before, after in _renames(base, top):
            if before in blobs and after not in blobs:
                blobs[after] = blobs.pop(before)
        return cls(top, base, blobs)

    def is_inside(self, path: Path) -> bool:
        """Says whether a file belongs to the repository itself: neither lies outside nor in a repository inside."""
        folder = path.parent
        if folder not in self._inside:
            real = Path(os.path.realpath(folder))
            nearest = next((parent for parent in (real, *real.parents) if (parent / ".git").exists()), None)
            self._inside[folder] = nearest == self.top
        return self._inside[folder]

    def changes(self, path: Path, text: str) -> Changes:
        """What has changed in a file that has this text now; all of it in a file that is new."""
        blob = self._blobs.get(_name(path, self.top))
        if blob is None:
            return Changes(frozenset(range(1, len(_lines(text)) + 2)))
        if blob not in self._texts:
            self._texts[blob] = _text(_object(blob, self.top))
        return _compared(_lines(self._texts[blob]), _lines(text))

    def concerns(self, diagnostic: Diagnostic, sources: Mapping[Path, str]) -> bool:
        """Says whether a finding, or a place that explains it, is on changed lines.

        What explains a finding is often what brought it about: the loop that a query now stands in. Where a file
        cannot be parsed, any change in it may be why.
        """
        if not self.is_inside(diagnostic.path):
            return False
        if diagnostic.code == "ADB001":
            changes = self.changes(diagnostic.path, sources[diagnostic.path])
            return bool(changes.lines or changes.gaps)
        places = [(diagnostic.path, diagnostic.range), *((place.path, place.range) for place in diagnostic.related)]
        return any(
            self.changes(path, sources[path]).touch(place)
            for path, place in places
            if path in sources and self.is_inside(path)
        )


def _compared(before: Sequence[str], now: Sequence[str]) -> Changes:
    """The lines of a text that another one lacks; line ends do not count."""
    start = 0
    while start < min(len(before), len(now)) and before[start] == now[start]:
        start += 1
    end = 0
    while end < min(len(before), len(now)) - start and before[-1 - end] == now[-1 - end]:
        end += 1
    old, new = before[start : len(before) - end], now[start : len(now) - end]
    lines: set[int] = set()
    gaps: set[int] = set()
    # Long texts of few different lines take quadratic time unless frequent lines are left aside.
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=max(len(old), len(new)) > _MANY_LINES)
    for kind, _, _, first, last in matcher.get_opcodes():
        if kind == "delete":
            gaps.add(start + first)
        elif kind != "equal":
            lines.update(range(start + first + 1, start + last + 1))
    return Changes(frozenset(lines), frozenset(gaps))


def _lines(text: str) -> list[str]:
    return [line.rstrip("\r\n") for line in _LINE.findall(text)]


def _text(data: bytes) -> str:
    try:
        return decode(data)[0]
    except UnparsableFile:
        return data.decode("utf-8", "replace")


def _name(path: Path, top: Path) -> str:
    # Only folders are resolved: a link in the work tree is a file of its own to Git.
    return Path(os.path.relpath(Path(os.path.realpath(path.parent), path.name), top)).as_posix()


def _top(folder: Path) -> Path:
    done = _run("rev-parse", "--show-toplevel", folder=folder)
    if done.returncode == 0:
        return Path(os.path.realpath(os.fsdecode(done.stdout.removesuffix(b"\n"))))
    problem = _problem(done)
    if "dubious ownership" in problem:
        raise RevisionError(
            f"the repository around {folder} belongs to another user; if you trust it, run "
            "`git config --global --add safe.directory` with its folder"
        )
    if "not a git repository" in problem or "must be run in a work tree" in problem:
        raise RevisionError(f"{folder} is in no Git work tree; lint a clone, or leave out --since")
    raise RevisionError(f"Git cannot read the repository around {folder}: {problem}")


def _merge_base(revision: str, top: Path) -> str:
    is_shallow = _run("rev-parse", "--is-shallow-repository", folder=top).stdout.strip() == b"true"
    remedy = "this clone is shallow: fetch its history with `git fetch --unshallow` (GitHub Actions: `fetch-depth: 0`)"
    if not revision or "\0" in revision or "\n" in revision:
        raise RevisionError("name a revision, such as `origin/main`")
    for name in ("HEAD", revision):
        done = _run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}", folder=top)
        if done.returncode:
            if name == "HEAD":
                raise RevisionError("the repository has no commit yet; commit first, or leave out --since")
            way = remedy if is_shallow else "fetch it, or see `git branch --all`"
            raise RevisionError(f"`{revision}` is no revision of this repository; {way}")
    commit = done.stdout.decode().strip()
    done = _run("merge-base", "HEAD", commit, folder=top)
    if done.returncode:
        way = remedy if is_shallow else "name a revision that shares history with it"
        raise RevisionError(f"`{revision}` and HEAD have no commit in common; {way}")
    return done.stdout.decode().split()[0]


def _blobs(commit: str, top: Path) -> dict[str, str]:
    """The files of a commit, with the names of their objects."""
    found: dict[str, str] = {}
    for entry in _output("ls-tree", "-r", "-z", "--full-tree", commit, folder=top).split(b"\0")[:-1]:
        about, _, name = entry.partition(b"\t")
        _, kind, blob = about.split(b" ")
        if kind == b"blob":
            found[os.fsdecode(name)] = blob.decode()
    return found


def _renames(commit: str, top: Path) -> Iterable[tuple[str, str]]:
    """The files that were renamed since a commit, also if that is only staged."""
    listed = _output(
        "diff-index", "--cached", "--raw", "-z", "--find-renames", "-l0", "--diff-filter=R", "--no-ext-diff",
        "--no-textconv", "--ignore-submodules=all", commit, "--", folder=top,
    )  # fmt: skip
    fields = [os.fsdecode(part) for part in listed.split(b"\0")[:-1]]
    return zip(fields[1::3], fields[2::3], strict=True)


def _object(blob: str, top: Path) -> bytes:
    done = _run("cat-file", "blob", blob, folder=top)
    if done.returncode:
        raise RevisionError(
            "the clone lacks contents of old files (a partial clone, or a broken one); run "
            "`git fetch --refetch --no-filter`, or clone it without --filter"
        )
    return done.stdout


def _output(*arguments: str, folder: Path) -> bytes:
    done = _run(*arguments, folder=folder)
    if done.returncode:
        raise RevisionError(f"`git {arguments[0]}` failed: {_problem(done)}")
    return done.stdout


def _problem(done: subprocess.CompletedProcess[bytes]) -> str:
    return " ".join(os.fsdecode(done.stderr).split()).removeprefix("fatal: ") or f"exit code {done.returncode}"


def _run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    # What a hook's environment says about the repository must not lead to another one, nor to another diff program.
    kept = {name: value for name, value in os.environ.items() if name not in ("GIT_EXTERNAL_DIFF", "GIT_PREFIX")}
    try:
        return subprocess.run(  # noqa: S603 - a fixed program with arguments, no shell
            [*_GIT, *arguments], cwd=folder, env={**kept, **_ENVIRONMENT}, capture_output=True, check=False
        )
    except FileNotFoundError as error:
        if not Path(folder).is_dir():
            raise RevisionError(f"{folder} is no folder") from error
        raise RevisionError("Git is not installed; install it, or leave out --since") from error
