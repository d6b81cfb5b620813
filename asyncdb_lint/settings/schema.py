"""The JSON schema of settings, made of their declarations; `python -m asyncdb_lint.settings.schema` writes the file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from asyncdb_lint.pages import rule_names
from asyncdb_lint.settings.options import OPTIONS, Kind
from asyncdb_lint.severity import Severity

SCHEMA_FILE = Path(__file__).parent.parent / "asyncdb-lint.schema.json"
_TYPES = {bool: "boolean", int: "integer", str: "string"}


def shipped_schema() -> str:
    """The schema as it is shipped."""
    return SCHEMA_FILE.read_text(encoding="utf-8")


def make_schema() -> str:
    """The schema that belongs to the settings and rules there are."""
    names = rule_names()
    prefixes = {code[:length] for code in names for length in range(3, len(code) + 1)}
    definitions: dict[str, Any] = {
        "rule": {
            "description": "A rule's code, the start of codes, a rule's name, or ALL.",
            "anyOf": [
                {"enum": ["ALL", *sorted(prefixes), *names.values()]},
                {
                    "description": "The code of a plugin's rule, or its start.",
                    "pattern": r"^(?!ADB)[A-Z]{2,16}\d{0,3}$",
                },
            ],
        },
        "rules": {"type": "array", "items": {"$ref": "#/definitions/rule"}},
        "severity": {"enum": [severity.value for severity in Severity]},
    }
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "asyncdb-lint",
        "description": "Settings of asyncdb-lint: asyncdb-lint.toml, or [tool.asyncdb-lint] in pyproject.toml.",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            option.name: {"description": option.text, **_types(names)[option.kind]} for option in OPTIONS.values()
        },
        "definitions": definitions,
    }
    return json.dumps(schema, indent=2) + "\n"


def _types(names: Mapping[str, str]) -> dict[Kind, dict[str, Any]]:
    strings = {"type": "array", "items": {"type": "string"}}
    rules = {"$ref": "#/definitions/rules"}
    severity = {"$ref": "#/definitions/severity"}
    by_rule = {"type": "object", "propertyNames": {"$ref": "#/definitions/rule"}}
    return {
        Kind.FLAG: {"type": "boolean"},
        Kind.FILE: {"type": "string", "minLength": 1},
        Kind.FILE_INSIDE: {"type": "string", "minLength": 1},
        Kind.PLUGINS: {"type": "array", "items": {"type": "string", "pattern": "^[A-Z]{2,16}$"}},
        Kind.FOLDERS: strings,
        Kind.PATTERNS: strings,
        Kind.SELECTORS: rules,
        Kind.CLASSES: {"type": "array", "items": {"type": "string", "pattern": r"^[^\W\d]\w*(\.[^\W\d]\w*)+$"}},
        Kind.VERSION: {"type": "string", "pattern": r"^3\.\d{1,2}$"},
        Kind.SEVERITY: severity,
        Kind.SELECTORS_BY_PATTERN: {"type": "object", "additionalProperties": rules},
        Kind.SEVERITY_BY_SELECTOR: {**by_rule, "additionalProperties": severity},
        Kind.OPTIONS_BY_RULE: {"type": "object", "additionalProperties": False, "properties": _options(names)},
    }


def _options(names: Mapping[str, str]) -> dict[str, Any]:
    """The options of the rules that have any, under the rule's code and name."""
    # Only whoever writes the schema loads the rules.
    from asyncdb_lint.rules import all_rules

    found: dict[str, Any] = {}
    for rule in all_rules():
        if rule.options:
            properties = {
                option.name: {
                    "description": option.text,
                    "type": _TYPES[type(option.default)],
                    **({"minimum": 0} if type(option.default) is int else {}),
                    "default": option.default,
                }
                for option in rule.options
            }
            table = {"type": "object", "additionalProperties": False, "properties": properties}
            found[rule.code] = found[names[rule.code]] = table
    return found


if __name__ == "__main__":
    SCHEMA_FILE.write_text(make_schema(), encoding="utf-8")
