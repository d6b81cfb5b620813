"""What a project asks of the linter: `[tool.asyncdb-lint]` in the nearest pyproject.toml.

The command line, the pre-commit hooks and the editor all resolve settings here, folder by folder, so a file gets
the same answer wherever it is linted from.
"""

from __future__ import annotations

import difflib
import functools
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asyncdb_lint.pages import rule_names

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

DEFAULT_EXCLUDES = (
    ".bzr",
    ".direnv",
    ".eggs",
    ".git",
    ".git-rewrite",
    ".hg",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".nox",
    ".pants.d",
    ".pyenv",
    ".pytest_cache",
    ".pytype",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    ".vscode",
    "__pypackages__",
    "_build",
    "buck-out",
    "build",
    "dist",
    "node_modules",
    "site-packages",
    "venv",
)
TABLE = "asyncdb-lint"


class SettingsError(Exception):
    """A setting that cannot be honoured; the message is one line, with file and line where there is one."""


@dataclass(frozen=True, slots=True)
class RuleSelection:
    """One layer of choices; a `select` starts afresh, everything else refines what stood before."""

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def decide(self, code: str, before: bool) -> bool:
        """Says whether a rule is on after this layer: the most specific prefix wins, and `ignore` wins a tie."""
        chosen = _specificity(code, (*(self.select or ()), *self.extend_select))
        ignored = _specificity(code, self.ignore)
        if chosen < 0 and ignored < 0:
            return before and self.select is None
        return chosen > ignored


@dataclass(frozen=True, slots=True)
class Settings:
    """The resolved settings of the files in one folder.

    >>> Settings(selections=(RuleSelection(select=("ADB1",)),)).enables("ADB401")
    False
    """

    root: Path = field(default_factory=Path.cwd)
    """The folder that patterns are relative to."""
    file: Path | None = None
    """The pyproject.toml these settings come from."""
    selections: tuple[RuleSelection, ...] = ()
    exclude: tuple[str, ...] = DEFAULT_EXCLUDES
    extend_exclude: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def enables(self, code: str, *, default: bool = True) -> bool:
        """Says whether a rule is on in this project; `default` is what it is when nobody mentions it."""
        enabled = default
        for selection in self.selections:
            enabled = selection.decide(code, enabled)
        return enabled

    def ignores_in(self, path: Path, code: str) -> bool:
        """Says whether `per-file-ignores` turns a rule off for one file."""
        return any(
            _specificity(code, codes) >= 0 and _matches_file(pattern, self._relative(path))
            for pattern, codes in self.per_file_ignores
        )

    def excludes(self, path: Path, *, is_folder: bool = False) -> bool:
        """Says whether a file or folder is left out by `exclude` and `extend-exclude`, by itself, not by a parent."""
        if path.name in self.exclude:
            return True
        if self.exclude == DEFAULT_EXCLUDES and not self.extend_exclude:
            return False
        spec = _compile((*self.exclude, *self.extend_exclude))
        return spec.match_file(self._relative(path) + ("/" if is_folder else ""))

    def selecting(self, selection: RuleSelection) -> Settings:
        """Puts one more layer of choices, such as the command line's, on top."""
        return replace(self, selections=(*self.selections, selection))

    def _relative(self, path: Path) -> str:
        return Path(os.path.relpath(path, self.root)).as_posix()


def parse_selectors(text: Iterable[str], *, origin: str) -> tuple[str, ...]:
    """Turns codes, prefixes, rule names and `ALL`, also comma separated, into code prefixes."""
    return tuple(_prefix(part.strip(), origin) for item in text for part in item.split(",") if part.strip())


class SettingsResolver:
    """Resolves settings folder by folder and reads each pyproject.toml once; the nearest with our table counts.

    With `fixed` no file is read and these settings hold everywhere. `selection` is the command line's layer, on top.
    """

    def __init__(self, *, fixed: Settings | None = None, selection: RuleSelection | None = None) -> None:
        self._fixed = fixed
        self._selection = selection
        self._by_folder: dict[Path, Settings] = {}

    def for_folder(self, folder: Path) -> Settings:
        """Returns the settings of the files that lie directly in a folder."""
        if folder not in self._by_folder:
            self._by_folder[folder] = self._resolve(folder)
        return self._by_folder[folder]

    def _resolve(self, folder: Path) -> Settings:
        settings = self._fixed or read_settings(folder / "pyproject.toml")
        if settings is None and folder.parent != folder:
            return self.for_folder(folder.parent)
        settings = settings or Settings()
        return settings if self._selection is None else settings.selecting(self._selection)


def read_settings(file: Path) -> Settings | None:
    """Reads one pyproject.toml; None where there is no such file or no `[tool.asyncdb-lint]` in it."""
    try:
        data = file.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as error:
        raise SettingsError(f"{_shown(file)}: cannot be read: {error.strerror}") from error
    # Most projects that are merely walked past never mention the linter, and need no TOML reader.
    if TABLE.encode() not in data:
        return None
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        text = data.decode("utf-8")
        tool = tomllib.loads(text).get("tool", {})
    except UnicodeDecodeError as error:
        raise SettingsError(f"{_shown(file)}: is not UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise SettingsError(f"{_shown(file)}:{line[1] if line else 1}: {error}") from error
    table = tool.get(TABLE) if isinstance(tool, dict) else None
    if table is None:
        return None
    if not isinstance(table, dict):
        raise SettingsError(f"{_shown(file)}: `tool.{TABLE}` must be a table")
    return _Reader(file, text, table).settings()


@dataclass(frozen=True, slots=True)
class _Reader:
    """Validates one `[tool.asyncdb-lint]` table."""

    file: Path
    text: str
    table: Mapping[str, Any]

    def settings(self) -> Settings:
        readers: dict[str, Callable[[str], object]] = {
            "select": self._codes,
            "ignore": self._codes,
            "extend-select": self._codes,
            "exclude": self._strings,
            "extend-exclude": self._strings,
            "per-file-ignores": self._per_file_ignores,
        }
        for key in self.table:
            if key not in readers:
                raise self._error(key, f"unknown setting `{key}`{_nearest(key, readers)}")
        values: dict[str, Any] = {key: readers[key](key) for key in self.table}
        return Settings(
            root=self.file.parent,
            file=self.file,
            selections=(
                RuleSelection(values.get("select"), values.get("extend-select", ()), values.get("ignore", ())),
            ),
            exclude=values.get("exclude", DEFAULT_EXCLUDES),
            extend_exclude=values.get("extend-exclude", ()),
            per_file_ignores=values.get("per-file-ignores", ()),
        )

    def _strings(self, key: str) -> tuple[str, ...]:
        return self._list_of_strings(key, self.table[key])

    def _codes(self, key: str) -> tuple[str, ...]:
        return self._selectors(key, self._strings(key))

    def _per_file_ignores(self, key: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        table = self.table[key]
        if not isinstance(table, dict):
            raise self._error(key, f"`{key}` must be a table of file patterns, each with a list of rule codes")
        return tuple(
            (pattern, self._selectors(pattern, self._list_of_strings(pattern, codes)))
            for pattern, codes in table.items()
        )

    def _list_of_strings(self, key: str, value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._error(key, f"`{key}` must be a list of strings")
        return tuple(value)

    def _selectors(self, key: str, codes: Sequence[str]) -> tuple[str, ...]:
        return parse_selectors(codes, origin=self._place(key))

    def _error(self, key: str, problem: str) -> SettingsError:
        return SettingsError(f"{self._place(key)}: {problem}")

    def _place(self, key: str) -> str:
        """Finds the line that sets a key; the TOML reader keeps no positions."""
        lines = self.text.splitlines()
        header = next((n for n, line in enumerate(lines) if re.match(rf"\s*\[\s*tool\.[\"']?{TABLE}", line)), 0)
        setting = re.compile(rf"\s*(?:\[.*)?[\"']?{re.escape(key)}[\"']?\s*[=\]]")
        line = next((n for n in range(header, len(lines)) if setting.match(lines[n])), header)
        return f"{_shown(self.file)}:{line + 1}"


def _prefix(selector: str, origin: str) -> str:
    names = rule_names()
    if selector in names.values():
        return next(code for code, name in names.items() if name == selector)
    code = selector.upper()
    if code == "ALL" or any(known.startswith(code) for known in names):
        return code
    raise SettingsError(f"{origin}: unknown rule `{selector}`{_nearest(selector, [*names, *names.values(), 'ALL'])}")


def _nearest(word: str, known: Iterable[str]) -> str:
    choices = list(known)
    for written in (word, word.upper()):
        found = difflib.get_close_matches(written, choices, n=3, cutoff=0.5)
        if found:
            # Codes differ by single characters: of those alike, the one with most of them in place is meant.
            return f"; did you mean `{max(found, key=lambda other: _likeness(written, other))}`?"
    return ""


def _likeness(word: str, other: str) -> tuple[int, int]:
    """How many characters are in place, and how many before the first that is not."""
    same = [a == b for a, b in zip(word, other, strict=False)]
    return sum(same), same.index(False) if False in same else len(same)


def _specificity(code: str, prefixes: Iterable[str]) -> int:
    """Measures the longest prefix that names a rule: -1 for none, 0 for `ALL`."""
    return max((0 if p == "ALL" else len(p) for p in prefixes if p == "ALL" or code.startswith(p)), default=-1)


def _matches_file(pattern: str, relative: str) -> bool:
    if pattern.startswith("!"):
        return not _compile((pattern[1:],)).match_file(relative)
    return _compile((pattern,)).match_file(relative)


@functools.lru_cache(maxsize=256)
def _compile(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(patterns)


def _shown(file: Path) -> str:
    return os.path.relpath(file) if file.is_relative_to(Path.cwd()) else str(file)
