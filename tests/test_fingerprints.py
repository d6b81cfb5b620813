"""A finding is the same finding after lines have moved, and another one when its code has changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from asyncdb_lint import Diagnostic, Position, Range, Severity
from asyncdb_lint.fingerprints import SourceIdentities, digest, fingerprint, fingerprints

APP = Path("app.py").absolute()
SOURCE = '''\
class Users:
    """Keeps users."""

    async def save(self, user):
        self.db.execute("INSERT", {"id": user.id})
'''


def at(source: str, text: str, *, code: str = "ADB101", path: Path = APP, after: int = 0) -> Diagnostic:
    """A finding where a text stands in a source, behind the first `after` characters."""
    index = source.index(text, after)
    line = source.count("\n", 0, index) + 1
    column = index - (source.rfind("\n", 0, index) + 1) + 1
    place = Range(Position(line, column), Position(line, column + len(text)))
    return Diagnostic(code, "unawaited-query", "message", Severity.ERROR, path, place)


def of(source: str, text: str = "self.db") -> str:
    return fingerprint(at(source, text), source)


UNCHANGED = {
    "lines above": "import os\n\n\n" + SOURCE,
    "a comment behind it": SOURCE.replace("user.id})", "user.id})  # later"),
    "broken over lines": SOURCE.replace(
        '("INSERT", {"id": user.id})', '(  # why\n            "INSERT",\n            {"id": user.id},\n        )'
    ),
    "other quotes": SOURCE.replace('"INSERT"', "'INSERT'"),
    "indented by tabs": SOURCE.replace("    ", "\t"),
    "Windows line ends": SOURCE.replace("\n", "\r\n"),
    "a decorator on its function": SOURCE.replace("    async def", "    @traced(\n        'x')\n    async def"),
    "other statements around it": SOURCE.replace("        self", "        log(user)\n        self")
    + "        log(user)\n",
    "inside an if": SOURCE.replace("        self", "        if user:\n            self"),
    "code that does not parse elsewhere": SOURCE + "def broken(:\n",
}
CHANGED = {
    "another query": SOURCE.replace("INSERT", "DELETE"),
    "another function": SOURCE.replace("save", "add"),
    "another class": SOURCE.replace("Users", "Members"),
    "a value more": SOURCE.replace("user.id}", 'user.id, "x": 1}'),
}


@pytest.mark.parametrize("source", UNCHANGED.values(), ids=UNCHANGED)
def test_layout_and_place_do_not_matter(source: str) -> None:
    assert of(source) == of(SOURCE)


@pytest.mark.parametrize("source", CHANGED.values(), ids=CHANGED)
def test_code_does(source: str) -> None:
    assert of(source) != of(SOURCE)


def test_another_rule_is_another_finding() -> None:
    assert fingerprint(at(SOURCE, "self.db", code="ADB102"), SOURCE) != of(SOURCE)


def test_a_fingerprint_stays_the_same_over_versions() -> None:
    # Whoever changes this loses every user's history: raise VERSION and say so in the changelog.
    assert of(SOURCE) == "8af684b7415ca81df11a536195837706"


def test_equal_findings_of_a_file_are_counted_in_the_order_of_their_places() -> None:
    source = "def f():\n    g()\n    g()\n"
    first, second = at(source, "g()"), at(source, "g()", after=source.index("g()") + 1)
    found = fingerprints([first, second], {APP: source})
    assert found == [fingerprint(first, source), fingerprint(second, source, occurrence=2)]
    assert len(set(found)) == 2


def test_files_are_counted_apart() -> None:
    source, other = "g()\n", APP.with_name("other.py")
    found = fingerprints([at(source, "g()"), at(source, "g()", path=other)], {APP: source, other: source})
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("text", "symbol", "statement"),
    [
        ("import os", "", "import os"),
        ("@route", "outer", '@ route "/x" @ other async def outer a , b = "def no" :'),
        ("outer(", "outer", '@ route "/x" @ other async def outer a , b = "def no" :'),
        ("class Inner", "outer.Inner", "class Inner :"),
        ("deep()", "outer.Inner.method", "deep"),
        ("attribute", "outer.Inner", "attribute = 1"),
        ("back", "outer", "back = 1"),
        ("top", "", "top = 1 also = 2"),
        ("also", "", "top = 1 also = 2"),
    ],
)
def test_a_finding_belongs_to_its_innermost_definition_and_its_statement(
    text: str, symbol: str, statement: str
) -> None:
    source = '''\
import os
@route("/x")  # def commented():
# class Commented:
@other
async def outer(
    a,
    b='def no',
):
    class Inner:
        def method(self):
            """def documented():"""
            deep()
        attribute = 1
    back = (1,)
top = 1; also = 2
'''
    identity = SourceIdentities(source).of(at(source, text))
    assert (identity.code, identity.symbol, identity.statement) == ("ADB101", symbol, statement)


def test_a_file_without_text_has_fingerprints_too() -> None:
    diagnostic = at("x", "x")
    assert fingerprints([diagnostic], {}) == [digest(SourceIdentities("").of(diagnostic))]


def test_text_that_no_encoding_has_does_no_harm() -> None:
    source = 'x = "\udc80"\n'
    assert len(fingerprint(at(source, "x"), source)) == 32
