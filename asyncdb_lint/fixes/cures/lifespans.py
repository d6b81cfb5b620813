"""Moves the startup and shutdown events of an application into a lifespan, all of them together.

A lifespan silences every event of its application, so either all move or none. The functions stay where they are; the
lifespan calls them, in their order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from ...nodes import descendants
from ...parsing import with_fresh_stack
from ...semantics.applications import Application, EventForm, EventHandler
from ...semantics.records import FunctionRecord
from ..blocks import Statement
from ..changes import FixPlan, PlanRefused, Remove
from .editing import Edits, statements_of, top_statement
from .serving import lifespan_head, with_argument
from .yielding import around_yield, with_body

if TYPE_CHECKING:
    from ...semantics.facts import DatabaseEvents
    from ...semantics.lifecycle import Lifecycle

_LISTS = ("on_startup", "on_shutdown")


def run_in_lifespan(events: DatabaseEvents, lifecycle: Lifecycle) -> FixPlan | None:
    """All events of the one application of a module in its lifespan; None where they cannot all move."""
    moving = _Moving(events.app, lifecycle)
    try:
        return with_fresh_stack(moving.plan)
    except PlanRefused:
        return None


class _Moving:
    def __init__(self, app: Application, lifecycle: Lifecycle) -> None:
        self.app = app
        self.lifecycle = lifecycle
        self.module = app.module
        self.edits = Edits()
        self.removed: list[cst.SimpleStatementLine] = []

    def plan(self) -> FixPlan:
        """The whole cure, or `PlanRefused`."""
        app, parsed = self.app, self.module.parsed
        neighbours = [other for other in self.lifecycle.applications.all if other.module is self.module]
        if len(neighbours) != 1 or not app.call.function.is_module:
            raise PlanRefused("it is not known which application runs these events")
        out_of_sight = self.lifecycle.resolver.is_called_out_of_sight
        if len(app.events) != len(app.own_events) or out_of_sight("on_event") or out_of_sight("add_event_handler"):
            raise PlanRefused("some events are registered with a router, or with who knows what")
        opened = [self._call(handler) for handler in app.handlers("startup")]
        closed = [self._call(handler) for handler in app.handlers("shutdown")]
        if app.has_lifespan:
            self._extend(app.lifespan, opened, closed)
        else:
            self._write(opened, closed)
        for handler in app.events:
            self._take_out(handler)
        removals = [Remove(parsed, line) for line in self.removed]
        return FixPlan.unsafe("Run them in the lifespan", *self.edits.changes(), *removals)

    def _call(self, handler: EventHandler) -> Statement:
        """The line of the lifespan that runs what a handler ran."""
        if handler.call.module is not self.module:
            raise PlanRefused("an event is registered in another module")
        function = handler.function
        is_async = function.is_async if function is not None else self._is_method(handler)
        if function is not None and (function.is_generator or function.parameters):
            raise PlanRefused(f"`{function.name}` cannot be called without arguments")
        source = self._source(handler)
        (line,) = statements_of(f"{'await ' if is_async else ''}{source}()\n")
        return line

    def _is_method(self, handler: EventHandler) -> bool:
        """Whether it is a pool's own connect or disconnect, which is awaited."""
        method = self.lifecycle.driver_method(handler.term)
        if method is None:
            raise PlanRefused("it is not known whether this is awaited")
        return method.is_async

    def _source(self, handler: EventHandler) -> str:
        if handler.form is EventForm.DECORATED:
            function = handler.function
            if function is None or function.parent is not None or function.owner is not None:
                raise PlanRefused("a handler is no function of the module")
            return function.name
        if handler.form is EventForm.ADDED:
            argument = handler.call.argument(1, "func")
            if argument is None or not handler.call.function.is_module:
                raise PlanRefused("an event is registered inside a function")
            return self._code_of(argument.node)
        if handler.listed_in is None:
            raise PlanRefused("the list of events is not written here")
        own = [other for other in self.app.events if other.listed_in is handler.listed_in]
        return self._code_of(handler.listed_in.elements[own.index(handler)].value)

    def _code_of(self, function: cst.BaseExpression) -> str:
        """A function as it is called: parentheses around it have no place there."""
        if isinstance(function, cst.Name | cst.Attribute):
            function = function.with_changes(lpar=(), rpar=())
        return self.module.parsed.code_of(function)

    def _take_out(self, handler: EventHandler) -> None:
        """A handler without its registration."""
        if handler.form is EventForm.DECORATED and handler.function is not None:
            node = handler.function.node
            if not isinstance(node, cst.FunctionDef) or self.edits.is_replaced(node):
                raise PlanRefused("a function handles several events")
            kept = [decorator for decorator in node.decorators if decorator.decorator is not handler.call.node]
            self.edits.replace(self.module.parsed, node, node.with_changes(decorators=kept))
        elif handler.form is EventForm.ADDED:
            statement = handler.call.statement
            if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
                raise PlanRefused("an event is registered beside something else")
            self.removed.append(statement)

    def _extend(self, lifespan: FunctionRecord | None, opened: list[Statement], closed: list[Statement]) -> None:
        node = lifespan.node if lifespan is not None else None
        if lifespan is None or lifespan.module is not self.module or not isinstance(node, cst.FunctionDef):
            raise PlanRefused("the lifespan is not written here")
        if sum(isinstance(inner, cst.Yield) for inner in descendants(node.body)) != 1:
            raise PlanRefused("the lifespan yields in several places")
        body = around_yield(node.body.body, opened, closed)
        if body is None:
            raise PlanRefused("the lifespan yields inside another construct")
        self.edits.replace(self.module.parsed, node, node.with_changes(body=with_body(node.body, body)))

    def _write(self, opened: list[Statement], closed: list[Statement]) -> None:
        module, call = self.module, self.app.call.node
        parsed = module.parsed
        if not self.lifecycle.imports.claim(module, "lifespan", self.app.call):
            raise PlanRefused("`lifespan` already means something else")
        (definition,) = statements_of(f"{lifespan_head(self.edits, self.app, 'lifespan')}    yield\n")
        if not isinstance(definition, cst.FunctionDef):
            raise PlanRefused("the lifespan is no function")
        body = around_yield(definition.body.body, opened, closed) or []
        definition = definition.with_changes(body=with_body(definition.body, body))
        self.edits.put_before(parsed, top_statement(parsed, call), definition)
        kept = [argument for argument in call.args if argument.keyword is None or argument.keyword.value not in _LISTS]
        if len(kept) < len(call.args) and kept:
            kept[-1] = kept[-1].with_changes(comma=call.args[-1].comma)
        self.edits.replace(parsed, call, with_argument(call.with_changes(args=kept), "lifespan", cst.Name("lifespan")))
