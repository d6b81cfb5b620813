"""What the linter understands of SQL: tables of texts and what they are, with the reason of each case.

In these texts `{0}`, `{1}` ... are holes.
"""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import StaticPool, create_engine, text

from asyncdb_lint.semantics.sql import (
    Bound,
    BoundValue,
    Hole,
    Parts,
    Place,
    Quoting,
    bind,
    first_word,
    placeholders,
    places,
    read,
)
from asyncdb_lint.semantics.sql.tokens import read_tokens, tokens


def parts_of(template: str) -> tuple[str | Hole, ...]:
    pieces = re.split(r"\{(\d+)\}", template)
    return tuple(Hole(int(piece)) if i % 2 else piece for i, piece in enumerate(pieces) if i % 2 or piece)


def template_of(parts: Parts) -> str:
    return "".join(part if isinstance(part, str) else f"{{{part.index}}}" for part in parts)


def bound(template: str) -> Bound:
    parts = parts_of(template)
    return bind(parts, [f"p{part.index}" for part in parts if isinstance(part, Hole)])


VERBS = [
    # sql, verb, writes, why
    ("SELECT 1", "select", False, "the plain case"),
    ("\n\t select 1", "select", False, "white space and small letters"),
    ("-- a note\n/* INSERT */ SELECT 1", "select", False, "comments are no words"),
    ("((SELECT 1) UNION (SELECT 2))", "select", False, "parentheses around it"),
    ("; SELECT 1", "select", False, "an empty statement before it"),
    ("VALUES (1), (2)", "select", False, "a query without SELECT"),
    ("INSERT INTO t VALUES (1)", "insert", True, "a write"),
    ("INSERT OR IGNORE INTO t VALUES (1)", "insert", True, "SQLite's conflict clause"),
    ("REPLACE INTO t VALUES (1)", "replace", True, "deletes and inserts"),
    ("UPDATE t SET a = 1", "update", True, "a write"),
    ("DELETE FROM t", "delete", True, "a write"),
    ("MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE", "merge", True, "a write"),
    ("TRUNCATE t", "truncate", True, "a write"),
    ("CALL pay(1)", "call", False, "what it does is not known"),
    ("CREATE TABLE t (a int)", "ddl", False, "changes no rows"),
    ("START TRANSACTION", "begin", False, "two words"),
    ("start the engine", None, False, "START alone is no SQL"),
    ("BEGIN", "begin", False, "transaction control"),
    ("END", "commit", False, "another name of COMMIT"),
    ("ROLLBACK TO a", "rollback", False, "transaction control"),
    ("SAVEPOINT a", "savepoint", False, "transaction control"),
    ("PRAGMA foreign_keys = ON", "pragma", False, "session state"),
    ("SET search_path TO app", "set", False, "session state"),
    ("WITH a AS (SELECT 1) SELECT * FROM a", "select", False, "the verb follows the common table expressions"),
    ("WITH a AS (SELECT ')'), b AS (SELECT 2) INSERT INTO t SELECT * FROM b", "insert", True, "`)` in a string"),
    (
        "WITH RECURSIVE a(n) AS (SELECT 1 UNION SELECT n FROM a) DELETE FROM t",
        "delete",
        True,
        "columns of the expression",
    ),
    ("WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d", "select", True, "a query whose expression writes"),
    ("WITH d AS MATERIALIZED (SELECT 1) UPDATE t SET a = 1", "update", True, "a word before the parenthesis"),
    ("SELECT 'INSERT INTO t'", "select", False, "a verb in a string"),
    ("SELECT a FROM t FOR UPDATE", "select", False, "a lock is no write"),
    ("{0} FROM t", None, False, "a hole may be any verb"),
    ("WITH {0} SELECT 1", "select", False, "a hole for an expression leaves the verb visible"),
    ("hello world", None, False, "no SQL"),
    ("", None, False, "nothing"),
    ("-- only a comment", None, False, "nothing"),
    ("WITH", None, False, "cut off"),
]


@pytest.mark.parametrize(("sql", "verb", "writes", "why"), VERBS, ids=[row[0] for row in VERBS])
def test_the_verb_is_what_the_statement_does(sql: str, verb: str | None, writes: bool, why: str) -> None:
    statement = read(parts_of(sql))
    assert (statement.verb, statement.writes) == (verb, writes), why
    if "{" not in sql:
        assert first_word(sql) == verb, why


CLAUSES = [
    # sql, whether a duplicate is borne, whether rows come back, why
    ("INSERT INTO t VALUES (1)", False, False, "a duplicate fails"),
    ("INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING", True, False, "PostgreSQL and SQLite"),
    ("INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2 RETURNING a", True, True, "both clauses"),
    ("INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = 2", True, False, "MySQL"),
    ("INSERT IGNORE INTO t VALUES (1)", True, False, "MySQL"),
    ("INSERT OR IGNORE INTO t VALUES (1)", True, False, "SQLite"),
    ("INSERT OR REPLACE INTO t VALUES (1)", True, False, "SQLite"),
    ("INSERT OR ABORT INTO t VALUES (1)", False, False, "fails all the same"),
    ("REPLACE INTO t VALUES (1)", True, False, "replaces the duplicate"),
    ("UPDATE OR IGNORE t SET a = 1", True, False, "SQLite"),
    ("INSERT INTO t VALUES ('ON CONFLICT') -- RETURNING", False, False, "strings and comments say nothing"),
    ("SELECT * FROM a JOIN b ON conflict = 1", False, False, "a column of that name"),
]


@pytest.mark.parametrize(("sql", "has_on_conflict", "returning", "why"), CLAUSES, ids=[row[0] for row in CLAUSES])
def test_clauses_that_decide_what_a_write_does(sql: str, has_on_conflict: bool, returning: bool, why: str) -> None:
    statement = read([sql])
    assert (statement.has_on_conflict, statement.returning) == (has_on_conflict, returning), why


TABLES = [
    # sql, tables, why
    ("SELECT * FROM users", ["users"], "the plain case"),
    ("SELECT * FROM a, b AS c, app.d e JOIN f ON f.x = a.x", ["a", "b", "app.d", "f"], "aliases, a schema, a join"),
    ('SELECT * FROM "My Table"', ["My Table"], "quotes are not part of the name"),
    ("SELECT a FROM t WHERE b IN (SELECT b FROM u)", ["t", "u"], "a subquery"),
    ("SELECT * FROM (SELECT 1) x JOIN y ON true", ["y"], "a subquery in place of a table"),
    ("SELECT EXTRACT(year FROM born) FROM users", ["users"], "a FROM inside a function"),
    ("SELECT * FROM a WHERE b IS NOT DISTINCT FROM c", ["a"], "a FROM of a comparison"),
    ("SELECT * FROM generate_series(1, 2)", [], "a function is no table"),
    ("INSERT INTO t (a) SELECT a FROM u ON CONFLICT DO UPDATE SET a = 1", ["t", "u"], "the UPDATE names no table"),
    ("UPDATE ONLY t SET a = 1 FROM u", ["t", "u"], "a word before the name"),
    ("UPDATE OR IGNORE t SET a = 1", ["t"], "SQLite's conflict clause"),
    ("DELETE FROM t USING u WHERE t.a = u.a", ["t", "u"], "a second table"),
    ("SELECT a FROM t FOR UPDATE", ["t"], "a lock names no table"),
    ("WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d", ["t"], "a common table expression is no table"),
    ("SELECT * FROM {0} JOIN t ON true", ["t"], "a hole names a table nobody knows"),
    ("SELECT * FROM t_{0}", [], "nor does one with a prefix"),
    ("greetings from paris", [], "no SQL, no tables"),
]


@pytest.mark.parametrize(("sql", "tables", "why"), TABLES, ids=[row[0] for row in TABLES])
def test_tables_are_those_the_statement_names(sql: str, tables: list[str], why: str) -> None:
    assert list(read(parts_of(sql)).tables) == tables, why


def test_statements_are_counted() -> None:
    assert [read([sql]).statements for sql in ("", "SELECT 1", "SELECT 1;", "SELECT 1; SELECT ';'")] == [0, 1, 1, 2]
    assert read(["DO $a$ BEGIN RAISE NOTICE $$;$$; COMMIT; END $a$"]).statements == 1
    assert read(["SELECT a$b$ FROM t; SELECT a$b$ FROM t"]).statements == 2


PLACEHOLDERS = [
    # sql, names, why
    ("SELECT :a, :b, :a", ["a", "b"], "each once, in order"),
    ("SELECT :a::int", [], "SQLAlchemy does not read it with a cast behind"),
    ("SELECT '12:30', 'http://x:80/'", [], "a word character or a slash stands before the colon or after it"),
    ("SELECT ' :30'", ["30"], "strings are not looked at"),
    ("SELECT '{\"a\":1}'", ["1"], "JSON without a space after the colon"),
    ("-- see :x", ["x"], "comments are not looked at"),
    ("SELECT a[:2]", ["2"], "a slice"),
    (r"SELECT \:a", [], "escaped"),
    ("SELECT :é, :_a1", ["é", "_a1"], "any word characters"),
    ("a := 1", [], "an assignment"),
]


@pytest.mark.parametrize(("sql", "names", "why"), PLACEHOLDERS, ids=[row[0] for row in PLACEHOLDERS])
def test_placeholders_are_those_of_sqlalchemy(sql: str, names: list[str], why: str) -> None:
    assert list(placeholders(sql)) == names, why
    assert list(text(sql)._bindparams) == names, why


@given(st.text(alphabet=st.sampled_from(list(":\\ab1_é '\"[]-/\n$%.{}")), max_size=40))
def test_placeholders_of_any_text_are_those_of_sqlalchemy(sql: str) -> None:
    assert list(placeholders(sql)) == list(text(sql)._bindparams)


def test_placeholders_that_holes_name_are_told_apart() -> None:
    statement = read(parts_of("SELECT :a, :{0}, :b_{1}"))
    assert statement.placeholders == ("a",)
    assert statement.computed_placeholders
    assert not read(parts_of("SELECT :a, {0}")).computed_placeholders


BARE, WHOLE, PART = Quoting.BARE, Quoting.WHOLE, Quoting.PART
PLACES = [
    # sql, place and quoting of each hole, why
    ("SELECT * FROM t WHERE a = '{0}'", [(Place.COMPARISON, WHOLE)], "a quoted value"),
    ("SELECT * FROM t WHERE a = {0}", [(Place.COMPARISON, BARE)], "a bare value"),
    ("SELECT * FROM t WHERE a >= {0} AND b<>'{1}'", [(Place.COMPARISON, BARE), (Place.COMPARISON, WHOLE)], "operators"),
    ("SELECT * FROM t WHERE a BETWEEN {0} AND {1}", [(Place.COMPARISON, BARE)] * 2, "both bounds"),
    ("SELECT * FROM t WHERE a IS DISTINCT FROM {0}", [(Place.COMPARISON, BARE)], "this FROM starts no clause"),
    ("SELECT * FROM t WHERE '{0}' = a", [(Place.COMPARISON, WHOLE)], "the value on the left"),
    ('SELECT * FROM t WHERE a = "{0}"', [(Place.COMPARISON, WHOLE)], "SQLite and MySQL read double quotes so"),
    ("SELECT * FROM t WHERE (a = {0} OR (b = {1}))", [(Place.COMPARISON, BARE)] * 2, "parentheses around conditions"),
    ("SELECT * FROM t WHERE a IN (SELECT a FROM u WHERE b = {0})", [(Place.COMPARISON, BARE)], "a subquery in IN"),
    ("SELECT * FROM t GROUP BY a HAVING count(*) > {0}", [(Place.COMPARISON, BARE)], "HAVING"),
    ("SELECT * FROM t JOIN u ON u.a = {0}", [(Place.COMPARISON, BARE)], "the condition of a join"),
    ("SELECT * FROM t ORDER BY CASE WHEN a = {0} THEN 0 END", [(Place.COMPARISON, BARE)], "nearer than ORDER BY"),
    ("SELECT * FROM t WHERE a * {0} > 1", [(Place.COMPARISON, BARE)], "an operand has the type of the other"),
    ("WHERE a = '{0}'", [(Place.COMPARISON, WHOLE)], "a piece of a statement"),
    ("SELECT * FROM t WHERE a LIKE '%{0}%'", [(Place.PATTERN, PART)], "a pattern"),
    ("SELECT * FROM t WHERE a NOT LIKE '{0}%' ESCAPE '!'", [(Place.PATTERN, PART)], "a prefix"),
    ("SELECT * FROM t WHERE a SIMILAR TO '{0}%'", [(Place.PATTERN, PART)], "the standard's word"),
    ("SELECT * FROM t WHERE a LIKE '{0}'", [(Place.COMPARISON, WHOLE)], "nothing literal in the pattern"),
    ("SELECT * FROM t WHERE a = 'u-{0}'", [(Place.COMPARISON, PART)], "other partly quoted text"),
    ("INSERT INTO t (a, b) VALUES ('{0}', {1})", [(Place.VALUES, WHOLE), (Place.VALUES, BARE)], "a row"),
    ("INSERT INTO t VALUES (1, {0}), (2, {1})", [(Place.VALUES, BARE)] * 2, "several rows"),
    ("INSERT INTO t (a) VALUES ({0})", [(Place.VALUES, BARE)], "one column, one value"),
    ("INSERT INTO t (a, b) VALUES ({0})", [(Place.FRAGMENT, BARE)], "two columns: the hole is the list"),
    ("INSERT INTO t VALUES ({0})", [(Place.FRAGMENT, BARE)], "no columns: it may be the list"),
    ("INSERT INTO t VALUES {0}", [(Place.FRAGMENT, BARE)], "all rows"),
    ("INSERT INTO {0} ({1}) VALUES (1)", [(Place.TABLE, BARE), (Place.COLUMN, BARE)], "names"),
    ("UPDATE t SET a = {0}, b = '{1}'", [(Place.ASSIGNMENT, BARE), (Place.ASSIGNMENT, WHOLE)], "SET"),
    ("UPDATE t SET a = a + {0}", [(Place.ASSIGNMENT, BARE)], "an operand in SET"),
    ("UPDATE t SET {0} = 1", [(Place.COLUMN, BARE)], "what is set"),
    ("UPDATE t SET {0} WHERE a = 1", [(Place.FRAGMENT, BARE)], "whole assignments"),
    ("INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a = {0}", [(Place.ASSIGNMENT, BARE)], "an upsert"),
    ("SELECT * FROM t WHERE a IN ({0})", [(Place.IN_LIST, BARE)], "a list"),
    ("SELECT * FROM t WHERE a IN ('{0}', '{1}')", [(Place.IN_LIST, WHOLE)] * 2, "quotes may enclose a joined list"),
    ("SELECT * FROM t WHERE a = ANY({0})", [(Place.IN_LIST, BARE)], "a list"),
    ("SELECT * FROM t WHERE a = ({0})", [(Place.FRAGMENT, BARE)], "a value, or a subquery"),
    ("SELECT * FROM t WHERE a = ('{0}')", [(Place.COMPARISON, WHOLE)], "quotes leave only a value"),
    ("SELECT * FROM t LIMIT {0} OFFSET {1}", [(Place.LIMIT, BARE)] * 2, "numbers"),
    ("SELECT * FROM t LIMIT {0}, {1}", [(Place.LIMIT, BARE)] * 2, "MySQL and SQLite"),
    ("SELECT * FROM t FETCH FIRST {0} ROWS ONLY", [(Place.LIMIT, BARE)], "the standard's LIMIT"),
    ("SELECT * FROM t ORDER BY {0} {1}", [(Place.ORDER_BY, BARE), (Place.KEYWORD, BARE)], "column and direction"),
    ("SELECT * FROM t ORDER\n BY a {0}, {1}", [(Place.KEYWORD, BARE), (Place.ORDER_BY, BARE)], "over two lines"),
    ("SELECT * FROM t GROUP BY {0}", [(Place.ORDER_BY, BARE)], "a constant would group nothing"),
    ("SELECT * FROM t WHERE a IS {0}", [(Place.KEYWORD, BARE)], "NULL or NOT NULL"),
    ("SELECT {0}, a, {1} FROM t", [(Place.COLUMN, BARE)] * 2, "the list of columns"),
    ("SELECT * FROM t WHERE {0} = 1", [(Place.COLUMN, BARE)], "what is compared"),
    ("SELECT * FROM t WHERE a.{0} = 1", [(Place.COLUMN, BARE)], "behind a dot"),
    ('SELECT * FROM t WHERE "{0}" = 1', [(Place.COLUMN, WHOLE)], "a quoted name"),
    ("SELECT * FROM t WHERE {0}(a) = 1", [(Place.COLUMN, BARE)], "the name of a function"),
    ("DELETE FROM t RETURNING {0}", [(Place.COLUMN, BARE)], "the list of columns"),
    ("SELECT * FROM {0}", [(Place.TABLE, BARE)], "a table"),
    ('SELECT * FROM "{0}"', [(Place.TABLE, WHOLE)], "a quoted table"),
    ("SELECT * FROM {0}.{1}", [(Place.TABLE, BARE)] * 2, "a schema and a table"),
    ("SELECT * FROM a, {0} JOIN {1} ON true", [(Place.TABLE, BARE)] * 2, "further tables"),
    ("DROP TABLE IF EXISTS {0}", [(Place.TABLE, BARE)], "a table"),
    ("CREATE TABLE {0} (a int)", [(Place.TABLE, BARE)], "a parenthesis makes no function of it"),
    ("CREATE DATABASE {0}", [(Place.IDENTIFIER, BARE)], "another name"),
    ("SELECT * FROM t_{0}", [(Place.IDENTIFIER, BARE)], "a part of a name"),
    ("SELECT now() - INTERVAL '{0} days'", [(Place.INTERVAL, PART)], "a literal is asked for"),
    ("SELECT * FROM t WHERE a = '{0}'::date", [(Place.CAST, WHOLE)], "a cast"),
    ("SELECT * FROM t WHERE a = {0}::int", [(Place.CAST, BARE)], "a cast"),
    ("SELECT * FROM t WHERE a = CAST('{0}' AS date)", [(Place.CAST, WHOLE)], "a cast"),
    ("SELECT * FROM t WHERE a = DATE '{0}'", [(Place.CAST, WHOLE)], "a literal with a type"),
    ("SELECT * FROM t WHERE a = f({0}, '{1}')", [(Place.ARGUMENT, BARE), (Place.ARGUMENT, WHOLE)], "a function"),
    ("SELECT '{0}' AS a", [(Place.EXPRESSION, WHOLE)], "a value without a type"),
    ("SELECT * FROM t WHERE a->>'{0}' = 'x'", [(Place.EXPRESSION, WHOLE)], "the key of a JSON value"),
    ("SELECT * FROM t WHERE a LIKE '%' || '{0}'", [(Place.EXPRESSION, WHOLE)], "texts put together"),
    ("SELECT * FROM t {0}", [(Place.FRAGMENT, BARE)], "a clause"),
    ("SELECT * FROM t WHERE {0}", [(Place.FRAGMENT, BARE)], "a condition"),
    ("SELECT * FROM t WHERE a = 1 {0}", [(Place.FRAGMENT, BARE)], "more conditions"),
    ("SELECT * FROM t WHERE a = {0}{1}", [(Place.FRAGMENT, BARE)] * 2, "two texts glued together"),
    ("{0}", [(Place.FRAGMENT, BARE)], "everything"),
    ("SELECT :{0}", [(Place.PLACEHOLDER, BARE)], "the name of a bind parameter"),
    ("SELECT * FROM t WHERE a = ${0}", [(Place.PLACEHOLDER, BARE)], "a numbered one"),
    ("SELECT * FROM t WHERE a = %({0})s", [(Place.PLACEHOLDER, BARE)], "a named one of psycopg"),
    ("SELECT 1 -- {0}", [(Place.COMMENT, BARE)], "a comment"),
    ("SELECT /* {0} */ 1", [(Place.COMMENT, BARE)], "a comment"),
    ("SELECT * FROM t WHERE a = '{0}", [(Place.UNKNOWN, BARE)], "the quote never closes"),
    ("SELECT E'{0}'", [(Place.UNKNOWN, PART)], "backslashes mean something here"),
    ("SELECT $${0}$$", [(Place.UNKNOWN, PART)], "a dollar-quoted string"),
    ("DO $do$ BEGIN EXECUTE 'DROP USER {0}'; END $do$", [(Place.UNKNOWN, PART)], "a body is a string, too"),
    ("INSERT INTO t VALUES ($$it's -- $x$ $$, {0})", [(Place.VALUES, BARE)], "whatever the string holds"),
    ("INSERT INTO t VALUES ($x$ $$ /* ' $x$, '{0}')", [(Place.VALUES, WHOLE)], "a tag may be given"),
    ("SELECT a$b$ FROM t WHERE a$b$ = {0}", [(Place.COMPARISON, BARE)], "a dollar may stand in a name"),
    ("SELECT $1 FROM t WHERE a = $2 AND b = {0}", [(Place.COMPARISON, BARE)], "or before a number"),
]


@pytest.mark.parametrize(("sql", "expected", "why"), PLACES, ids=[row[0] for row in PLACES])
def test_every_hole_has_its_place(sql: str, expected: list[tuple[Place, Quoting]], why: str) -> None:
    assert [(found.place, found.quoting) for found in places(parts_of(sql))] == expected, why


BOUND = [
    # sql, its text with bind parameters, prefix and suffix of each value, why
    ("SELECT * FROM t WHERE a = '{0}'", "SELECT * FROM t WHERE a = :p0", [("", "")], "the quotes go"),
    ("SELECT * FROM t WHERE a={0}", "SELECT * FROM t WHERE a=:p0", [("", "")], "spacing stays"),
    (
        "SELECT * FROM t WHERE a LIKE '%{0}%'",
        "SELECT * FROM t WHERE a LIKE :p0",
        [("%", "%")],
        "the pattern is the value",
    ),
    (
        "SELECT * FROM t WHERE a = 'it''s {0}'",
        "SELECT * FROM t WHERE a = :p0",
        [("it's ", "")],
        "a doubled quote is one",
    ),
    (
        "SELECT * FROM t WHERE lower(a) = lower('{0}')",
        "SELECT * FROM t WHERE lower(a) = lower(:p0)",
        [("", "")],
        "these functions take text only",
    ),
    (
        "INSERT INTO t (a, b) VALUES ('{0}', {1})",
        "INSERT INTO t (a, b) VALUES (:p0, :p1)",
        [("", ""), ("", "")],
        "a row",
    ),
    (
        "UPDATE t SET a = '{0}' WHERE b = {1}",
        "UPDATE t SET a = :p0 WHERE b = :p1",
        [("", ""), ("", "")],
        "values of two clauses",
    ),
    ("SELECT * FROM t LIMIT {0}", "SELECT * FROM t LIMIT :p0", [("", "")], "with the note that it must be an int"),
    ("SELECT ':' FROM t WHERE a = {0}", "SELECT ':' FROM t WHERE a = :p0", [("", "")], "a colon that names nothing"),
]


@pytest.mark.parametrize(("sql", "expected", "around", "why"), BOUND, ids=[row[0] for row in BOUND])
def test_a_value_is_bound(sql: str, expected: str, around: list[tuple[str, str]], why: str) -> None:
    result = bound(sql)
    assert result.complete
    assert template_of(result.parts) == expected, why
    assert [(value.prefix, value.suffix) for value in result.values.values()] == around, why
    assert [value.hole.index for value in result.values.values()] == list(range(len(around)))


REFUSED = [
    # sql, words of the reason, why binding would be wrong
    ("SELECT * FROM t WHERE a IN ({0})", "IN takes a list", "`IN (:ids)` is a syntax error"),
    ("SELECT * FROM t WHERE a IN ('{0}')", "IN takes a list", "the quotes may enclose `','.join(...)`"),
    ("SELECT * FROM t ORDER BY {0}", "sorts by a constant", "silently sorts nothing"),
    ("SELECT * FROM t ORDER BY a {0}", "never a keyword", "a syntax error"),
    ("SELECT {0} FROM t", "never the name of a column", "silently gives the text in every row"),
    ("SELECT * FROM {0}", "never the name of a table", "a syntax error"),
    ("SELECT * FROM t_{0}", "part of a name", "a syntax error"),
    ("SELECT now() - interval '{0} days'", "make_interval", "a syntax error"),
    ("SELECT * FROM t WHERE a = {0}::int", "type of the cast", "`:a::int` is not read as a parameter"),
    ("SELECT * FROM t WHERE a = '{0}' AND b::date > now()", "`::` cast", "a cast elsewhere"),
    ("SELECT * FROM t WHERE a = '{0}' AND b LIKE 'x%'", "literal %", "SQLite raises on the other %"),
    ("SELECT strftime('%Y', b) FROM t WHERE a = '{0}'", "literal %", "SQLite raises on the format"),
    ("SELECT * FROM t WHERE a LIKE '%' || '{0}' || '%'", "type of the value", "SQLite raises on the %"),
    ("SELECT * FROM t WHERE a LIKE '{0}%{1}'", "several values", "one parameter cannot be two values"),
    ("SELECT * FROM t WHERE a = '{0}' AND b = :b", "bind parameter already", "its values are passed elsewhere"),
    ("SELECT * FROM t WHERE a = '{0}' -- see :b", "bind parameter already", "a comment is read for parameters too"),
    ("SELECT * FROM t WHERE a = 'x :y {0}'", "bind parameter already", "so is a string"),
    ("SELECT '{0}'", "type of the value", "PostgreSQL takes it for text"),
    ("SELECT f({0})", "function's argument", "PostgreSQL may not find the function"),
    ("SELECT * FROM t {0}", "whole piece of SQL", "no value"),
    ("SELECT :{0}", "names a bind parameter already", "nothing to mend"),
    ("SELECT 1 -- {0}", "comment", "a parameter in a comment must be given a value all the same"),
    ("SELECT * FROM t WHERE a = '{0}", "not understood", "no statement"),
    ("SELECT * FROM t WHERE a = '{0}'{1}", "", "what the second holds would run on into the name"),
    ("PRAGMA user_version = {0}", "takes no bind parameters", "a syntax error"),
    ("SET statement_timeout = {0}", "takes no bind parameters", "a syntax error"),
    ("CREATE TABLE t (a int CHECK (a > {0}))", "takes no bind parameters", "a syntax error"),
]


@pytest.mark.parametrize(("sql", "reason", "why"), REFUSED, ids=[row[0] for row in REFUSED])
def test_a_hole_that_must_stay_open_is_refused(sql: str, reason: str, why: str) -> None:
    result = bound(sql)
    assert template_of(result.parts) == sql, why
    assert not result.values
    assert [reason in refusal.reason for refusal in result.refusals] == [True] * len(result.refusals), result.refusals
    assert result.refusals


SAME_ROWS = [
    # sql, what the holes hold
    ("SELECT b FROM t WHERE a = '{0}'", ["ann"]),
    ("SELECT a FROM t WHERE b = {0}", [2]),
    ("SELECT a FROM t WHERE b BETWEEN {0} AND {1}", [2, 3]),
    ("SELECT a FROM t WHERE a LIKE '%{0}%'", ["n"]),
    ("SELECT a FROM t WHERE a LIKE '{0}_n'", ["a"]),
    ("SELECT a FROM t WHERE a = 'a{0}'", ["nn"]),
    ("SELECT a FROM t WHERE a = 'it''s {0}'", ["me"]),
    ("SELECT a FROM t WHERE lower(a) = lower('{0}')", ["ANN"]),
    ("SELECT a FROM t WHERE b + {0} > 3", [1]),
    ("SELECT a FROM t ORDER BY b LIMIT {0} OFFSET {1}", [1, 2]),
    ("INSERT INTO t (a, b) VALUES ('{0}', {1}) RETURNING a, b", ["eve", 9]),
    ("UPDATE t SET a = '{0}', b = b + {1} WHERE a = '{2}' RETURNING a, b", ["bea", 5, "bob"]),
]


@pytest.mark.parametrize(("sql", "values"), SAME_ROWS, ids=[row[0] for row in SAME_ROWS])
def test_a_bound_text_gives_the_rows_of_the_interpolated_one(sql: str, values: list[object]) -> None:
    result = bound(sql)
    given_values = {
        name: f"{value.prefix}{values[value.hole.index]}{value.suffix}"
        if value.prefix or value.suffix
        else values[value.hole.index]
        for name, value in result.values.items()
    }
    interpolated = rows(sql.format(*values), {})
    assert interpolated
    assert rows(template_of(result.parts), given_values) == interpolated


def rows(sql: str, values: dict[str, object]) -> list[tuple[object, ...]]:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    try:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE t (a TEXT, b INTEGER)"))
            connection.execute(
                text("INSERT INTO t VALUES (:a, :b)"),
                [{"a": "ann", "b": 1}, {"a": "bob", "b": 2}, {"a": "it's me", "b": 3}],
            )
            return [tuple(row) for row in connection.execute(text(sql), values)]
    finally:
        engine.dispose()


def test_values_are_bound_beside_names_that_stay_open() -> None:
    result = bound("SELECT {0} FROM t WHERE a = '{1}'")
    assert template_of(result.parts) == "SELECT {0} FROM t WHERE a = :p1"
    assert not result.complete
    assert [refusal.hole.index for refusal in result.refusals] == [0]


def test_a_value_whose_type_decides_has_a_note() -> None:
    values = bound("SELECT * FROM t WHERE a = '{0}' AND b = 'x{1}' LIMIT {2}").values
    assert "column's type" in str(values["p0"].note)
    assert values["p1"] == BoundValue(Hole(1), prefix="x")
    assert "int" in str(values["p2"].note)


def test_bind_wants_one_name_for_each_hole() -> None:
    with pytest.raises(ValueError, match="one name for each hole"):
        bind(["SELECT ", Hole(0)], [])
    with pytest.raises(ValueError, match="all different"):
        bind(["SELECT ", Hole(0), Hole(1)], ["a", "a"])


def test_the_words_of_a_text_cannot_pass_for_a_hole() -> None:
    (found,) = places(["SELECT hole_0_, hole_ FROM t WHERE hole_0_ = ", Hole(7)])
    assert (found.hole, found.place) == (Hole(7), Place.COMPARISON)


WORDS = ["SELECT", "FROM", "WHERE", "AND", "LIKE", "IN", "VALUES", "SET", "UPDATE", "INSERT INTO", "ORDER BY", "LIMIT"]
SIGNS = [
    "(",
    ")",
    ",",
    "=",
    "'",
    '"',
    "`",
    "--",
    "/*",
    "*/",
    "$$",
    "$a$",
    "E'",
    "::",
    ":",
    "\\",
    "%",
    ";",
    "''",
    "\n",
    " ",
]
PIECES = st.one_of(
    st.sampled_from(WORDS).map(" {} ".format),
    st.sampled_from([*SIGNS, " t "]),
    st.text(max_size=5),
    st.integers(0, 3).map(Hole),
)


@given(st.lists(PIECES, max_size=14))
def test_no_text_makes_it_raise(parts: list[str | Hole]) -> None:
    statement = read(parts)
    holes = [part for part in parts if isinstance(part, Hole)]
    assert [found.hole for found in places(parts)] == holes
    names = [f"n{i}" for i in range(len(holes))]
    result = bind(parts, names)
    assert len(result.values) + len(result.refusals) == len(holes)
    if result.values:  # what was written is what SQLAlchemy reads, and nothing else
        literal = [part for part in result.parts if isinstance(part, str)]
        assert {name for part in literal for name in text(part)._bindparams} == set(result.values)
        assert not statement.placeholders


@given(st.text(max_size=60))
def test_no_literal_makes_it_raise(sql: str) -> None:
    assert read([sql]).verb == first_word(sql)
    assert places([sql]) == ()


@pytest.mark.parametrize("sql", ["SELECT :a", "SELECT a FROM t WHERE b = {0} AND c IN ('x', \"y\") ORDER BY 1;"])
def test_a_plain_text_imports_no_tokenizer(sql: str) -> None:
    program = (
        "import sys; from tests.test_sql import parts_of, places, read;"
        f"read(parts_of({sql!r})); places(parts_of({sql!r})); assert 'sqlglot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


PLAIN = [
    *WORDS, "order\n by", "GROUP BY", "order bye", "Partition By", "PRIMARY KEY", "double precision", "a", "_b1",
    "E", "N", "'a'", "''", "'a b", '"c"', "1", "12", "3.5", ".5", "1e5", "1a", "=", "<", ">", "<=", "<>", "!=", "<=>",
    "=>", "==", "!", "*", "(", ")", ",", ".", ";", "-", "--", "/*", "é",
]  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(PLAIN), st.sampled_from(["", " ", "\n"])), max_size=12))
@example([("E", ""), ("'a'", "")])
@example([("'a'", ""), ("'a'", "")])
@example([("a", ""), (".", ""), ("1", "")])
def test_a_plain_text_has_the_tokens_of_any_other(pieces: list[tuple[str, str]]) -> None:
    sql = "".join(piece + gap for piece, gap in pieces)
    assert tokens(sql) == read_tokens(sql)
