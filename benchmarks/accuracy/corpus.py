"""Repositories on disk, and linting them as `asyncdb-lint check --isolated` would."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from asyncdb_lint.files import find_files
from asyncdb_lint.project import lint_files
from asyncdb_lint.session import Session
from asyncdb_lint.settings import RuleSelection, Settings, SettingsResolver

_IMPORT = re.compile(rb"^[ \t]*(?:from|import)[ \t]+databases\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Repository:
    """One checked-out repository: `group` says whether it uses the library `databases` or something else."""

    name: str
    root: Path
    group: str

    def files(self) -> tuple[Path, ...]:
        """The Python files that the linter would take by default."""
        return tuple(find_files([self.root], SettingsResolver(fixed=Settings())).files)

    def session(self) -> Session:
        """A session that takes the folder for the checkout it stands for: what lies in it is one project."""
        return Session(checkouts=(self.root,))

    def relative(self, path: Path) -> str:
        """A path as tables show it."""
        return path.relative_to(self.root).as_posix()


@dataclass(frozen=True, slots=True)
class Found:
    """One finding, as plain data that crosses processes; `lines` are its own and those of its related places."""

    code: str
    severity: str
    path: Path
    line: int
    column: int
    message: str
    related: tuple[tuple[Path, int], ...] = ()


def read_repositories(table: Path | None, corpus: Path, *, group: str | None = None) -> list[Repository]:
    """Reads the repositories of a table, or takes every folder of the corpus; its group is what its files import."""
    if table is None:
        return [Repository(path.name, path, _group_of(path)) for path in sorted(corpus.iterdir()) if path.is_dir()]
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    found = [Repository(row["folder"], corpus / row["folder"], row["group"]) for row in rows]
    return [item for item in found if item.root.is_dir() and group in (None, item.group)]


def _group_of(root: Path) -> str:
    imported = any(_IMPORT.search(path.read_bytes()) for path in root.rglob("*.py") if path.is_file())
    return "databases" if imported else "other"


def lint_repository(
    files: Sequence[Path],
    session: Session,
    overrides: Mapping[Path, bytes] | None = None,
    codes: Iterable[str] = (),
) -> list[Found]:
    """Lints a whole repository with default settings, some files with contents of our own, only some rules if asked.

    A session keeps what stays the same from one call to the next.
    """
    selection = (RuleSelection(select=tuple(codes)),) if codes else ()
    result = lint_files(files, settings=Settings(selections=selection), overrides=overrides or {}, session=session)
    return [
        Found(
            item.code,
            item.severity.value,
            item.path,
            item.range.start.line,
            item.range.start.column,
            item.message,
            tuple((place.path, place.range.start.line) for place in item.related),
        )
        for item in result.diagnostics
    ]
