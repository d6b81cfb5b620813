"""The settings in force, as the TOML that would set them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from asyncdb_lint.settings.looking import shown
from asyncdb_lint.settings.model import Settings
from asyncdb_lint.settings.options import OPTIONS
from asyncdb_lint.settings.python_version import required_python
from asyncdb_lint.severity import Severity

_CHOSEN = ("extend", "select", "extend-select", "ignore")


def shown_settings(settings: Settings, rules: Iterable[tuple[str, str, Severity]], folder: Path) -> Iterator[str]:
    """Lines of TOML: what is in force in a folder, with the rules that are on instead of how they were chosen."""
    yield f"# from {shown(settings.file)}" if settings.file else "# no settings file: defaults"
    yield "select = ["
    yield from (f'  "{code}",  # {name}, {severity.value}' for code, name, severity in rules)
    yield "]"
    for name in OPTIONS:
        if name in _CHOSEN:
            continue
        value = getattr(settings, name.replace("-", "_"))
        if name == "target-python":
            version = value or required_python(folder)
            yield f"{name} = {_toml('.'.join(map(str, version)))}" if version else f"# {name} is not known"
        elif value is None:
            yield f"# no {name}"
        elif name in ("per-file-ignores", "severity", "rules"):
            yield f"{name} = {{{_entries(value)}}}"
        else:
            yield f"{name} = {_toml(value)}"


def _entries(pairs: Iterable[tuple[str, object]]) -> str:
    return ", ".join(f"{json.dumps(key)} = {_toml(value)}" for key, value in pairs)


def _toml(value: object) -> str:
    match value:
        case Severity():
            return json.dumps(value.value)
        case tuple() if value and all(isinstance(item, tuple) for item in value):
            return "{" + _entries(value) + "}"
        case tuple():
            return "[" + ", ".join(map(_toml, value)) + "]"
        case _:
            # TOML writes strings, numbers and booleans as JSON does.
            return json.dumps(value)
