"""Which module imports which, and how one names what another holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ..lazy import cst
from ..nodes import dotted_name
from .records import ModuleRecord
from .resolve import Resolver
from .terms import Import
from .values import ModuleValue


class Spelling(NamedTuple):
    """How a module writes a name of another: the expression, and the import it needs first."""

    expression: str
    imported_from: str | None = None
    imported_name: str | None = None
    """What to import, where the expression is only its alias here."""

    @property
    def root(self) -> str:
        """The name the expression starts with."""
        return self.expression.partition(".")[0]


class _Written(NamedTuple):
    """An import that runs with its module: leading dots, module, name."""

    level: int
    dotted: str
    name: str | None

    @property
    def text(self) -> str:
        return "." * self.level + self.dotted


class ImportGraph:
    """The imports that run when modules are imported."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self._written: dict[ModuleRecord, list[_Written]] = {}
        self._edges: dict[ModuleRecord, list[ModuleRecord]] = {}
        self._claims: dict[tuple[ModuleRecord, str], object] = {}

    def claim(self, module: ModuleRecord, name: str, meaning: object) -> bool:
        """Reserves a new name in a module; False where it has another meaning, or was reserved for one.

        Two cures that write the same words and mean different things by them would be taken for one.
        """
        if self.resolver.binds(module, name):
            return False
        return self._claims.setdefault((module, name), meaning) == meaning

    def reaches(self, start: ModuleRecord, goal: ModuleRecord) -> bool:
        """Whether importing one module imports another."""
        seen = {start}
        pending = [start]
        while pending:
            for other in self._imported(pending.pop()):
                if other is goal:
                    return True
                if other not in seen:
                    seen.add(other)
                    pending.append(other)
        return False

    def spelling(self, user: ModuleRecord, owner: ModuleRecord, name: str) -> Spelling | None:
        """How `user` names what `owner` holds; None where importing it would go in a circle, or no way is known."""
        if user is owner:
            return Spelling(name)
        for bound, terms in user.bindings.items():
            if len(terms) == 1 and isinstance(terms[0], Import):
                term = terms[0]
                if term.name == name and self.resolver.index.find(user.path, term.level, term.dotted) is owner:
                    return Spelling(bound)
        for bound, terms in user.bindings.items():
            is_import = len(terms) == 1 and isinstance(terms[0], Import)
            if is_import and self.resolver.resolve(terms[0]) == (ModuleValue(owner),):
                return Spelling(f"{bound}.{name}")
        if self.reaches(owner, user):
            return None
        source = self._source(user, owner)
        if source is None:
            return None
        for alias in (name, f"{_stem(owner.path)}_{name}"):
            if self.claim(user, alias, (owner, name)):
                return Spelling(alias, source, name)
        return None

    def _source(self, user: ModuleRecord, owner: ModuleRecord) -> str | None:
        """The module of a `from` import, in the style of the importing file."""
        find = self.resolver.index.find
        own = [written for written in self._imports(user) if isinstance(self._found(user, written), ModuleRecord)]
        project = [written for written in own if written.level or not _is_stub(self._found(user, written))]
        for written in project:
            if written.name is not None and self._found(user, written) is owner:
                return written.text
        relative, absolute = self._relative(user, owner), self._absolute(user, owner, project)
        prefers_relative = bool(project) and all(written.level for written in project)
        for text in (relative, absolute) if prefers_relative else (absolute, relative):
            if text is not None:
                level = len(text) - len(text.lstrip("."))
                if find(user.path, level, text[level:]) is owner:
                    return text
        return None

    def _relative(self, user: ModuleRecord, owner: ModuleRecord) -> str | None:
        target = _without_suffix(owner.path)
        folder = user.path.parent
        for level in range(1, 8):
            if target.is_relative_to(folder):
                # Outside of packages a relative import has nothing to be relative to.
                inside = (folder / "__init__.py").exists() or (user.path.parent / "__init__.py").exists()
                return "." * level + ".".join(target.relative_to(folder).parts) if inside else None
            folder = folder.parent
        return None

    def _absolute(self, user: ModuleRecord, owner: ModuleRecord, project: list[_Written]) -> str | None:
        for module in self.resolver.modules:
            for written in self._imports(module):
                if not written.level and written.dotted and self._found(module, written) is owner:
                    return written.dotted
        target = _without_suffix(owner.path)
        roots: list[Path] = []
        for written in project:
            found = self._found(user, written)
            if not written.level and isinstance(found, ModuleRecord):
                roots.append(_up(_without_suffix(found.path), len(written.dotted.split("."))))
        package = user.path.parent
        while (package / "__init__.py").exists():
            package = package.parent
        for root in [*roots, package, package.parent]:
            if target.is_relative_to(root):
                dotted = ".".join(target.relative_to(root).parts)
                if dotted and self.resolver.index.find(user.path, 0, dotted) is owner:
                    return dotted
        return None

    def _found(self, module: ModuleRecord, written: _Written) -> ModuleRecord | Path | None:
        return self.resolver.index.find(module.path, written.level, written.dotted)

    def _imported(self, module: ModuleRecord) -> list[ModuleRecord]:
        if module not in self._edges:
            found: list[ModuleRecord] = []
            for written in self._imports(module):
                source = self._found(module, written)
                if isinstance(source, ModuleRecord) and not source.is_stub:
                    found.append(source)
                if written.name is not None and source is not None:
                    path = source if isinstance(source, Path) else source.path
                    folder = path.parent if path.stem == "__init__" else path
                    child = self.resolver.index.child(folder, written.name)
                    if isinstance(child, ModuleRecord) and not child.is_stub:
                        found.append(child)
            self._edges[module] = found
        return self._edges[module]

    def _imports(self, module: ModuleRecord) -> list[_Written]:
        if module not in self._written:
            self._written[module] = list(_read(module.parsed.tree.body))
        return self._written[module]


def _read(statements: object) -> Iterator[_Written]:
    for statement in statements if isinstance(statements, list | tuple) else ():
        match statement:
            case cst.SimpleStatementLine(body=small_statements):
                for small in small_statements:
                    yield from _of(small)
            case cst.If(test=test) if "TYPE_CHECKING" not in (dotted_name(test) or ""):
                yield from _read(statement.body.body)
                if isinstance(statement.orelse, cst.If):
                    yield from _read([statement.orelse])
                elif statement.orelse is not None:
                    yield from _read(statement.orelse.body.body)
            case cst.Try() | cst.TryStar():
                yield from _read(statement.body.body)
                for handler in statement.handlers:
                    yield from _read(handler.body.body)
            case cst.With() | cst.ClassDef():
                yield from _read(statement.body.body)
            case _:
                continue


def _of(small: cst.BaseSmallStatement) -> Iterator[_Written]:
    match small:
        case cst.Import(names=names):
            for alias in names:
                yield _Written(0, dotted_name(alias.name) or "", None)
        case cst.ImportFrom(names=cst.ImportStar()):
            yield _Written(len(small.relative), (dotted_name(small.module) or "") if small.module else "", None)
        case cst.ImportFrom():
            dotted = (dotted_name(small.module) or "") if small.module else ""
            for alias in small.names if not isinstance(small.names, cst.ImportStar) else ():
                yield _Written(len(small.relative), dotted, alias.evaluated_name)
        case _:
            return


def _is_stub(found: ModuleRecord | Path | None) -> bool:
    return isinstance(found, ModuleRecord) and found.is_stub


def _stem(path: Path) -> str:
    return path.parent.name if path.stem == "__init__" else path.stem


def _without_suffix(path: Path) -> Path:
    return path.parent if path.stem == "__init__" else path.with_suffix("")


def _up(path: Path, count: int) -> Path:
    for _ in range(count):
        path = path.parent
    return path
