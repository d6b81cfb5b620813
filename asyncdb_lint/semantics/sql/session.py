"""Statements that change, or ask for, what only one connection knows: settings, locks, temporary tables."""

from __future__ import annotations

import enum
from typing import NamedTuple

from asyncdb_lint.semantics.sql.text import Parts, fill, lexemes


class SessionState(enum.Enum):
    """What a connection keeps until it is given back."""

    SETTING = "a setting"
    LOCK = "a lock"
    TEMPORARY = "a temporary table"
    LISTENER = "a subscription"
    ATTACHED = "an attached database"
    LAST_ID = "the last generated key"


class SessionStatement(NamedTuple):
    """What a statement does to its connection."""

    state: SessionState
    words: str
    """What says so, as messages show it: `SET search_path`, `pg_advisory_lock`."""
    only_in_transaction: bool
    """It ends with the transaction, and outside of one it does nothing: `SET LOCAL`."""


# Kept in the database file, or done once: any connection may run them.
_SETTINGS_OF_CONNECTION = {
    "ANALYSIS_LIMIT", "AUTOMATIC_INDEX", "BUSY_TIMEOUT", "CACHE_SIZE", "CACHE_SPILL", "CASE_SENSITIVE_LIKE",
    "CELL_SIZE_CHECK", "CHECKPOINT_FULLFSYNC", "DEFER_FOREIGN_KEYS", "FOREIGN_KEYS", "FULLFSYNC",
    "IGNORE_CHECK_CONSTRAINTS", "JOURNAL_SIZE_LIMIT", "LEGACY_ALTER_TABLE", "LOCKING_MODE", "MMAP_SIZE", "QUERY_ONLY",
    "READ_UNCOMMITTED", "RECURSIVE_TRIGGERS", "REVERSE_UNORDERED_SELECTS", "SECURE_DELETE", "SYNCHRONOUS",
    "TEMP_STORE", "THREADS", "TRUSTED_SCHEMA", "WAL_AUTOCHECKPOINT", "WRITABLE_SCHEMA",
}  # fmt: skip
# Settings of the server, not of the connection.
_NOT_OF_SESSION = {"GLOBAL", "PERSIST", "PERSIST_ONLY", "PASSWORD", "DEFAULT", "RESOURCE"}
_SESSION_LOCKS = {
    "PG_ADVISORY_LOCK", "PG_ADVISORY_LOCK_SHARED", "PG_TRY_ADVISORY_LOCK", "PG_TRY_ADVISORY_LOCK_SHARED",
}  # fmt: skip
_TRANSACTION_LOCKS = {
    "PG_ADVISORY_XACT_LOCK", "PG_ADVISORY_XACT_LOCK_SHARED", "PG_TRY_ADVISORY_XACT_LOCK",
    "PG_TRY_ADVISORY_XACT_LOCK_SHARED",
}  # fmt: skip
_LAST_IDS = {"LAST_INSERT_ROWID", "LAST_INSERT_ID", "LASTVAL", "CURRVAL"}


def session_statement(parts: Parts) -> SessionStatement | None:
    """What a text of SQL does to its connection; None for a statement that any connection may run."""
    words = lexemes(fill(parts).text)
    upper = [word.upper() for word in words]
    if not upper:
        return None
    match upper:
        case ["PRAGMA", _, ".", name, *rest] | ["PRAGMA", name, *rest]:
            is_set = bool(rest) and rest[0] in ("=", "(") and name in _SETTINGS_OF_CONNECTION
            pragma = f"PRAGMA {name.lower()}"
            return SessionStatement(SessionState.SETTING, pragma, False) if is_set else None
        case ["SET", *rest]:
            return _set(words[1:], rest)
        case ["LISTEN", *_]:
            return SessionStatement(SessionState.LISTENER, "LISTEN", False)
        case ["ATTACH", *_]:
            return SessionStatement(SessionState.ATTACHED, "ATTACH", False)
        case ["CREATE", *rest]:
            kind = [word for word in rest[:5] if word not in ("OR", "REPLACE", "LOCAL", "GLOBAL")]
            is_temporary = kind[:1] in (["TEMP"], ["TEMPORARY"]) and kind[1:2] != ["SEQUENCE"]
            return SessionStatement(SessionState.TEMPORARY, "CREATE TEMP", False) if is_temporary else None
        case ["SELECT", *_]:
            return _select(words, upper)
        case _:
            return None


def _set(words: list[str], upper: list[str]) -> SessionStatement | None:
    if not upper or upper[0] in _NOT_OF_SESSION or upper[:4] == ["@", "@", "GLOBAL", "."]:
        return None
    if upper[0] in ("LOCAL", "TRANSACTION", "CONSTRAINTS"):
        return SessionStatement(SessionState.SETTING, f"SET {upper[0]}", True)
    name = words[1] if upper[0] == "SESSION" and len(words) > 1 else words[0]
    return SessionStatement(SessionState.SETTING, f"SET {name}" if name != "@" else "SET", False)


def _select(words: list[str], upper: list[str]) -> SessionStatement | None:
    for number, word in enumerate(upper[:-1]):
        if upper[number + 1] != "(":
            continue
        shown = words[number]
        if word in _SESSION_LOCKS or word in _TRANSACTION_LOCKS:
            return SessionStatement(SessionState.LOCK, shown, word in _TRANSACTION_LOCKS)
        if word == "SET_CONFIG":
            is_local = "TRUE" in upper[number:]
            return SessionStatement(SessionState.SETTING, shown, is_local)
        if word in _LAST_IDS and "FROM" not in upper:
            return SessionStatement(SessionState.LAST_ID, shown, False)
    return None
