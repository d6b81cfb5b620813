"""How much of the files that matter has to be parsed if only those functions are that can matter.

A unit is a top-level statement, or a member of a class. It matters at once if it names a driver or asks for what only
drivers offer; and since a wrapper around a query is a query, also if it names anything that such a unit defines.
"""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from asyncdb_lint import screen
from asyncdb_lint.files import find_files
from asyncdb_lint.settings import Settings, SettingsResolver
from asyncdb_lint.surroundings import Surroundings

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of source that could be parsed by itself."""

    text: str
    defines: frozenset[str]

    @property
    def words(self) -> set[str]:
        """Everything that it names."""
        return set(_WORD.findall(self.text))


def units(source: str) -> Iterator[Unit]:
    """The units of a module; what is no unit (the header of a class, say) has to be parsed anyway."""
    lines = source.splitlines(keepends=True)
    for statement in ast.parse(source).body:
        members = statement.body if isinstance(statement, ast.ClassDef) else [statement]
        for node in members:
            decorators = getattr(node, "decorator_list", [])
            first = min([node.lineno, *(decorator.lineno for decorator in decorators)]) - 1
            defined = {getattr(node, "name", "")} - {""}
            for inner in ast.walk(node):
                is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
                if isinstance(inner, ast.Attribute) and isinstance(inner.ctx, ast.Store):
                    defined.add(inner.attr)
                elif isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store) and not is_function:
                    defined.add(inner.id)
            if isinstance(statement, ast.ClassDef) and "__init__" in defined:
                defined.add(statement.name)
            yield Unit("".join(lines[first : node.end_lineno]), frozenset(defined))


def shares(found: list[Unit], drivers: set[str]) -> tuple[int, int]:
    """How many characters matter at once, and how many with all that hangs on them."""
    mentions = screen.driver_methods()
    words = [unit.words for unit in found]
    matters = [
        bool(mentions.search(unit.text.encode()) or named & drivers) for unit, named in zip(found, words, strict=True)
    ]
    at_once = sum(len(unit.text) for unit, does in zip(found, matters, strict=True) if does)
    defined = {name for unit, does in zip(found, matters, strict=True) if does for name in unit.defines}
    before = -1
    while len(defined) != before:
        before = len(defined)
        for number, unit in enumerate(found):
            if not matters[number] and words[number] & defined:
                matters[number] = True
                defined |= unit.defines
    return at_once, sum(len(unit.text) for unit, does in zip(found, matters, strict=True) if does)


def main() -> None:
    """Measures the projects in some folders."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", nargs="+", type=Path)
    files = find_files(parser.parse_args().corpus, SettingsResolver(fixed=Settings())).files
    drivers = {word.decode() for words in screen.driver_modules().values() for word in words}
    total = at_once = hanging = 0
    for project in Surroundings().projects(files):
        found: list[Unit] = []
        for file in screen.screened({file: file.read_bytes() for file in project.wanted}).matters:
            try:
                source = file.read_text(encoding="utf-8")
                found += units(source)
            except (SyntaxError, UnicodeDecodeError):
                continue
            total += len(source)
        first, second = shares(found, drivers)
        at_once, hanging = at_once + first, hanging + second
    click.echo(f"{total:,} characters in files that matter")
    click.echo(f"{at_once / total:.0%} in units that name a driver or what it offers")
    click.echo(f"{hanging / total:.0%} in those and in all that name what they define")


if __name__ == "__main__":
    main()
