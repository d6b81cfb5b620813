"""A module that is walked again after an edit has the record that walking all of it gives."""

from __future__ import annotations

import dataclasses
import random
from itertools import zip_longest
from pathlib import Path

import libcst as cst
import pytest

from asyncdb_lint.decoding import UnparsableFile
from asyncdb_lint.full_tree import FullTree
from asyncdb_lint.parsing import parse
from asyncdb_lint.reparsing import cut
from asyncdb_lint.semantics.module_walk import walk_again, walk_module
from asyncdb_lint.semantics.records import ModuleRecord
from asyncdb_lint.semantics.terms import GlobalName

FIXTURES = Path(__file__).parent / "fixtures"
PATH = Path("module.py")
MODULE = """\
from typing import cast
import os.path

from databases import Database

database = Database("sqlite:///app.db")
handlers = []


class Users:
    table = "users"

    def __init__(self, database: Database) -> None:
        self.database = database
        self.seen = list(x for x in [database])

    async def all(self, *, limit=10):
        class Inner:
            def make(self):
                self.made = 1

        for row in await self.database.fetch_all(f"SELECT {limit}"):
            rows = [row["id"], row.get("name")]
            yield rows
        self.seen = None


async def load():
    try:
        return await database.fetch_all("SELECT 1")
    except ValueError as error:
        raise load from error


def between():
    return load, Users, os.path


async def save(name, users: Users = None):
    tasks = []
    for _ in range(3):
        tasks.append(database.execute("x", {"name": name}))
    return cast(int, tasks), [*tasks]


def register():
    def inner(value):
        return value or database.fetch_one(lambda: value)

    handlers.append(inner)
    handlers.append(save)
    return dict(a=inner, b=save)


handlers.extend([save, register])
with open("x") as file:
    first, second = file
"""
_NOT_SHOWN = {"walked", "shape", "notes", "parsed", "names", "members", "collections"}
"""What serves the next walk, and what has no order."""


def shown(record: ModuleRecord) -> list[object]:
    """Everything that can be reached from a record, each thing by a number and with what it holds."""
    numbers: dict[int, int] = {}
    kept: list[object] = []
    lines: list[object] = []

    def number(thing: object) -> str:
        if id(thing) not in numbers:
            numbers[id(thing)] = len(numbers)
            kept.append(thing)
        return f"{type(thing).__name__} {numbers[id(thing)]}"

    def value(thing: object) -> object:
        match thing:
            case cst.CSTNode():
                place = record.parsed.places.of(thing)
                assert place is not None or isinstance(thing, cst.Name | cst.Call | cst.Subscript), thing
                return type(thing).__name__, place and place[1:]
            case dict():
                return [(isinstance(key, str) and key, value(held)) for key, held in thing.items()]
            case set():
                return sorted(thing)
            case list() | tuple():
                return [value(held) for held in thing]
            case GlobalName():
                # Each walk has its own for a name.
                return "name", thing.name
            case _ if dataclasses.is_dataclass(thing):
                return number(thing)
            case _:
                return repr(thing)

    def fields_of(thing: object) -> list[object]:
        assert dataclasses.is_dataclass(thing)
        names = [field.name for field in dataclasses.fields(thing) if field.name not in _NOT_SHOWN]
        return [(name, value(getattr(thing, name))) for name in names]

    number(record)
    while len(lines) < len(kept):
        lines.append((number(kept[len(lines)]), fields_of(kept[len(lines)])))
    return lines


def test_what_is_shown_tells_records_apart() -> None:
    assert shown(record_of(MODULE)) == shown(record_of(MODULE))
    for old, new in [('"id"', '"no"'), ("limit=10", "limit=11"), ("append(save)", "append(inner)"), ("= 1", "= 2")]:
        assert shown(record_of(MODULE)) != shown(record_of(MODULE.replace(old, new)))


def record_of(text: str) -> ModuleRecord:
    parsed = parse(PATH, text.encode())
    return walk_module(ModuleRecord(PATH, parsed), FullTree(parsed.tree))


class Typing:
    """A module that is parsed and walked again after each edit."""

    def __init__(self, text: str) -> None:
        parsed = parse(PATH, text.encode())
        self.tree = FullTree(parsed.tree)
        self.record = walk_module(ModuleRecord(PATH, parsed), self.tree)
        self.cut = cut(parsed)
        self.kept = 0

    def becomes(self, text: str) -> bool:
        """Whether the edit leaves parts as they are; what it makes is checked."""
        assert self.cut is not None
        again = self.cut.again(text.encode())
        if again is None:
            return False
        before = set(map(id, self.record.functions))
        self.cut = again
        self.tree = FullTree(again.parsed.tree, self.tree.converted)
        walk_again(self.record, again.parsed, self.tree)
        self.kept += len(before & set(map(id, self.record.functions)))
        pairs = zip_longest(shown(self.record), shown(record_of(text)))
        # The first difference says enough, and pytest would compare the rest for minutes.
        assert next((pair for pair in pairs if pair[0] != pair[1]), None) is None
        return True


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("return value or", "return"),
        ("tasks = []", "tasks = None"),
        ("limit=10", "limit=11"),
        ('"x", {"name": name}', "name"),
        ("handlers = []", "handlers = {}"),
        ("handlers = []", "list = dict = range = None"),
        ("from typing import cast", "from elsewhere import cast"),
        ("def register():", "def register():\n    global handlers, cast\n    handlers = cast = 1"),
        ("class Users:", "class Users(Base):"),
        ("class Users:", "class People:"),
        ("self.seen = None", "self.other = self.seen"),
        ("[save, register]", "[register]"),
        ("def register", "@handlers.append\ndef register"),
    ],
)
def test_an_edit_and_taking_it_back(old: str, new: str) -> None:
    typing = Typing(MODULE)
    for text in (MODULE.replace(old, new), MODULE, MODULE.replace(old, new), MODULE):
        assert typing.becomes(text)
    assert typing.kept


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_typed(seed: int) -> None:
    chance = random.Random(seed)
    sources = [
        MODULE,
        *(path.read_text("utf-8") for path in sorted((FIXTURES / "app").rglob("*.py"))),
        *(path.read_text("utf-8") for path in sorted((FIXTURES / "pitfalls").glob("adb[1-5]0[1-4]*.py"))),
    ]
    kept = 0
    for _ in range(30):
        text = chance.choice(sources)
        if not text.strip() or cut(parse(PATH, text.encode())) is None:
            continue
        typing = Typing(text)
        for _ in range(6):
            lines = text.splitlines(keepends=True)
            at = chance.randrange(len(lines))
            match chance.choice(["gone", "again", "await", "return", "swap", "global"]):
                case "gone":
                    lines[at : at + 1] = []
                case "again":
                    lines[at:at] = [lines[at]]
                case "await":
                    lines[at] = lines[at].replace("await ", "")
                case "return":
                    lines[at] = lines[at].replace("return ", "yield ")
                case "swap":
                    lines[at : at + 2] = reversed(lines[at : at + 2])
                case _:
                    indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
                    lines[at:at] = [f"{indent}global database\n"] if indent else ["import x as list\n"]
            try:
                edited = "".join(lines)
                parse(PATH, edited.encode())
            except UnparsableFile:
                continue
            if not edited.strip() or not typing.becomes(edited):
                break
            text = edited
        kept += typing.kept
    assert kept > 50
