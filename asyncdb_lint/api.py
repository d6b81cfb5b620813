"""The linter for programs: what `asyncdb_lint` offers by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from asyncdb_lint.diagnostics import Diagnostic

if TYPE_CHECKING:
    from asyncdb_lint.settings import Settings


@dataclass(frozen=True, slots=True)
class FixResult:
    """What `fix_source` made of a source."""

    source: str
    """The source after all fixes; the same text where there was nothing to fix."""
    fixed: int
    """How many fixes were applied."""
    diagnostics: tuple[Diagnostic, ...]
    """The findings that are left."""


def lint_source(
    source: str | bytes, *, path: str | Path | None = None, settings: Settings | None = None
) -> list[Diagnostic]:
    """Lints one source, which need not be saved.

    Args:
        source: The text, or the bytes of a file with any declared encoding.
        path: Where it is or would be saved. Other modules of its project are then read from disk to follow imports;
            without it the source belongs to no project.
        settings: Which rules to run, and what baseline is known; without it every rule that is on by default, and no
            pyproject.toml is read.

    Raises:
        BaselineError: The baseline that settings name cannot be read.

    Example:
        >>> found = lint_source('''
        ... from databases import Database
        ... database = Database("sqlite:///app.db")
        ... async def save(name: str) -> None:
        ...     database.execute("INSERT INTO users VALUES (:name)", {"name": name})
        ... ''')
        >>> [(finding.code, finding.range.start.line) for finding in found]
        [('ADB101', 5)]
    """
    from asyncdb_lint.gate import Gate
    from asyncdb_lint.runner import lint

    file, data, chosen = _one_source(source, path, settings)
    return list(lint({file: chosen}, overrides={file: data}, gate=Gate.of({file: chosen})).diagnostics)


def lint_paths(paths: Iterable[str | Path], *, settings: Settings | None = None) -> list[Diagnostic]:
    """Lints the Python files under some files and folders, as `asyncdb-lint check` does.

    Args:
        paths: Files and folders; ignore files and excludes are honoured in folders.
        settings: The settings of every file; without it each file has those of the nearest pyproject.toml.

    Raises:
        SettingsError: A pyproject.toml holds a setting that cannot be honoured.
        MissingPath: A path does not exist.
        BaselineError: A baseline that settings name cannot be read.

    Example:
        >>> findings = lint_paths(["src", "tests"])  # doctest: +SKIP
        >>> any(finding.severity is Severity.ERROR for finding in findings)  # doctest: +SKIP
        False
    """
    from asyncdb_lint.files import find_files
    from asyncdb_lint.gate import Gate
    from asyncdb_lint.runner import lint
    from asyncdb_lint.settings import SettingsResolver

    found = find_files([Path(path) for path in paths], SettingsResolver(fixed=settings))
    return list(lint(found.files, gate=Gate.of(found.files)).diagnostics)


def fix_source(
    source: str, *, path: str | Path | None = None, settings: Settings | None = None, unsafe: bool = False
) -> FixResult:
    """Applies the safe fixes to one source; nothing is written to disk.

    Args:
        source: The text.
        path: Where it is or would be saved; fixes that would change other files too are left out.
        settings: Which rules to run, and what baseline is known, whose findings are not fixed; without it every rule
            that is on by default, and no pyproject.toml is read.
        unsafe: Applies unsafe fixes, too.

    Raises:
        BaselineError: The baseline that settings name cannot be read.

    Example:
        >>> result = fix_source('''
        ... from databases import Database
        ... database = Database("sqlite:///app.db")
        ... async def save(name: str) -> None:
        ...     database.execute("INSERT INTO users VALUES (:name)", {"name": name})
        ... ''')
        >>> print(result.source.splitlines()[-1])
            await database.execute("INSERT INTO users VALUES (:name)", {"name": name})
    """
    from asyncdb_lint.gate import Gate
    from asyncdb_lint.runner import fix

    file, data, chosen = _one_source(source, path, settings)
    run = fix({file: chosen}, overrides={file: data}, unsafe=unsafe, only=file, gate=Gate.of({file: chosen}))
    return FixResult(run.after.get(file, source), run.fixed, run.left.diagnostics)


def _one_source(
    source: str | bytes, path: str | Path | None, settings: Settings | None
) -> tuple[Path, bytes, Settings]:
    from asyncdb_lint.settings import Settings

    data = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    # The root folder holds no project, so nothing around the source is read.
    file = Path(Path.cwd().anchor, "source.py") if path is None else Path(path).absolute()
    return file, data, settings or Settings()
