"""Interpolated SQL is bound: what is written, what stays as it is, and that the rows stay the same."""

from __future__ import annotations

import asyncio
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import StaticPool, create_engine, text

from asyncdb_lint.diagnostics import Applicability, Diagnostic
from asyncdb_lint.project import lint_files
from asyncdb_lint.runner import fix
from asyncdb_lint.settings import RuleSelection, Settings

HEAD = """\
from databases import Database
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
database = Database("{url}")
COLUMNS = "a, b"


class User(BaseModel):
    name: str


@app.get("/t")
async def read(x: str, y: str, n: int, given: dict, u: User):
"""


class Case:
    def __init__(self, root: Path, body: str, url: str = "sqlite:///app.db") -> None:
        self.head = HEAD.format(url=url)
        self.path = root / "project" / "main.py"
        self.path.parent.mkdir()
        self.path.write_bytes((self.head + textwrap.indent(body, "    ") + "\n").encode())
        self.settings = Settings(root=self.path.parent, selections=(RuleSelection(select=("ADB401",)),))

    def findings(self) -> tuple[Diagnostic, ...]:
        return lint_files([self.path], settings=self.settings).diagnostics

    def fixed(self) -> str:
        before = self.path.read_bytes().decode()
        after = fix({self.path: self.settings}, unsafe=True).after.get(self.path, before)
        assert after.startswith(self.head)
        return textwrap.dedent(after[len(self.head) :]).removesuffix("\n")


FIXED = {
    "f-string": (
        """return await database.fetch_all(f"SELECT a FROM t WHERE a = '{x}'")""",
        """return await database.fetch_all("SELECT a FROM t WHERE a = :x", values={"x": x})""",
    ),
    "single quotes": (
        """return await database.fetch_all(f'SELECT a FROM t WHERE a = "{COLUMNS}" OR b = {x}')""",
        """return await database.fetch_all(f'SELECT a FROM t WHERE a = "{COLUMNS}" OR b = :x', values={'x': x})""",
    ),
    "raw": (
        """return await database.fetch_all(fr"SELECT a FROM t WHERE a = '{x}' OR a = '\\d'")""",
        """return await database.fetch_all(r"SELECT a FROM t WHERE a = :x OR a = '\\d'", values={"x": x})""",
    ),
    "escapes": (
        """return await database.fetch_all(f"SELECT a\\tFROM t\\nWHERE a = \\'{x}\\'")""",
        """return await database.fetch_all("SELECT a\\tFROM t\\nWHERE a = :x", values={"x": x})""",
    ),
    "a number stays": (
        """return await database.fetch_all(f"SELECT a FROM t WHERE b = {n} AND a = '{x}'")""",
        """return await database.fetch_all(f"SELECT a FROM t WHERE b = {n} AND a = :x", values={"x": x})""",
    ),
    "the same value twice": (
        """return await database.fetch_all(f"SELECT a FROM t WHERE a = '{x}' OR a = '{x}'")""",
        """return await database.fetch_all("SELECT a FROM t WHERE a = :x OR a = :x_2", values={"x": x, "x_2": x})""",
    ),
    "quotes doubled by hand": (
        """return await database.fetch_all("SELECT a FROM t WHERE a = '" + x.replace("'", "''") + "'")""",
        """return await database.fetch_all("SELECT a FROM t WHERE a = :x", values={"x": x})""",
    ),
    "text around the value": (
        """return await database.fetch_all(f"SELECT a FROM t WHERE a = 'it''s {x}'")""",
        """return await database.fetch_all("SELECT a FROM t WHERE a = :x", values={"x": f"it's {x}"})""",
    ),
    "a sum on one line": (
        """return await database.fetch_all("SELECT a FROM t WHERE a = '" + x + "' AND b='" + y + "' LIMIT 9")""",
        """return await database.fetch_all("SELECT a FROM t WHERE a = :x AND b=:y LIMIT 9", values={"x": x, "y": y})""",
    ),
    "a sum over lines": (
        """\
return await database.fetch_all(
    "SELECT a FROM t WHERE a = '"
    + x
    + "' AND b = 2"
)""",
        """\
return await database.fetch_all(
    "SELECT a FROM t WHERE a = :x"
    + " AND b = 2",
    values={"x": x}
)""",
    ),
    "a sum of a constant": (
        """return await database.fetch_all("SELECT " + COLUMNS + " FROM t WHERE b = " + x)""",
        """return await database.fetch_all("SELECT " + COLUMNS + " FROM t WHERE b = :x", values={"x": x})""",
    ),
    "percent with a constant": (
        """return await database.fetch_all("SELECT %s FROM t WHERE a = '%s'" % (COLUMNS, x))""",
        """return await database.fetch_all("SELECT %s FROM t WHERE a = :x" % (COLUMNS,), values={"x": x})""",
    ),
    "percent with names": (
        """return await database.fetch_all("SELECT a FROM t WHERE a = '%(who)s'" % {"who": x})""",
        """return await database.fetch_all("SELECT a FROM t WHERE a = :x", values={"x": x})""",
    ),
    "format with a constant": (
        """return await database.fetch_all("SELECT {} FROM t WHERE a='{}' AND'{{'>b".format(COLUMNS, x))""",
        """return await database.fetch_all("SELECT {} FROM t WHERE a=:x AND'{{'>b".format(COLUMNS), values={"x": x})""",
    ),
    "format with braces": (
        """return await database.fetch_all("SELECT '{{}}' FROM t WHERE a = '{0}'".format(x))""",
        """return await database.fetch_all("SELECT '{}' FROM t WHERE a = :x", values={"x": x})""",
    ),
    "strings side by side": (
        """\
return await database.fetch_all(
    "SELECT a FROM t "
    f"WHERE a = '{x}' "  # the name
    f"AND b <> {y}",
)""",
        """\
return await database.fetch_all(
    "SELECT a FROM t "
    "WHERE a = :x "  # the name
    "AND b <> :y",
    values={"x": x, "y": y},
)""",
    ),
    "a comment beside the text": (
        """\
return await database.fetch_all(
    f"SELECT a FROM t WHERE a = '{x}'"  # noqa: S608
)""",
        """\
return await database.fetch_all(
    "SELECT a FROM t WHERE a = :x",  # noqa: S608
    values={"x": x}
)""",
    ),
    "three quotes in a variable": (
        """\
query = f\"\"\"
    SELECT a
    FROM t  -- all
    WHERE a = '{x}'
\"\"\"
print("now")
return await database.fetch_all(query)""",
        """\
query = \"\"\"
    SELECT a
    FROM t  -- all
    WHERE a = :x
\"\"\"
print("now")
return await database.fetch_all(query, values={"x": x})""",
    ),
    "a text in parentheses": (
        """\
query = (
    f"SELECT a FROM t WHERE a = '{x}'"
)
return await database.fetch_all(query)""",
        """\
query = (
    "SELECT a FROM t WHERE a = :x"
)
return await database.fetch_all(query, values={"x": x})""",
    ),
    "values over lines": (
        """\
return await database.fetch_all(
    f"SELECT a FROM t WHERE a = '{x}' AND b = :b",
    {
        "b": n,  # the number
    },
)""",
        """\
return await database.fetch_all(
    "SELECT a FROM t WHERE a = :x AND b = :b",
    {
        "b": n,  # the number
        "x": x,
    },
)""",
    ),
    "values in a variable": (
        """\
values = {"x": n}
return await database.fetch_all(f"SELECT a FROM t WHERE a = '{x}' AND b = :x", values)""",
        """\
values = {"x": n}
return await database.fetch_all("SELECT a FROM t WHERE a = :x_2 AND b = :x", {**values, "x_2": x})""",
    ),
    "values that are none": (
        """return await database.fetch_val(f"SELECT a FROM t WHERE a = '{x}'", None, 0)""",
        """return await database.fetch_val("SELECT a FROM t WHERE a = :x", {"x": x}, 0)""",
    ),
}


@pytest.mark.parametrize("name", FIXED)
def test_a_value_is_bound(name: str, tmp_path: Path) -> None:
    before, after = FIXED[name]
    assert Case(tmp_path, before).fixed() == after


def test_text_put_together_elsewhere_is_bound_inside_quotes_only(tmp_path: Path) -> None:
    body = """\
seal = u.seal() + "!"
where = "b = " + u.seal()
return await database.fetch_all(f"SELECT a FROM t WHERE a = '{x}' AND b = '{seal}' AND {where}")"""
    assert Case(tmp_path, body).fixed().splitlines()[-1] == (
        """return await database.fetch_all(f"SELECT a FROM t WHERE a = :x AND b = :seal AND {where}","""
        """ values={"x": x, "seal": seal})"""
    )


UNFIXED = {
    "conversion": """return await database.fetch_all(f"SELECT a FROM t WHERE a = {x!r}")""",
    "format": """return await database.fetch_all(f"SELECT a FROM t WHERE a = '{x:>9}'")""",
    "values from elsewhere": """return await database.fetch_all(f"SELECT a FROM t WHERE a = '{x}'", given)""",
    "values with unknown keys": """return await database.fetch_all(f"SELECT a FROM t WHERE a = '{x}'", {**given})""",
    "values that grow": """\
values = {"b": n}
values.update(given)
return await database.fetch_all(f"SELECT a FROM t WHERE a = '{x}' AND b = :b", values)""",
    "many values": """await database.execute_many(f"UPDATE t SET a = '{x}' WHERE b = :b", [{"b": n}])""",
    "arguments out of sight": """return await database.fetch_all(*[f"SELECT a FROM t WHERE a = '{x}'"])""",
    "a value that changes on the way": """\
query = f"SELECT a FROM t WHERE a = '{x}'"
x = x.upper()
return await database.fetch_all(query)""",
    "a value that is made on the way": """\
query = f"SELECT a FROM t WHERE a = '{x.pop()}'"
return await database.fetch_all(query)""",
    "a text that is read twice": """\
query = f"SELECT a FROM t WHERE a = '{x}'"
print(query)
return await database.fetch_all(query)""",
    "a text of several pieces": """\
query = "SELECT a FROM t"
query += f" WHERE a = '{x}'"
return await database.fetch_all(query)""",
    "a name beside a value": """return await database.fetch_all(f"SELECT {y} FROM t WHERE a = '{x}'")""",
    "a comment in a sum": """\
return await database.fetch_all(
    "SELECT a FROM t WHERE a = '"
    # who
    + x
    + "'"
)""",
    "a quoted constant": """return await database.fetch_all(f"SELECT a FROM t WHERE a = '{COLUMNS}{x}'")""",
}


@pytest.mark.parametrize("name", UNFIXED)
def test_where_binding_is_not_that_simple_nothing_is_done(name: str, tmp_path: Path) -> None:
    body = UNFIXED[name]
    assert Case(tmp_path, body).fixed() == body


SAFETY = [
    ("sqlite:///app.db", "a = '{x}'", Applicability.SAFE, "SQLite compares text with text"),
    ("postgresql://h/d", "a = '{x}'", Applicability.UNSAFE, "the column may be a date, which takes '2024-01-01'"),
    ("postgresql://h/d", "lower(a) = lower('{x}')", Applicability.SAFE, "lower() takes text"),
    ("postgresql://h/d", "a LIKE '{x}%'", Applicability.SAFE, "a pattern is text"),
    ("postgresql://h/d", "a = {x}", Applicability.UNSAFE, "a number is wanted"),
    ("sqlite:///app.db", "a = '{u.name}'", Applicability.SAFE, "a field of a model"),
    ("sqlite:///app.db", "a = '{given['a']}'", Applicability.UNSAFE, "of no known type"),
]


@pytest.mark.parametrize(("url", "condition", "applicability", "why"), SAFETY, ids=[row[3] for row in SAFETY])
def test_a_fix_is_safe_where_the_type_is_known(
    url: str, condition: str, applicability: Applicability, why: str, tmp_path: Path
) -> None:
    (found,) = Case(tmp_path, f'return await database.fetch_all(f"SELECT a FROM t WHERE {condition}")', url).findings()
    assert found.fix is not None
    assert found.fix.applicability is applicability, why


HINTS = [
    ('f"SELECT a FROM t ORDER BY {x}"', '`XS = {"name": "name"}`', "a dict of what is allowed"),
    ('f"SELECT a FROM {x}"', "`{XS[x]}`", "a dict of what is allowed"),
    ('f"SELECT a FROM t ORDER BY a {x}"', '`"DESC" if x == "desc" else "ASC"`', "literal texts"),
    (
        "f\"SELECT a FROM t WHERE a IN ({','.join(given)})\"",
        'bindparam("given", value=given, expanding=True)',
        "a list",
    ),
    ("f\"SELECT now() - interval '{x} hours'\"", "`make_interval(hours => :x)`", "an interval"),
    ('f"SELECT a FROM t WHERE a = {x}::int"', "`CAST(:x AS ...)`", "a cast"),
    ("f\"SELECT a FROM t WHERE a LIKE 'a%' AND b = '{x}'\"", "literal %", "what stands in the way"),
    ("f\"SELECT a FROM t WHERE a LIKE '%{x}%'\"", '`values={"x": f"%{x}%"}`', "the whole pattern"),
    ("sqlalchemy.text(f\"SELECT a FROM t WHERE a = '{x}'\")", ".bindparams(x=x)", "text()"),
    ("f\"SELECT a FROM t WHERE a = '{u.name}'\"", '`values={"name": u.name}`', "the user's own name"),
]


@pytest.mark.parametrize(("query", "words", "why"), HINTS, ids=[row[0] for row in HINTS])
def test_the_help_says_what_to_write(query: str, words: str, why: str, tmp_path: Path) -> None:
    body = f"import sqlalchemy\nreturn await database.fetch_all({query})"
    (found,) = Case(tmp_path, body).findings()
    assert words in str(found.help), why


class Recorded:
    """A database that runs a query on SQLite through SQLAlchemy, as `databases` does."""

    async def fetch_all(self, query: str, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        engine = create_engine("sqlite://", poolclass=StaticPool)
        try:
            with engine.begin() as connection:
                connection.execute(text("CREATE TABLE t (a TEXT, b TEXT)"))
                rows = [{"a": a, "b": b} for a, b in (("ann", "1"), ("bob", "2"), ("it's ann", "1"))]
                connection.execute(text("INSERT INTO t VALUES (:a, :b)"), rows)
                return [tuple(row) for row in connection.execute(text(query), values or {})]
        finally:
            engine.dispose()

    async def fetch_val(self, query: str, values: Mapping[str, Any] | None, column: int) -> list[tuple[Any, ...]]:
        return await self.fetch_all(query, values)


def run(body: str, **arguments: object) -> list[tuple[Any, ...]]:
    source = "async def read(x, y, n, given, u):\n" + textwrap.indent(body, "    ")
    scope: dict[str, Any] = {"database": Recorded(), "COLUMNS": "a, b", "print": lambda *_: None}
    exec(source, scope)
    return asyncio.run(scope["read"](**arguments))  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", FIXED)
def test_the_fix_keeps_the_rows_and_closes_the_hole(name: str) -> None:
    before, after = FIXED[name]
    is_number = "b = {x}" in before or "b = %s" in before or '" + x)' in before
    harmless = {"x": "1" if is_number else "ann", "y": "1", "n": 1, "given": {}, "u": None}
    if "<> {y}" in before:
        harmless["y"] = "2"
    assert run(before, **harmless) == run(after, **harmless)
    hostile = {**harmless, "x": "0 OR 1=1 --" if is_number else "x' OR '1'='1' --"}
    assert run(after, **hostile) == []
