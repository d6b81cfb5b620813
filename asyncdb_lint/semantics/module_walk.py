"""Walks every function of a module once; after an edit, no more than those that it has changed."""

from __future__ import annotations

from collections.abc import Mapping as Mapped
from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, TypeVar

from .. import syntax
from .definitions import Pending
from .flow import FunctionWalk
from .records import AttributeRecord, FunctionRecord, ModuleRecord, Notes
from .terms import Collection, Import
from .uses import altered, inside, mark

if TYPE_CHECKING:
    from ..parsing import ParsedModule

_T = TypeVar("_T")
_OF_BODY = (
    "is_generator", "returned", "returns_at", "yielded", "calls", "parameter_uses", "checks", "bindings", "nested",
    "tries", "withs", "loops", "yields_in", "calls_before_yield", "notes",
)  # fmt: skip
"""What a walk of its body fills in of a function."""


def walk_module(record: ModuleRecord, tree: syntax.Tree) -> ModuleRecord:
    """Fills a module's record by walking its body and every function in it."""
    module = tree.module
    body = FunctionRecord(record, "<module>", "", tree.noted(module), is_async=record.is_notebook, is_module=True)
    record.body = body
    before = record.shape
    pending: Pending = []
    FunctionWalk(body, module, tree, pending).run(module.body)
    _settle(body.notes)
    _gather(record, body.notes)
    record.shape = _shape(record)
    known = record.walked
    record.walked = {id(tree.noted(node)): function for function, node in pending}
    for function, node in reversed(pending):
        was_walked = known.get(id(tree.noted(node))) is function
        if not (was_walked and record.shape == before):
            if was_walked:
                _forget_body(function)
            _walk_function(function, node, tree)
        _gather(record, function.notes)
    if record.is_bound_inside:
        # What a body means may depend on what others bind.
        record.walked = {}
    return record


def walk_again(record: ModuleRecord, parsed: ParsedModule, tree: syntax.Tree) -> ModuleRecord:
    """Fills the record of a module anew after an edit.

    What is known of function bodies stays where their nodes are the same, and so do the names of the module: nothing
    else of a module is asked for while a body is walked.
    """
    fresh = ModuleRecord(record.path, parsed, is_stub=record.is_stub, shape=record.shape, walked=record.walked)
    for field in fields(fresh):
        setattr(record, field.name, getattr(fresh, field.name))
    return walk_module(record, tree)


def _walk_function(function: FunctionRecord, node: syntax.FunctionDef, tree: syntax.Tree) -> None:
    """Walks the body of a function of the module's own scope, and all functions in it."""
    pending: Pending = [(function, node)]
    while pending:
        current, inner = pending.pop()
        nested: Pending = []
        FunctionWalk(current, inner, tree, nested).run(inner.body.body)
        pending.extend(nested)
    _settle(function.notes)


def _forget_body(function: FunctionRecord) -> None:
    fresh = FunctionRecord(function.module, function.name, function.qualname, function.node, function.is_async)
    for name in _OF_BODY:
        setattr(function, name, getattr(fresh, name))


def _shape(record: ModuleRecord) -> dict[str, list[tuple[str, str | None]]]:
    return {
        name: [(term.dotted, term.name) for term in terms if isinstance(term, Import)]
        for name, terms in record.bindings.items()
    }


def _settle(notes: Notes) -> None:
    """Hands the uses of every collection on to what it holds.

    Only now, since elements may be added after a use (`tasks.append(...)` in a loop that drains `tasks` first). Outer
    collections come first; a second round serves those that were put into older ones.
    """
    for _ in range(2):
        for collection in reversed(notes.collections):
            for use in inside(collection.uses):
                if isinstance(collection, Collection):
                    for element in collection.elements:
                        mark(element, use)
                    continue
                for key, value in collection.entries:
                    # `**other` puts in what the other one holds, not the other one itself.
                    mark(value, use if key is not None else altered(use, contained=False, taken=True))


def _gather(record: ModuleRecord, notes: Notes) -> None:
    """Adds what one walk has noted to what is known of the module."""
    record.stars += notes.stars
    record.functions += notes.functions
    record.classes += notes.classes
    record.calls += notes.calls
    record.stores += notes.stores
    record.collections += notes.collections
    record.bare_dependencies += notes.bare_dependencies
    record.unpacked.update(notes.unpacked)
    record.spread.update(notes.spread)
    record.declared.update(notes.declared)
    _add(record.references, notes.references)
    _add(record.attribute_uses, notes.attribute_uses)
    _add(record.item_uses, notes.item_uses)
    _add(record.submodules, notes.submodules)
    for name, others in notes.aliases.items():
        record.aliases.setdefault(name, set()).update(others)
    for member in notes.members:
        if member.method.owner is not None:
            attribute = member.method.owner.attributes.setdefault(member.name, AttributeRecord())
            attribute.values.append(member.value)
            attribute.annotation = attribute.annotation or member.annotation


def _add(known: dict[str, list[_T]], more: Mapped[str, Sequence[_T]]) -> None:
    for name, found in more.items():
        known.setdefault(name, []).extend(found)
