"""Every setting, once: its name, what it takes, what it is for. Reading, schema and documentation all ask here."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Kind(enum.Enum):
    """What a setting takes, in the words of its error message."""

    FLAG = "`true` or `false`"
    FILE = "a file name"
    FILE_INSIDE = "the name of a file inside the project"
    PLUGINS = "a list of names of installed plugins"
    FOLDERS = "a list of folders inside the project"
    PATTERNS = "a list of strings"
    SELECTORS = "a list of rules"
    CLASSES = "a list of dotted class names, such as `app.db.Database`"
    VERSION = 'a version such as `"3.11"`'
    SEVERITY = "`error`, `warning` or `info`"
    SELECTORS_BY_PATTERN = "a table of file patterns, each with a list of rule codes"
    SEVERITY_BY_SELECTOR = "a table of rules, each with `error`, `warning` or `info`"
    OPTIONS_BY_RULE = "a table of rules, each with a table of its options"


class Option(NamedTuple):
    """One setting; `example` is TOML, and so is `default` where there is one."""

    name: str
    kind: Kind
    default: str
    example: str
    text: str


_DECLARED = (
    Option(
        "extend", Kind.FILE, "none", '"../pyproject.toml"',
        "A settings file to build on. Its settings hold where this file says nothing; tables and `extend-*` lists are "
        "added to. The file must lie inside the project.",
    ),
    Option(
        "select", Kind.SELECTORS, "[]", '["ADB1", "interpolated-sql"]',
        "The rules to run: codes, prefixes, names or `ALL`. Without it, those that are on by default.",
    ),
    Option("extend-select", Kind.SELECTORS, "[]", '["ADB003"]', "Rules to run, too."),
    Option(
        "ignore", Kind.SELECTORS, "[]", '["ADB301"]',
        "Rules not to run. Of `select` and `ignore` the more specific wins, and `ignore` wins a tie.",
    ),
    Option(
        "per-file-ignores", Kind.SELECTORS_BY_PATTERN, "{}", '{ "tests/*" = ["ADB401"] }',
        "Rules not to run in some files. A pattern that starts with `!` means all other files.",
    ),
    Option(
        "severity", Kind.SEVERITY_BY_SELECTOR, "{}", '{ ADB301 = "error", ADB4 = "warning" }',
        "How much the findings of a rule weigh; the most specific entry counts.",
    ),
    Option(
        "fail-on", Kind.SEVERITY, '"warning"', '"error"',
        "The least severity that makes the exit code 1. Findings below it are shown and do not fail the run.",
    ),
    Option(
        "baseline", Kind.FILE_INSIDE, "none", '"asyncdb-lint-baseline.json"',
        "The file of known findings, which are not shown and fail no run; `asyncdb-lint baseline` writes it.",
    ),
    Option(
        "extend-safe-fixes", Kind.SELECTORS, "[]", '["ADB301"]',
        "Rules whose unsafe fixes count as safe here. Display-only fixes stay what they are.",
    ),
    Option("extend-unsafe-fixes", Kind.SELECTORS, "[]", '["ADB101"]', "Rules whose safe fixes count as unsafe here."),
    Option("unfixable", Kind.SELECTORS, "[]", '["ADB2"]', "Rules whose fixes are shown and never applied."),
    Option(
        "require-suppression-reason", Kind.FLAG, "false", "true",
        "Whether every ignore comment must say why; turns ADB003 on.",
    ),
    Option(
        "exclude", Kind.PATTERNS, "...", '["migrations", "*_pb2.py"]',
        "Files and folders to leave out, as in .gitignore. Replaces the default list: folders of tools, `.venv`, "
        "`build`, `dist`, `node_modules` and their like.",
    ),
    Option("extend-exclude", Kind.PATTERNS, "[]", '["legacy"]', "Files and folders to leave out besides `exclude`."),
    Option(
        "force-exclude", Kind.FLAG, "false", "true",
        "Whether excluded files are left out even if they are named on the command line.",
    ),
    Option("respect-gitignore", Kind.FLAG, "true", "false", "Whether files that Git ignores are left out."),
    Option(
        "src", Kind.FOLDERS, "[]", '["backend", "libs/common"]',
        "Folders that absolute imports start from, besides the folders above a file and their `src`. They come first.",
    ),
    Option(
        "database-types", Kind.CLASSES, "[]", '["app.db.Db"]',
        "Classes whose instances are async databases: their methods that are named like a driver's do what the "
        "driver's do. For wrappers that the linter cannot see through, and libraries that it does not know.",
    ),
    Option(
        "target-python", Kind.VERSION, "none", '"3.11"',
        "The oldest Python that the code runs on. Without it, what `requires-python` in pyproject.toml says.",
    ),
    Option(
        "plugins", Kind.PLUGINS, "[]", '["ACME"]',
        "Packages of further rules to run, by the prefix of their codes. They must be installed beside the linter; "
        "no setting can name code by its place.",
    ),
    Option(
        "rules", Kind.OPTIONS_BY_RULE, "{}", "{ ADB003 = { min-length = 10 } }",
        "Options of single rules, by code or name. The page of a rule says which it has.",
    ),
)  # fmt: skip
OPTIONS: Mapping[str, Option] = MappingProxyType({option.name: option for option in _DECLARED})
