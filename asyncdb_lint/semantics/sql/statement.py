"""What a statement does: its verb, tables, clauses and bind parameters. Cheap: no tokenizer is imported."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from asyncdb_lint.semantics.sql.text import Filled, Parts, fill, lexemes

Verb: TypeAlias = Literal[
    "select",
    "insert",
    "update",
    "delete",
    "replace",
    "merge",
    "truncate",
    "ddl",
    "begin",
    "commit",
    "rollback",
    "savepoint",
    "set",
    "pragma",
    "call",
    "explain",
    "show",
    "copy",
    "lock",
    "notify",
    "maintenance",
]

_VERBS: dict[str, Verb] = {
    "SELECT": "select",
    "VALUES": "select",
    "TABLE": "select",
    "INSERT": "insert",
    "UPDATE": "update",
    "DELETE": "delete",
    "REPLACE": "replace",
    "MERGE": "merge",
    "TRUNCATE": "truncate",
    "CREATE": "ddl",
    "ALTER": "ddl",
    "DROP": "ddl",
    "RENAME": "ddl",
    "COMMENT": "ddl",
    "GRANT": "ddl",
    "REVOKE": "ddl",
    "BEGIN": "begin",
    "START": "begin",
    "COMMIT": "commit",
    "END": "commit",
    "ROLLBACK": "rollback",
    "ABORT": "rollback",
    "SAVEPOINT": "savepoint",
    "RELEASE": "savepoint",
    "SET": "set",
    "RESET": "set",
    "PRAGMA": "pragma",
    "CALL": "call",
    "DO": "call",
    "EXEC": "call",
    "EXECUTE": "call",
    "EXPLAIN": "explain",
    "SHOW": "show",
    "DESCRIBE": "show",
    "COPY": "copy",
    "LOCK": "lock",
    "LISTEN": "notify",
    "UNLISTEN": "notify",
    "NOTIFY": "notify",
    "ANALYZE": "maintenance",
    "VACUUM": "maintenance",
    "REINDEX": "maintenance",
    "REFRESH": "maintenance",
    "ATTACH": "maintenance",
    "DETACH": "maintenance",
}
_WRITES: frozenset[Verb] = frozenset({"insert", "update", "delete", "replace", "merge", "truncate"})
# What may follow the common table expressions of a WITH.
_AFTER_WITH = frozenset({"SELECT", "VALUES", "TABLE", "INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE"})

# SQLAlchemy's own expression (`TextClause._bind_params_regex`); a test holds the two together.
PLACEHOLDER = re.compile(r"(?<![:\w\\]):(\w+)(?![:\w])")

_BEFORE_TABLE = frozenset({"FROM", "JOIN", "INTO", "UPDATE", "USING", "TRUNCATE"})
# Words that stand between one of those and the name.
_SKIPPED = frozenset({"ONLY", "LATERAL", "TABLE", "IF", "EXISTS", "NOT"})
# Functions with a FROM among their arguments, which names no table.
_FROM_FUNCTIONS = frozenset({"EXTRACT", "SUBSTRING", "TRIM", "OVERLAY", "POSITION"})
# What CREATE makes that has statements of its own.
_WITH_BODY = frozenset({"TRIGGER", "FUNCTION", "PROCEDURE", "EVENT"})
_KEYWORDS_AFTER_UPDATE = frozenset({"SET", "OF", "SKIP", "NOWAIT", "CASCADE", "RESTRICT", "NO", "CURRENT_TIMESTAMP"})


class Statement(NamedTuple):
    """What a text of SQL does. `verb` is None when its first word is no verb of SQL, or a hole."""

    verb: Verb | None
    writes: bool
    """It changes rows, be it in a common table expression."""
    has_on_conflict: bool
    """A duplicate does not make it fail: `ON CONFLICT`, `ON DUPLICATE KEY`, `OR IGNORE`, `REPLACE`."""
    returning: bool
    tables: tuple[str, ...]
    """Names of tables as written, without quotes; those that holes name are left out."""
    placeholders: tuple[str, ...]
    """Bind parameters as SQLAlchemy's `text()` reads them, in order of first mention."""
    computed_placeholders: bool
    """A hole may give further bind parameters their names: `:{name}`, `:id_{n}`."""
    statements: int
    """How many statements the text holds, separated by semicolons."""


def plain_name(name: str) -> str:
    """A table or column as it is compared: without schema and quotes, in small letters."""
    return name.strip().rpartition(".")[2].strip('"`').lower()


def read(parts: Parts) -> Statement:
    """Reads a text of SQL with holes."""
    filled = fill(parts)
    return _read(filled) if filled.spans else _read_whole(filled.text)


@lru_cache(maxsize=1024)  # an editor asks again at every keystroke
def _read_whole(text: str) -> Statement:
    return _read(fill([text]))


def _read(filled: Filled) -> Statement:
    words = lexemes(filled.text)
    upper = [word.upper() for word in words]
    verb, inner = _verbs(upper)
    names = placeholders(filled.text)
    return Statement(
        verb=verb,
        writes=verb in _WRITES or not _WRITES.isdisjoint(inner),
        has_on_conflict=_has_on_conflict(verb, upper),
        returning=verb is not None and "RETURNING" in upper,
        tables=_tables(filled, words, upper) if verb is not None else (),
        placeholders=tuple(name for name in names if not filled.has_hole(name)),
        computed_placeholders=any(filled.has_hole(name) for name in names),
        statements=_count(upper),
    )


def placeholders(text: str) -> tuple[str, ...]:
    """The bind parameters of a text, exactly as SQLAlchemy's `text()` reads them: in comments and strings too."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall(text)))


def first_word(text: str) -> Verb | None:
    """The verb of a text: past comments and parentheses, and past the common table expressions of a WITH."""
    return _verbs([word.upper() for word in lexemes(text)])[0]


def _verbs(upper: Sequence[str]) -> tuple[Verb | None, set[Verb]]:
    """The statement's own verb and those of its common table expressions."""
    start = 0
    while start < len(upper) and upper[start] in {"(", ";"}:
        start += 1
    if start == len(upper):
        return None, set()
    first = upper[start]
    if first == "START" and upper[start + 1 : start + 2] != ["TRANSACTION"]:
        return None, set()
    if first != "WITH":
        return _VERBS.get(first), set()
    inner: set[Verb] = set()
    depth = 0
    for before, word in zip(upper[start:], upper[start + 1 :], strict=False):
        if word == "(":
            depth += 1
        elif word == ")":
            depth -= 1
        elif depth == 0 and word in _AFTER_WITH:
            return _VERBS[word], inner
        elif before == "(" and word in _VERBS:
            inner.add(_VERBS[word])
    return None, inner


def _has_on_conflict(verb: Verb | None, upper: Sequence[str]) -> bool:
    if verb == "replace":
        return True
    if verb not in {"insert", "update"}:
        return False
    for first, second, third in zip(upper, upper[1:], [*upper[2:], ""], strict=False):
        if first == "ON" and (second == "CONFLICT" or (second, third) == ("DUPLICATE", "KEY")):
            return True
        if first in {"INSERT", "UPDATE"} and (
            second == "IGNORE" or (second == "OR" and third in {"IGNORE", "REPLACE"})
        ):
            return True
    return False


def _tables(filled: Filled, words: Sequence[str], upper: Sequence[str]) -> tuple[str, ...]:
    ctes = _cte_names(upper)
    found: dict[str, None] = {}
    functions: list[str] = []  # what stands before each parenthesis that is open
    at = 0
    while at < len(words):
        word = upper[at]
        if word == "(":
            functions.append(upper[at - 1] if at else "")
        elif word == ")" and functions:
            functions.pop()
        elif word in _BEFORE_TABLE and not _names_no_table(upper, at, functions):
            at = _take_names(filled, words, upper, at + 1, ctes, found)
            continue
        at += 1
    return tuple(found)


def _names_no_table(upper: Sequence[str], at: int, functions: Sequence[str]) -> bool:
    word, before = upper[at], upper[at - 1] if at else ""
    if word == "FROM":
        return (before == "DISTINCT" and upper[at - 2 : at - 1] in (["IS"], ["NOT"])) or (
            bool(functions) and functions[-1] in _FROM_FUNCTIONS
        )
    if word == "UPDATE":
        following = upper[at + 1] if at + 1 < len(upper) else ""
        return before in {"FOR", "DO", "ON", "KEY"} or following in _KEYWORDS_AFTER_UPDATE
    return False


def _take_names(
    filled: Filled, words: Sequence[str], upper: Sequence[str], at: int, ctes: set[str], found: dict[str, None]
) -> int:
    """Takes `a, schema.b AS c` from a position on; the position of what follows the last name."""
    while at < len(words):
        if upper[at] == "OR":  # UPDATE OR IGNORE t
            at += 2
        while at < len(words) and upper[at] in _SKIPPED:
            at += 1
        if at >= len(words) or not _is_name(words[at]):
            return at
        is_target = upper[at - 1 : at] == ["INTO"]
        name = _unquoted(words[at])
        at += 1
        while at + 1 < len(words) and words[at] == "." and _is_name(words[at + 1]):
            name = f"{name}.{_unquoted(words[at + 1])}"
            at += 2
        is_function = at < len(words) and words[at] == "(" and not is_target
        if not is_function and name.upper() not in ctes and not filled.has_hole(name):
            found[name] = None
        if upper[at : at + 1] == ["AS"]:
            at += 1
        if at + 1 < len(words) and _is_name(words[at]) and words[at + 1] == ",":
            at += 1
        if at >= len(words) or words[at] != ",":
            return at
        at += 1
    return at


def _cte_names(upper: Sequence[str]) -> set[str]:
    if "WITH" not in upper:
        return set()
    return {
        _unquoted(name)
        for name, word, after in zip(upper, upper[1:], upper[2:], strict=False)
        if word == "AS" and after in {"(", "MATERIALIZED", "NOT"}
    }


def _is_name(word: str) -> bool:
    return word[:1] in {'"', "`"} or word[:1].isalpha() or word[:1] == "_"


def _unquoted(word: str) -> str:
    return word.strip('"`')


def _count(upper: Sequence[str]) -> int:
    if upper[:1] == ["CREATE"] and not _WITH_BODY.isdisjoint(upper[1:8]):
        return 1  # the semicolons of its body end no statement
    count = 0
    is_open = False
    for word in upper:
        if word == ";":
            is_open = False
        elif not is_open:
            is_open = True
            count += 1
    return count
