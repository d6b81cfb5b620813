"""Lets an application open a pool at startup and close it at shutdown: in its events, its lifespan, or a new one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import libcst as cst

from ...nodes import descendants
from ...semantics.applications import Application, EventForm, EventHandler
from ...semantics.import_graph import Spelling
from ...semantics.lifecycle import Binding, Lifecycle
from ...semantics.records import CallRecord, FunctionRecord, ModuleRecord
from ...semantics.terms import Import
from .. import blocks
from ..blocks import Statement
from ..changes import PlanRefused
from .editing import Edits, statements_of, top_statement
from .yielding import around_yield, lines_of, with_body

_SUFFIX = "database"


class Serving:
    """Writes one pool into one application."""

    def __init__(
        self, app: Application, binding: Binding, lifecycle: Lifecycle, edits: Edits, opener: str, closer: str
    ) -> None:
        self.app = app
        self.binding = binding
        self.lifecycle = lifecycle
        self.edits = edits
        self.opener = opener
        self.closer = closer

    def write(self) -> None:
        """Extends what the application has, or gives it a lifespan."""
        app = self.app
        if app.has_lifespan:
            if app.lifespan is None:
                raise PlanRefused("the application's lifespan is not known")
            self._extend_lifespan(app.lifespan)
        elif app.events:
            # A lifespan would silence them all.
            self._extend_events()
        else:
            self._new_lifespan()

    def write_closing(self) -> None:
        """Lets the application close a pool that it opens already."""
        app = self.app
        if not app.has_lifespan:
            self._extend_event("shutdown", self.closer, app.handlers("shutdown"), app.handlers("startup"))
        elif app.lifespan is None:
            raise PlanRefused("the application's lifespan is not known")
        else:
            self._extend_lifespan(app.lifespan, opens=False)

    def _pool(self, module: ModuleRecord, function: FunctionRecord | None, parameter: str | None = None) -> str:
        """The pool as a function writes it, imported if need be; `parameter` is the application in a lifespan."""
        if parameter is not None and self.binding.app is self.app.call:
            return f"{parameter}.{self.binding.path}"
        spelling = self._spelling(module)
        if spelling is None:
            raise PlanRefused(f"{module.path} cannot import the pool without going in a circle")
        if spelling.root == parameter or (function is not None and self.lifecycle.is_local(function, spelling.root)):
            raise PlanRefused(f"`{spelling.root}` means something else there")
        if spelling.imported_from is not None and spelling.imported_name is not None:
            self.edits.add_import(module.parsed, spelling.imported_from, spelling.imported_name, spelling.expression)
        return spelling.expression

    def _spelling(self, user: ModuleRecord) -> Spelling | None:
        if self.binding.is_name:
            return self.lifecycle.imports.spelling(user, self.binding.module, self.binding.expression)
        return Spelling(self.binding.expression) if user is self.binding.module else None

    # -- lifespan ---------------------------------------------------------------------------------------------------

    def _extend_lifespan(self, lifespan: FunctionRecord, *, opens: bool = True) -> None:
        node = lifespan.node
        if not isinstance(node, cst.FunctionDef) or not lifespan.is_async:
            raise PlanRefused("the lifespan is no async function")
        if sum(isinstance(inner, cst.Yield) for inner in descendants(node.body)) != 1:
            raise PlanRefused("the lifespan yields in several places")
        first = lifespan.parameters[0].name if lifespan.parameters else None
        pool = self._pool(lifespan.module, lifespan, first)
        opened, closed = statements_of(f"await {pool}.{self.opener}()\nawait {pool}.{self.closer}()\n")
        body = around_yield(node.body.body, [opened] if opens else [], [closed])
        if body is None:
            raise PlanRefused("the lifespan yields inside another construct")
        self.edits.replace(lifespan.module.parsed, node, node.with_changes(body=with_body(node.body, body)))

    def _new_lifespan(self) -> None:
        module, call = self.app.module, self.app.call.node
        parsed = module.parsed
        names = ("lifespan", "app_lifespan")
        name = next((name for name in names if self.lifecycle.imports.claim(module, name, self.app.call)), None)
        if name is None or self.lifecycle.is_local(self.app.call.function, name):
            raise PlanRefused("`lifespan` already means something else")
        pool = self._pool(module, None, lifespan_parameter(self.app))
        (definition,) = statements_of(
            f"{lifespan_head(self.edits, self.app, name)}"
            f"    await {pool}.{self.opener}()\n"
            f"    try:\n        yield\n    finally:\n        await {pool}.{self.closer}()\n"
        )
        self.edits.put_before(parsed, top_statement(parsed, call), definition)
        self.edits.replace(parsed, call, with_argument(call, "lifespan", cst.Name(name)))

    # -- events -----------------------------------------------------------------------------------------------------

    def _extend_events(self) -> None:
        startup, shutdown = self.app.handlers("startup"), self.app.handlers("shutdown")
        self._extend_event("startup", self.opener, startup, shutdown)
        self._extend_event("shutdown", self.closer, shutdown, startup)

    def _extend_event(
        self, event: str, method: str, own: Sequence[EventHandler], others: Sequence[EventHandler]
    ) -> None:
        for attempt in self._attempts(event, method, own, others):
            try:
                attempt()
            except PlanRefused:
                continue
            return
        raise PlanRefused(f"nothing of the application's {event} can be extended")

    def _attempts(
        self, event: str, method: str, own: Sequence[EventHandler], others: Sequence[EventHandler]
    ) -> Iterator[Callable[[], None]]:
        """Ways to run something at one event, the most natural first."""
        for handler in own:
            function = handler.function
            if function is not None and function.is_async and not function.is_generator:
                yield partial(self._extend_function, event, method, function)
        for handler in own:
            if handler.form is EventForm.LISTED and handler.listed_in is not None:
                yield partial(self._extend_list, event, method, handler.listed_in)
        for handler in [*own, *others]:
            if handler.form is EventForm.ADDED and isinstance(handler.call.statement, cst.SimpleStatementLine):
                yield partial(self._add_beside, event, method, handler.call, handler.call.statement)
        if any(handler.form is EventForm.LISTED for handler in others):
            yield partial(self._add_list, event, method)
        for handler in [*own, *others]:
            if handler.form is EventForm.DECORATED and handler.function is not None:
                yield partial(self._add_decorated, event, method, handler.call, handler.function)

    def _extend_function(self, event: str, method: str, function: FunctionRecord) -> None:
        node = function.node
        if not isinstance(node, cst.FunctionDef) or self.edits.is_replaced(node):
            raise PlanRefused("this function cannot be extended")
        pool = self._pool(function.module, function)
        (line,) = statements_of(f"await {pool}.{method}()\n")
        body = [statement for statement in lines_of(node.body) if not _is_placeholder(statement)]
        first = 1 if body and _is_docstring(body[0]) else 0
        leaves = any(isinstance(inner, cst.Return | cst.Raise) for inner in descendants(node.body))
        place = len(body) if event == "startup" and not leaves else first
        body = [*body[:place], line, *body[place:]]
        self.edits.replace(function.module.parsed, node, node.with_changes(body=with_body(node.body, body)))

    def _extend_list(self, event: str, method: str, node: cst.List) -> None:
        pool = self._pool(self.app.module, self.app.call.function)
        new = cst.Element(cst.parse_expression(f"{pool}.{method}"))
        elements = list(node.elements)
        # Opened last, closed first.
        elements = [*elements, new] if event == "startup" else [new, *elements]
        spaced = [
            element.with_changes(comma=cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")))
            if isinstance(element.comma, cst.MaybeSentinel) and element is not elements[-1]
            else element
            for element in elements
        ]
        self.edits.replace(self.app.module.parsed, node, node.with_changes(elements=spaced))

    def _add_list(self, event: str, method: str) -> None:
        call = self.app.call.node
        if f"on_{event}" in {argument.keyword for argument in self.app.call.arguments}:
            raise PlanRefused(f"`on_{event}` is given and is no list")
        pool = self._pool(self.app.module, self.app.call.function)
        new = cst.List([cst.Element(cst.parse_expression(f"{pool}.{method}"))])
        self.edits.replace(self.app.module.parsed, call, with_argument(call, f"on_{event}", new))

    def _add_beside(self, event: str, method: str, call: CallRecord, statement: cst.SimpleStatementLine) -> None:
        pool = self._pool(call.module, call.function)
        written = call.module.parsed.code_of(call.node.func)
        lines = statements_of(f'{written}("{event}", {pool}.{method})\n')
        self.edits.put_after(call.module.parsed, statement, lines)

    def _add_decorated(self, event: str, method: str, other: CallRecord, function: FunctionRecord) -> None:
        """A function behind one that is there."""
        module = other.module
        name = next((name for name in (event, f"{event}_{_SUFFIX}") if name not in module.bindings), None)
        if name is None or not isinstance(function.node, cst.FunctionDef):
            raise PlanRefused(f"`{event}` already means something else")
        if function.parent is not None or function.owner is not None:
            raise PlanRefused("the handlers stand in a function")
        pool = self._pool(module, None)
        written = module.parsed.code_of(other.node.func)
        returns = " -> None" if annotates_returns(module) else ""
        (definition,) = statements_of(
            f'@{written}("{event}")\nasync def {name}(){returns}:\n    await {pool}.{method}()\n'
        )
        blank = [cst.EmptyLine(indent=False), cst.EmptyLine(indent=False)]
        self.edits.put_after(module.parsed, function.node, [blocks.with_leading(definition, blank)])


def _is_docstring(statement: Statement) -> bool:
    if not isinstance(statement, cst.SimpleStatementLine) or not isinstance(statement.body[0], cst.Expr):
        return False
    return isinstance(statement.body[0].value, cst.SimpleString | cst.ConcatenatedString)


def _is_placeholder(statement: Statement) -> bool:
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return False
    small = statement.body[0]
    return isinstance(small, cst.Pass) or (isinstance(small, cst.Expr) and isinstance(small.value, cst.Ellipsis))


def lifespan_head(edits: Edits, app: Application, name: str) -> str:
    """The decorator and `def` line of a new lifespan, annotated as its module is; what it needs is imported."""
    module = app.module
    written = module.parsed.code_of(app.call.node.func)
    annotation = f": {written}" if written.partition(".")[0] in module.bindings else ""
    returns = ""
    if annotates_returns(module):
        returns = " -> AsyncIterator[None]"
        edits.add_import(module.parsed, "collections.abc", "AsyncIterator")
    edits.add_import(module.parsed, "contextlib", "asynccontextmanager")
    return f"@asynccontextmanager\nasync def {name}({lifespan_parameter(app)}{annotation}){returns}:\n"


def lifespan_parameter(app: Application) -> str:
    """What a new lifespan calls its application: `app`, unless the module imports something of that name."""
    is_imported = any(isinstance(term, Import) for term in app.module.bindings.get("app", ()))
    return "application" if is_imported else "app"


def annotates_returns(module: ModuleRecord) -> bool:
    """Whether a module says of every function what it returns."""
    functions = [function.node for function in module.functions if isinstance(function.node, cst.FunctionDef)]
    return bool(functions) and all(node.returns is not None for node in functions)


def with_argument(call: cst.Call, keyword: str, value: cst.BaseExpression) -> cst.Call:
    """A call with one more keyword argument, laid out as the others."""
    plain = cst.SimpleWhitespace("")
    new = cst.Arg(value, cst.Name(keyword), cst.AssignEqual(plain, plain))
    if not call.args:
        return call.with_changes(args=[new], whitespace_before_args=plain)
    *others, last = call.args
    opening = call.whitespace_before_args
    if isinstance(opening, cst.ParenthesizedWhitespace):
        between: cst.BaseParenthesizableWhitespace = opening.with_changes(
            first_line=cst.TrailingWhitespace(), empty_lines=[]
        )
    else:
        between = cst.SimpleWhitespace(" ")
    if isinstance(last.comma, cst.Comma):
        closing = last.comma.whitespace_after
        new = new.with_changes(comma=cst.Comma(whitespace_after=closing))
        if isinstance(closing, cst.ParenthesizedWhitespace):
            # A comment beside the last argument stays beside it.
            new = new.with_changes(
                comma=cst.Comma(whitespace_after=closing.with_changes(first_line=cst.TrailingWhitespace()))
            )
            if isinstance(between, cst.ParenthesizedWhitespace):
                between = between.with_changes(first_line=closing.first_line)
        last = last.with_changes(comma=cst.Comma(whitespace_after=between))
    else:
        new = new.with_changes(whitespace_after_arg=last.whitespace_after_arg)
        last = last.with_changes(comma=cst.Comma(whitespace_after=between), whitespace_after_arg=plain)
    return call.with_changes(args=[*others, last, new])
