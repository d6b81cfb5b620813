"""From the text of a settings file to checked values; whatever is wrong is told with its line and the nearest word."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from asyncdb_lint.settings.looking import PYPROJECT, TABLE, shown
from asyncdb_lint.settings.model import OptionValue, SettingsError
from asyncdb_lint.settings.options import OPTIONS, Kind
from asyncdb_lint.settings.places import line_of
from asyncdb_lint.settings.selectors import did_you_mean, parse_selectors, rule_code
from asyncdb_lint.severity import Severity

Values = dict[str, Any]
"""What one file sets, by the names of the settings."""

_CLASS = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)+")
_VERSION = re.compile(r"3\.(\d{1,2})")
_TYPE_NAMES = {bool: "`true` or `false`", int: "a whole number", str: "a string"}


class Source(NamedTuple):
    """One text that holds settings, and how errors name its places."""

    text: str
    table: Mapping[str, Any]
    origin: str
    prefix: tuple[str, ...] | None
    """The table in the text that is ours; None for text without lines worth naming, such as an option's."""

    def place(self, *path: str) -> str:
        """Names the place of a key."""
        return self.origin if self.prefix is None else f"{self.origin}:{line_of(self.text, (*self.prefix, *path))}"

    def error(self, problem: str, *path: str) -> SettingsError:
        """An error at the place of a key."""
        return SettingsError(f"{self.place(*path)}: {problem}")


def read_source(file: Path, data: bytes) -> Source | None:
    """Reads the content of a settings file; None where a pyproject.toml has no `[tool.asyncdb-lint]`."""
    origin = shown(file)
    is_shared = file.name == PYPROJECT
    is_shared = file.name == PYPROJECT
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SettingsError(f"{origin}: is not UTF-8") from error
    table = _parse(text, origin)
    if not is_shared:
        return Source(text, table, origin, ())
    tool = table.get("tool", {})
    own = tool.get(TABLE) if isinstance(tool, dict) else None
    if own is None:
        return None
    source = Source(text, own, origin, ("tool", TABLE))
    if not isinstance(own, dict):
        raise source.error(f"`tool.{TABLE}` must be a table")
    return source


def read_inline(text: str, *, origin: str) -> Source:
    """Reads settings that stand on the command line."""
    return Source(text, _parse(text, origin, has_lines=False), origin, None)


def checked(source: Source) -> Values:
    """The values of a source; raises for the first that is unknown or wrong."""
    for key in source.table:
        if key not in OPTIONS:
            raise source.error(f"unknown setting `{key}`{did_you_mean(key, OPTIONS)}", key)
    reader = _Reader(source)
    return {key: reader.read(key) for key in source.table}


@dataclass(frozen=True, slots=True)
class _Reader:
    source: Source

    def read(self, key: str) -> object:
        readers: dict[Kind, Callable[[str], object]] = {
            Kind.FLAG: self._flag,
            Kind.FILE: self._string,
            Kind.FILE_INSIDE: self._file_inside,
            Kind.PLUGINS: self._plugins,
            Kind.FOLDERS: self._folders,
            Kind.PATTERNS: self._strings,
            Kind.SELECTORS: self._selectors,
            Kind.CLASSES: self._classes,
            Kind.VERSION: self._version,
            Kind.SEVERITY: self._severity,
            Kind.SELECTORS_BY_PATTERN: self._selectors_by_pattern,
            Kind.SEVERITY_BY_SELECTOR: self._severity_by_selector,
            Kind.OPTIONS_BY_RULE: self._options_by_rule,
        }
        return readers[OPTIONS[key].kind](key)

    def _value(self, path: Sequence[str]) -> Any:
        value: Any = self.source.table
        for key in path:
            value = value[key]
        return value

    def _wrong(self, *path: str, what: str | None = None) -> SettingsError:
        return self.source.error(f"`{path[-1]}` must be {what or OPTIONS[path[0]].kind.value}", *path)

    def _flag(self, key: str) -> bool:
        value = self._value([key])
        if not isinstance(value, bool):
            raise self._wrong(key)
        return value

    def _string(self, key: str) -> str:
        value = self._value([key])
        if not isinstance(value, str) or not value:
            raise self._wrong(key)
        return value

    def _strings(self, *path: str) -> tuple[str, ...]:
        value = self._value(path)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._wrong(*path, what=Kind.PATTERNS.value)
        return tuple(value)

    def _selectors(self, *path: str) -> tuple[str, ...]:
        return parse_selectors(self._strings(*path), origin=self.source.place(*path))

    def _file_inside(self, key: str) -> str:
        name = self._string(key)
        if _leads_out(name):
            raise self.source.error(f"`{key}` must be {Kind.FILE_INSIDE.value}; `{name}` is outside", key)
        return name

    def _plugins(self, key: str) -> tuple[str, ...]:
        from asyncdb_lint.installed_plugins import check_plugin

        names = self._strings(key)
        for name in names:
            if problem := check_plugin(name):
                raise self.source.error(f"`{key}`: {problem}", key)
        return names

    def _folders(self, key: str) -> tuple[str, ...]:
        folders = self._strings(key)
        for folder in folders:
            if _leads_out(folder):
                raise self.source.error(f"`{key}` must be {Kind.FOLDERS.value}; `{folder}` is outside", key)
        return tuple(Path(os.path.normpath(folder)).as_posix() for folder in folders)

    def _classes(self, key: str) -> tuple[str, ...]:
        classes = self._strings(key)
        for name in classes:
            if not _CLASS.fullmatch(name):
                raise self.source.error(f"`{key}` must be {Kind.CLASSES.value}; `{name}` is none", key)
        return classes

    def _version(self, key: str) -> tuple[int, int]:
        found = _VERSION.fullmatch(str(self._value([key])))
        if not found or not isinstance(self._value([key]), str):
            raise self._wrong(key)
        return 3, int(found[1])

    def _severity(self, *path: str) -> Severity:
        value = self._value(path)
        if value not in [severity.value for severity in Severity]:
            hint = did_you_mean(value, [severity.value for severity in Severity]) if isinstance(value, str) else ""
            raise self.source.error(f"`{path[-1]}` must be {Kind.SEVERITY.value}{hint}", *path)
        return Severity(value)

    def _table(self, *path: str) -> Mapping[str, Any]:
        value = self._value(path)
        if not isinstance(value, dict):
            raise self._wrong(*path)
        return value

    def _selectors_by_pattern(self, key: str) -> dict[str, tuple[str, ...]]:
        return {pattern: self._selectors(key, pattern) for pattern in self._table(key)}

    def _severity_by_selector(self, key: str) -> dict[str, Severity]:
        found: dict[str, Severity] = {}
        for word in self._table(key):
            for prefix in parse_selectors([word], origin=self.source.place(key, word)):
                found[prefix] = self._severity(key, word)
        return found

    def _options_by_rule(self, key: str) -> dict[str, tuple[tuple[str, OptionValue], ...]]:
        # Only settings that give a rule an option pay for loading the rules.
        from asyncdb_lint.installed_plugins import plugin_rules
        from asyncdb_lint.rules import all_rules

        own = self._plugins("plugins") if "plugins" in self.source.table else ()
        rules = {rule.code: rule for rule in (*all_rules(), *plugin_rules(own))}
        found: dict[str, tuple[tuple[str, OptionValue], ...]] = {}
        for word in self._table(key):
            code = word if word in rules else rule_code(word, origin=self.source.place(key, word))
            known = {option.name: option for option in rules[code].options}
            for name, value in self._table(key, word).items():
                if name not in known:
                    hint = did_you_mean(name, known) if known else ""
                    has = "" if known else f"; {code} has none"
                    raise self.source.error(f"unknown option `{name}` of {code}{hint}{has}", key, word, name)
                wanted = type(known[name].default)
                if type(value) is not wanted or (isinstance(value, int) and value < 0):
                    raise self._wrong(key, word, name, what=_TYPE_NAMES[wanted])
            found[code] = tuple(self._table(key, word).items())
        return found


def _leads_out(path: str) -> bool:
    return Path(path).is_absolute() or Path(os.path.normpath(path)).parts[:1] == (os.pardir,)


def _parse(text: str, origin: str, *, has_lines: bool = True) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        if not has_lines:
            raise SettingsError(f"{origin}: this is not TOML: {error}") from error
        line = re.search(r"line (\d+)", str(error))
        number = line[1] if line else text.count("\n") + 1
        raise SettingsError(f"{origin}:{number}: {error}") from error
    except RecursionError as error:
        raise SettingsError(f"{origin}: nests too deeply") from error
