"""Cures a pool, or a connect, per request: one pool at module level, which the application opens and closes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import libcst as cst

from ...nodes import descendants
from ...parsing import with_fresh_stack
from ...semantics.applications import Application
from ...semantics.lifecycle import Binding, Lifecycle, Place
from ...semantics.reach import Origin
from ...semantics.records import CallRecord, FunctionRecord, UseKind
from ...semantics.terms import Attribute, Term, last_name
from .. import blocks
from ..blocks import Statement
from ..changes import FixPlan, PlanRefused
from .editing import Edits, parents_in, statements_of
from .placing import place_for
from .serving import Serving
from .trimming import Trim

if TYPE_CHECKING:
    from ...semantics.facts import Construction, SharedConnect

_USUAL_NAME = "database"


def hoist(built: Construction, lifecycle: Lifecycle) -> FixPlan | None:
    """Builds the pool once, at module level, and lets the application open and close it; None where it cannot."""
    return _unless_refused(_Hoisting(built.call, lifecycle).plan)


def leave_connected(connect: SharedConnect, lifecycle: Lifecycle) -> FixPlan | None:
    """Takes a function's connects out, and lets the application open and close the pool; None where it cannot."""
    return _unless_refused(partial(_leave_connected, connect, lifecycle))


def _unless_refused(plan: Callable[[], FixPlan]) -> FixPlan | None:
    try:
        return with_fresh_stack(plan)
    except PlanRefused:
        return None


def _leave_connected(connect: SharedConnect, lifecycle: Lifecycle) -> FixPlan:
    function = connect.function
    construction = _shared_pool(connect, lifecycle)
    app = _application(function, lifecycle)
    touches = [touch for touch in lifecycle.touches(construction) if touch.function is function]
    trimming = _Trimming()
    for touch in touches:
        trimming.drop(touch)
    edits = Edits()
    if not lifecycle.opens_at_startup(app, construction):
        binding = lifecycle.binding(construction)
        if binding is None:
            raise PlanRefused("it is not known where the pool is kept")
        _serve(app, construction, binding, lifecycle, edits)
    trimming.write(edits)
    source = _source_of(connect)
    return FixPlan.unsafe(f"Connect `{source}` once, when the application starts", *edits.changes())


def _shared_pool(connect: SharedConnect, lifecycle: Lifecycle) -> CallRecord:
    """The construction of the one pool that is connected."""
    if connect.call is not None:
        terms = [connect.call.callee.base] if isinstance(connect.call.callee, Attribute) else []
    else:
        terms = [term for item in connect.function.withs if item.entered is connect.node for term in item.items]
    construction = lifecycle.makers.one(terms[0]) if len(terms) == 1 else None
    if construction is None:
        raise PlanRefused("it is not known which pool this is")
    return construction


def _application(function: FunctionRecord, lifecycle: Lifecycle) -> Application:
    """The application that serves a function, and nobody else does."""
    if lifecycle.reach.origins(function) & {Origin.LIFECYCLE, Origin.SCRIPT}:
        raise PlanRefused("the function also runs while no application serves, and needs the connect there")
    app = lifecycle.applications.serving(function)
    if app is None:
        raise PlanRefused("no one application is known that serves this")
    return app


def _source_of(connect: SharedConnect) -> str:
    node = connect.node
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
        node = node.func.value
    return connect.function.module.parsed.code_of(node)


def _serve(app: Application, construction: CallRecord, binding: Binding, lifecycle: Lifecycle, edits: Edits) -> None:
    if lifecycle.serves_without(app, construction):
        raise PlanRefused("the application is meant to start without the database")
    opener, closer = lifecycle.method(construction, "opens"), lifecycle.method(construction, "closes")
    if opener is None or closer is None:
        raise PlanRefused("it is not known how the pool is opened and closed")
    Serving(app, binding, lifecycle, edits, opener, closer).write()


class _Trimming:
    """What goes from which functions, outermost functions first, since one change must hold those inside it."""

    def __init__(self) -> None:
        self._functions: dict[FunctionRecord, dict[int, cst.CSTNode]] = {}
        self.statements: set[int] = set()
        self.entered: dict[int, Sequence[Statement]] = {}
        self.replaced: dict[int, cst.BaseExpression] = {}

    def parents(self, function: FunctionRecord) -> dict[int, cst.CSTNode]:
        """The parents of the nodes in the outermost function around one."""
        while function.parent is not None:
            function = function.parent
        if not isinstance(function.node, cst.FunctionDef):
            raise PlanRefused("the pool is opened or closed outside of functions")
        if function not in self._functions:
            self._functions[function] = parents_in(function.node)
        return self._functions[function]

    def drop(self, touch: Place, name: str | None = None) -> None:
        """Takes a connect, a disconnect or an `async with` out; `name` is what the pool is called afterwards."""
        parents = self.parents(touch.function)
        parent = parents.get(id(touch.node))
        if not touch.is_sure:
            raise PlanRefused("this may also open or close another pool")
        if isinstance(parent, cst.WithItem):
            alias = parent.asname.name if parent.asname is not None else None
            if alias is not None and not isinstance(alias, cst.Name):
                raise PlanRefused("the pool is bound to more than a name")
            own = name if name is not None else touch.function.module.parsed.code_of(touch.node)
            kept: list[Statement] = []
            if alias is not None and alias.value != own:
                kept = statements_of(f"{alias.value} = {own}\n")
            self.entered[id(parent)] = kept
            return
        above = parents.get(id(parent)) if isinstance(parent, cst.Await) else None
        if not isinstance(above, cst.Expr):
            raise PlanRefused("its result is used, or somebody else awaits it")
        self.statements.add(id(above))

    def write(self, edits: Edits) -> None:
        """Replaces every function that loses something."""
        targets = {*self.statements, *self.entered, *self.replaced}
        for function, parents in self._functions.items():
            if edits.is_replaced(function.node):
                raise PlanRefused("the function opens the pool for the application")
            trim = Trim(targets, parents, self.statements, self.entered, self.replaced)
            edits.replace(function.module.parsed, function.node, trim.node(function.node))


@dataclass(slots=True)
class _Place:
    """Where the pool stands in its function."""

    name: str | None = None
    """The local name it has there."""
    statement: cst.SimpleStatementLine | None = None
    """`name = Database(...)`, where it is that."""
    assignment: cst.Assign | cst.AnnAssign | None = None


class _Hoisting:
    def __init__(self, call: CallRecord, lifecycle: Lifecycle) -> None:
        self.call = call
        self.function = call.function
        self.module = call.module
        self.lifecycle = lifecycle
        self.edits = Edits()
        self.trimming = _Trimming()

    def plan(self) -> FixPlan:
        """The whole cure, or `PlanRefused`."""
        if self.function.is_lambda:
            raise PlanRefused("a lambda has no statements")
        place = self._place()
        name = place.name or _USUAL_NAME
        self._check_name(place, name)
        place_in_module = place_for(self.call, self.lifecycle)
        if place_in_module is None:
            raise PlanRefused("the construction depends on what only the function knows")
        app = _application(self.function, self.lifecycle)
        for touch in self.lifecycle.touches(self.call):
            self.trimming.drop(touch, name)
        self._check_nothing_else_enters()
        same = self._same(name)
        if same is None:
            self._write_pool(place, name, *place_in_module)
        if same is None or not self.lifecycle.opens_at_startup(app, same):
            _serve(app, self.call, Binding(self.module, name), self.lifecycle, self.edits)
        self.trimming.write(self.edits)
        # Last, so that a cure that is refused keeps no name from another.
        if same is None and not self.lifecycle.imports.claim(self.module, name, self._words()):
            raise PlanRefused(f"another cure gives the name `{name}` to another pool")
        return FixPlan.unsafe(
            f"Build `{name}` once at module level and connect it when the application starts", *self.edits.changes()
        )

    # -- in the function --------------------------------------------------------------------------------------------

    def _place(self) -> _Place:
        parents = self.trimming.parents(self.function)
        node = self.call.node
        parent = parents.get(id(node))
        if isinstance(parent, cst.Assign | cst.AnnAssign):
            targets = (
                [target.target for target in parent.targets] if isinstance(parent, cst.Assign) else [parent.target]
            )
            line = parents.get(id(parent))
            if len(targets) == 1 and isinstance(targets[0], cst.Name):
                self.trimming.statements.add(id(parent))
                return _Place(targets[0].value, line if isinstance(line, cst.SimpleStatementLine) else None, parent)
        if isinstance(parent, cst.WithItem) and parent.asname is not None:
            if not isinstance(parent.asname.name, cst.Name):
                raise PlanRefused("the pool is bound to more than a name")
            return _Place(parent.asname.name.value)
        if isinstance(parent, cst.Expr | cst.Param | cst.Decorator | cst.Await):
            raise PlanRefused("the pool is not kept")
        if not isinstance(parent, cst.WithItem):
            self.trimming.replaced[id(node)] = cst.Name(_USUAL_NAME)
        return _Place()

    def _check_name(self, place: _Place, name: str) -> None:
        """The name must mean the pool, and nothing else, in the function and in the module."""
        scope = self.function
        if place.name is None:
            is_clear = not self.lifecycle.is_local(scope, name)
        else:
            is_clear = (
                len({id(term) for term in scope.bindings.get(name, ())}) == 1
                and scope.parameter(name) is None
                and not (scope.parent is not None and self.lifecycle.is_local(scope.parent, name))
                and not any(_binds_otherwise(node, name) for node in descendants(scope.node))
            )
        if not is_clear or (self.lifecycle.resolver.binds(self.module, name) and self._same(name) is None):
            raise PlanRefused(f"`{name}` already means something else")

    def _same(self, name: str) -> CallRecord | None:
        """The pool that the module already has under this name, built in the same words."""
        terms = self.module.bindings.get(name, ())
        made = self.lifecycle.makers.one(terms[0]) if len(terms) == 1 else None
        if made is None or not made.function.is_module or made.module is not self.module:
            return None
        return made if self._words(made) == self._words() else None

    def _words(self, call: CallRecord | None = None) -> str:
        """A construction as written, whatever its layout."""
        return "".join(self.module.parsed.code_of((call or self.call).node).split())

    def _check_nothing_else_enters(self) -> None:
        """Exit stacks, and functions that get the pool in ways not followed, open and close it out of sight."""
        for use in self.call.uses:
            consumer = last_name(use.call.callee) if use.call is not None else None
            if consumer is not None and ("context" in consumer or "exit" in consumer or "closing" in consumer):
                raise PlanRefused("the pool is entered out of sight")
            if use.kind is UseKind.STORED and isinstance(use.node, cst.Attribute):
                attribute = use.node.attr.value
                if any(self._is_unknown(term, attribute) for term in self.lifecycle.opened_or_closed(self.call)):
                    raise PlanRefused("the pool may be opened or closed out of sight")

    def _is_unknown(self, term: Term, attribute: str) -> bool:
        return last_name(term) == attribute and None in self.lifecycle.makers.of(term)

    # -- in the module ----------------------------------------------------------------------------------------------

    def _write_pool(self, place: _Place, name: str, neighbour: Statement, behind: bool) -> None:
        parsed = self.module.parsed
        small: cst.BaseSmallStatement
        if place.assignment is not None:
            small = place.assignment.with_changes(semicolon=cst.MaybeSentinel.DEFAULT)
        else:
            small = cst.Assign([cst.AssignTarget(cst.Name(name))], self.call.node)
        line = cst.SimpleStatementLine([small])
        if place.statement is not None and len(place.statement.body) == 1:
            line = line.with_changes(trailing_whitespace=place.statement.trailing_whitespace)
        if behind:
            blank = [cst.EmptyLine(indent=False)] if not isinstance(neighbour, cst.SimpleStatementLine) else []
            if isinstance(neighbour, cst.FunctionDef | cst.ClassDef):
                blank = [*blank, cst.EmptyLine(indent=False)]
            self.edits.put_after(parsed, neighbour, [blocks.with_leading(line, blank)])
        else:
            self.edits.put_before(parsed, neighbour, line)


def _binds_otherwise(node: cst.CSTNode, name: str) -> bool:
    """`del name`, `global name`, `nonlocal name`."""
    match node:
        case cst.Del(target=cst.Name(value=value)):
            return value == name
        case cst.Global(names=names) | cst.Nonlocal(names=names):
            return any(item.name.value == name for item in names)
        case _:
            return False
