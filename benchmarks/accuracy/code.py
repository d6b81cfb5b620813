"""What the names and calls of one repository mean, as far as imports, `self` and class names say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import libcst as cst

from .source import Function, Source, dotted


@dataclass(frozen=True, slots=True, eq=False)
class Code:
    """The modules of one repository that could be read."""

    root: Path
    sources: Mapping[Path, Source]

    def functions_called(self, source: Source, inside: Function | None, call: cst.Call) -> list[Function]:
        """The project functions that a call means, as far as imports, `self` and class names say."""
        written = dotted(call.func)
        if written is None:
            return []
        head, _, name = written.rpartition(".")
        if not head:
            return self._plain(source, name, call)
        if head in ("self", "cls") and inside is not None:
            owner = inside.owner or (inside.parent.owner if inside.parent else None)
            return self._methods(source, owner, name, 0) if owner is not None else []
        path = expand(source.imports, head)
        if path is None:
            local = self._class_in(source, head)
            return self._methods(source, local, name, 0) if local is not None else []
        module = self.module(source, path)
        if module is not None:
            return [item for item in self._top_level(module) if item.name == name]
        owner_source, owner = self._class_at(source, path)
        return self._methods(owner_source, owner, name, 0) if owner_source and owner else []

    def _plain(self, source: Source, name: str, call: cst.Call) -> list[Function]:
        local = [item for item in self._top_level(source) if item.name == name]
        around = source.function_of(call)
        nested = [item for item in source.functions.values() if item.parent is around and item.name == name]
        if around is not None and nested:
            return nested
        if local or name not in source.imports:
            return local
        return self._exported(source, source.imports[name], 0)

    def _exported(self, source: Source, path: str, depth: int) -> list[Function]:
        """A function that a dotted path names, also when its package imports it from elsewhere."""
        head, _, name = path.rpartition(".")
        module = self.module(source, head or ".") if not path.startswith(".") else self.module(source, _parent(path))
        if module is None:
            return []
        found = [item for item in self._top_level(module) if item.name == name]
        if not found and name in module.imports and depth < 5:
            return self._exported(module, module.imports[name], depth + 1)
        return found

    def _methods(self, source: Source, owner: cst.ClassDef | None, name: str, depth: int) -> list[Function]:
        if owner is None or depth > 5:
            return []
        own = [item for item in source.functions.values() if item.owner is owner and item.name == name]
        if own:
            return own
        for base in owner.bases:
            written = dotted(base.value)
            local = self._class_in(source, written or "")
            path = expand(source.imports, written) if written else None
            where, above = (source, local) if local else self._class_at(source, path) if path else (None, None)
            inherited = self._methods(where, above, name, depth + 1) if where else []
            if inherited:
                return inherited
        return []

    def _class_in(self, source: Source, name: str) -> cst.ClassDef | None:
        found = [node for node in source.nodes(cst.ClassDef) if node.name.value == name]
        return found[-1] if found else None

    def _class_at(self, source: Source, path: str) -> tuple[Source | None, cst.ClassDef | None]:
        name = path.rpartition(".")[2]
        module = self.module(source, _parent(path))
        return (module, self._class_in(module, name)) if module else (None, None)

    def _top_level(self, source: Source) -> list[Function]:
        return [item for item in source.functions.values() if item.owner is None and item.parent is None]

    def module(self, source: Source, path: str) -> Source | None:
        """The module that a dotted path means; an absolute one may start at any folder above the importing file."""
        if path.startswith("."):
            bare = path.lstrip(".")
            base = source.path.parents[len(path) - len(bare) - 1]
            return self._at(base, bare)
        for base in source.path.parents:
            found = self._at(base, path)
            if found is not None:
                return found
            if base == self.root:
                return None
        return None

    def _at(self, base: Path, path: str) -> Source | None:
        target = base.joinpath(*path.split(".")) if path else base
        return self.sources.get(target.with_name(target.name + ".py")) or self.sources.get(target / "__init__.py")


def _parent(path: str) -> str:
    """`a.b` of `a.b.c`, `..a` of `..a.b`, `.` of `.a`."""
    bare = path.lstrip(".")
    dots = path[: len(path) - len(bare)]
    return dots + bare.rpartition(".")[0]


def expand(imports: Mapping[str, str], written: str) -> str | None:
    """A dotted name with its imported start written out; None where the start is not imported."""
    head, _, rest = written.partition(".")
    if head not in imports:
        return None
    return f"{imports[head]}.{rest}" if rest else imports[head]
