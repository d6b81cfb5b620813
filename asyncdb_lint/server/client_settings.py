"""What the editor's own settings say, under the key `asyncdb-lint`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from asyncdb_lint.settings import CommandLine, RuleSelection, parse_selectors

SECTION = "asyncdb-lint"
OPEN_FILES, WORKSPACE = "openFiles", "workspace"
LEVELS = {"error": 40, "warning": 30, "warn": 30, "info": 20, "debug": 10, "trace": 10}


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """The editor's settings of one folder; those that only start the server (`path`, `interpreter`) are not among them.

    >>> ClientSettings.of({"diagnosticMode": "workspace", "codeAction": {"fixViolation": {"enable": False}}}).fixes
    False
    """

    enable: bool = True
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fix_all: bool = True
    fixes: bool = True
    ignore_comments: bool = True
    mode: str = OPEN_FILES
    log_level: str = "info"
    problems: tuple[str, ...] = ()
    """What cannot be honoured, one line each; the default holds instead."""

    @classmethod
    def of(cls, given: Any) -> ClientSettings:
        """Reads what a client sends; anything may be missing, and nothing in it is an error."""
        values = _Values(given if isinstance(given, Mapping) else {})
        return cls(
            enable=values.flag("enable"),
            select=values.words("select"),
            ignore=values.words("ignore"),
            fix_all=values.flag("fixAll"),
            fixes=values.flag("codeAction.fixViolation.enable"),
            ignore_comments=values.flag("codeAction.disableRuleComment.enable"),
            mode=values.one_of("diagnosticMode", (OPEN_FILES, WORKSPACE), OPEN_FILES),
            log_level=values.one_of("logLevel", tuple(LEVELS), "info"),
            problems=tuple(values.problems),
        )

    def command_line(self) -> CommandLine:
        """The same as options of the command line, which go over settings files; raises SettingsError."""
        return CommandLine(
            selection=RuleSelection(
                select=parse_selectors(self.select, origin=f"{SECTION}.select") if self.select else None,
                ignore=parse_selectors(self.ignore, origin=f"{SECTION}.ignore"),
            )
        )


def section_of(given: Any) -> Any:
    """The settings in what a client sends at its start or when they change: with or without our key around them."""
    found = plain(given)
    for key in ("settings", SECTION):
        if isinstance(found, Mapping) and key in found:
            found = found[key]
    return found


def plain(given: Any) -> Any:
    """What a client sends as plain mappings and lists, whatever the JSON was read into."""
    if isinstance(given, Mapping):
        return {str(key): plain(value) for key, value in given.items()}
    if hasattr(given, "_asdict"):
        return plain(given._asdict())
    if isinstance(given, list | tuple):
        return [plain(item) for item in given]
    return given


class _Values:
    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = plain(given)
        self.problems: list[str] = []

    def flag(self, key: str) -> bool:
        value = self._get(key)
        if value is None or isinstance(value, bool):
            return value is not False
        self._wrong(key, value, "true or false")
        return True

    def words(self, key: str) -> tuple[str, ...]:
        value = self._get(key)
        if value is None:
            return ()
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        self._wrong(key, value, "a list of codes")
        return ()

    def one_of(self, key: str, options: tuple[str, ...], default: str) -> str:
        value = self._get(key)
        if value is None:
            return default
        if value in options:
            return str(value)
        self._wrong(key, value, " or ".join(f"`{option}`" for option in options))
        return default

    def _get(self, key: str) -> Any:
        # Some clients nest what others write with dots.
        if key in self._given:
            return self._given[key]
        found: Any = self._given
        for part in key.split("."):
            if not isinstance(found, Mapping):
                return None
            found = found.get(part)
        return found

    def _wrong(self, key: str, value: Any, wanted: str) -> None:
        self.problems.append(f"{SECTION}.{key}: {value!r} is not {wanted}")
