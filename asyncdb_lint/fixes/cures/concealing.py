"""Cures a response that shows an error: the error goes to the log, the response says that there was one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import libcst as cst

from ...nodes import descendants
from ...semantics.values import ExternalInstance
from ..changes import AddImport, Change, FixPlan, InsertBefore, Replace
from ..unused_imports import imports_of
from .editing import parents_in

if TYPE_CHECKING:
    from ...semantics.facts import ProjectFacts
    from ...semantics.leaks import LeakedError

_SAID = "database error"
_LOG_METHODS = {"warning", "error", "critical", "log"}


def keep_to_the_log(leaked: LeakedError, project: ProjectFacts) -> FixPlan | None:
    """A literal text in the place of the error's, and `logger.exception(...)` in front unless it is logged already."""
    handler = leaked.clause.node
    if not isinstance(handler, cst.ExceptHandler) or not isinstance(handler.body, cst.IndentedBlock):
        return None
    name = handler.name.name.value if handler.name is not None and isinstance(handler.name.name, cst.Name) else None
    shown = list(_shown(leaked.node, name)) if name is not None else []
    parents = parents_in(handler)
    statement = _statement_of(leaked.answer, parents)
    if not shown or statement is None:
        return None
    module = leaked.function.module.parsed
    changes: list[Change] = [Replace(module, node, _without(node, name)) for node in shown]
    changes += dict.fromkeys(item for node in shown for item in imports_of(module, node))
    if name is not None and not _is_needed(handler, name, shown):
        changes.append(Replace(module, handler, handler.with_changes(name=None)))
    title = "Keep the error from the client"
    if not _is_logged(handler, name):
        title = "Log the error and keep it from the client"
        logger = _logger(leaked, project)
        if logger is None:
            changes.append(AddImport(module, "logging"))
        text = f"{leaked.function.name} failed"
        call = cst.parse_statement(f'{logger or "logging"}.exception("{text}")')
        changes.append(InsertBefore(module, statement, [cst.ensure_type(call, cst.SimpleStatementLine)]))
    return FixPlan.unsafe(title, *changes)


def _is_needed(handler: cst.ExceptHandler, name: str, shown: Sequence[cst.BaseExpression]) -> bool:
    """Whether a handler still names its error once these expressions are gone."""
    gone = {id(inner) for node in shown for inner in descendants(node)}
    return any(
        isinstance(inner, cst.Name) and inner.value == name and id(inner) not in gone
        for inner in descendants(handler.body)
    )


def _shown(node: cst.BaseExpression, name: str) -> Iterator[cst.BaseExpression]:
    """The expressions that show the error: the outermost texts, inside dicts, lists and calls of responses."""
    match node:
        case cst.Dict(elements=elements):
            for entry in elements:
                yield from _shown(entry.value, name)
        case cst.List(elements=elements) | cst.Tuple(elements=elements):
            for element in elements:
                yield from _shown(element.value, name)
        case cst.Call(func=cst.Name(value=function), args=args) if function not in ("str", "repr", "format"):
            for argument in args:
                yield from _shown(argument.value, name)
        case _:
            if _mentions(node, name):
                yield node


def _without(node: cst.BaseExpression, name: str | None) -> cst.BaseExpression:
    """The text of an f-string up to the error that ends it; a text of its own for all else."""
    said = _SAID
    if isinstance(node, cst.FormattedString) and node.prefix.lower() == "f" and len(node.quote) == 1:
        texts = [part.value for part in node.parts if isinstance(part, cst.FormattedStringText)]
        if len(node.parts) == 2 and len(texts) == 1 and isinstance(node.parts[0], cst.FormattedStringText):
            said = texts[0].rstrip(" :-(=") if "{" not in texts[0] and "\\" not in texts[0] else _SAID
            return cst.SimpleString(f"{node.quote}{said or _SAID}{node.quote}")
    return cst.SimpleString(f'"{said}"')


def _mentions(node: cst.CSTNode, name: str) -> bool:
    return any(isinstance(inner, cst.Name) and inner.value == name for inner in descendants(node))


def _statement_of(node: cst.CSTNode, parents: dict[int, cst.CSTNode]) -> cst.SimpleStatementLine | None:
    above: cst.CSTNode | None = node
    while above is not None and not isinstance(above, cst.SimpleStatementLine):
        above = parents.get(id(above))
    return above


def _is_logged(handler: cst.ExceptHandler, name: str | None) -> bool:
    """Whether the handler logs the error already, with its traceback or its text."""
    return any(
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Attribute)
        and (
            node.func.attr.value == "exception"
            or any(argument.keyword is not None and argument.keyword.value == "exc_info" for argument in node.args)
            or (
                name is not None
                and node.func.attr.value in _LOG_METHODS
                and any(_mentions(argument.value, name) for argument in node.args)
            )
        )
        for node in descendants(handler.body)
    )


def _logger(leaked: LeakedError, project: ProjectFacts) -> str | None:
    """The module's own logger, if it has one."""
    module = leaked.function.module
    for name, terms in module.bindings.items():
        values = [value for term in terms for value in project.resolver.resolve(term)]
        if values and all(
            isinstance(value, ExternalInstance) and value.dotted == "logging.getLogger()" for value in values
        ):
            return name
    return None
