"""Test clients that send requests to an application without its lifespan, which would open the database."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..lazy import cst
from .applications import Application
from .calling import class_roles
from .decorating import is_route_decorator
from .lifecycle import Lifecycle
from .opening import Openings
from .queries import Queries
from .reach import Origin
from .records import CallRecord, Context, ContextKind, FunctionRecord, ModuleRecord, UseKind
from .terms import Attribute, Computed, Constant, Result, Template, Term, last_name
from .values import ClassValue, ConstantValue, InstanceValue

# With one of these around, what a request reaches may be something else than the application's own database.
_REPLACING = {"monkeypatch", "mocker", "mock", "patch", "MagicMock", "AsyncMock", "setattr"}
_HOST = re.compile(r"^https?://[^/]*")
_RUNS_LIFESPAN = {"LifespanManager", "lifespan_context", "startup", "lifespan"}


class UnenteredClient(NamedTuple):
    """A client whose application has a lifespan that opens a database, and that nobody enters."""

    call: CallRecord
    app: Application
    opening: cst.CSTNode
    opening_module: ModuleRecord
    can_be_entered: bool
    """Whether entering the client runs the lifespan."""

    @property
    def source(self) -> str:
        """The client as written."""
        return self.call.module.parsed.code_of(self.call.node)

    @property
    def advice(self) -> str:
        """What to write instead."""
        if self.can_be_entered:
            return f"write `with {self.source} as client:` around the requests"
        argument = self.call.arguments[0] if self.call.arguments else None
        name = self.call.module.parsed.code_of(argument.node) if argument is not None else "app"
        return f"run the lifespan around it: `async with {name}.router.lifespan_context({name}):`"


class Clients:
    """Finds them in one project."""

    def __init__(self, lifecycle: Lifecycle, openings: Openings, queries: Queries) -> None:
        self.lifecycle = lifecycle
        self.openings = openings
        self.queries = queries
        self.resolver = lifecycle.resolver
        self.reach = lifecycle.reach

    def unentered(self, module: ModuleRecord) -> Sequence[UnenteredClient]:
        """The clients of a test module whose requests reach a database that only the lifespan opens."""
        if self.reach.module_kind(module) is not Origin.TEST:
            return []
        clients = [call for call in module.calls if self._is_client(call) and not self._is_entered(call)]
        if not clients or self._is_out_of_sight():
            return []
        return [found for call in clients if (found := self._unentered(call)) is not None]

    def _unentered(self, call: CallRecord) -> UnenteredClient | None:
        argument = call.argument(0, "app")
        made = self.lifecycle.makers.one(argument.term) if argument is not None else None
        app = next((app for app in self.lifecycle.applications.all if app.call is made), None)
        if app is None:
            return None
        for pool in self.openings.constructions:
            opening = next(self.lifecycle.openings(app, pool), None)
            if opening is None or not self.openings.needs_opening_in_tests(pool):
                continue
            if any(self._asks(path, handler) for handler in self._handlers(pool) for path in self._paths(call)):
                return UnenteredClient(call, app, opening.node, opening.function.module, self._can_be_entered(call))
        return None

    def _tests(self) -> Iterator[ModuleRecord]:
        for module in self.resolver.modules:
            if not module.is_stub and self.reach.module_kind(module) is Origin.TEST:
                yield module

    def _is_client(self, call: CallRecord) -> bool:
        return any(
            isinstance(value, ClassValue)
            and value.cls.module.is_stub
            and "serves_app" in class_roles(self.resolver, value)
            for value in self.resolver.resolve(call.callee)
        )

    def _can_be_entered(self, call: CallRecord) -> bool:
        return any(
            isinstance(value, ClassValue) and self.resolver.method(value.cls, "__enter__") is not None
            for value in self.resolver.resolve(call.callee)
        )

    def _is_entered(self, call: CallRecord) -> bool:
        return any(use.kind in (UseKind.ENTERED, UseKind.ASYNC_ENTERED) for use in call.uses)

    def _is_out_of_sight(self) -> bool:
        """Whether the tests enter a client elsewhere, run a lifespan, replace what is behind it, or use SQLite."""
        return any(self._hides(module) for module in self._tests())

    def _hides(self, module: ModuleRecord) -> bool:
        if any(name in module.bindings for name in _REPLACING | {"LifespanManager"}):
            return True
        if module.attribute_uses.get("dependency_overrides") or module.attribute_uses.get("lifespan_context"):
            return True
        if any(last_name(call.callee) in _REPLACING | _RUNS_LIFESPAN for call in module.calls):
            return True
        if any(_mentions_sqlite(argument.term) for call in module.calls for argument in call.arguments):
            return True
        return any(self._hides_in(function) for function in module.functions)

    def _hides_in(self, function: FunctionRecord) -> bool:
        if any(parameter.name in _REPLACING for parameter in function.parameters):
            return True
        return any(self._enters_client(context) for context in function.withs)

    def _enters_client(self, context: Context) -> bool:
        if context.kind not in (ContextKind.WITH, ContextKind.ASYNC_WITH):
            return False
        for item in context.items:
            if isinstance(item, Result) and self._is_client(item.call):
                continue
            if any(
                isinstance(value, InstanceValue) and "serves_app" in class_roles(self.resolver, value)
                for value in self.resolver.resolve(item)
            ):
                return True
        return False

    # -- from a test's request to a query ---------------------------------------------------------------------------

    def _paths(self, client: CallRecord) -> Iterator[str]:
        """The paths that tests ask a client for: `client.get("/users/1")`; what is filled in stands as `*`."""
        for module in self._tests():
            for call in module.calls:
                if isinstance(call.callee, Attribute) and call.arguments:
                    path = self._path(call.arguments[0].term)
                    if path is not None and self._may_be(call.callee.base, client):
                        yield path

    def _path(self, term: Term) -> str | None:
        """A path, also behind a base that is written elsewhere: `f"{BASE}/users"`."""
        match term:
            case Constant(value=str() as text):
                path = text
            case Template(parts=parts):
                path = "".join(part if isinstance(part, str) else self._filled_in(part.term) for part in parts)
            case Computed(operator="+", operands=operands):
                path = "".join(map(self._filled_in, operands))
            case _:
                path = self._filled_in(term)
        path = _HOST.sub("", path)
        return path if path.startswith(("/", "*/")) else None

    def _filled_in(self, term: Term) -> str:
        """The text of a constant; `*` for anything else."""
        values = self.resolver.resolve(term)
        text = values[0].value if len(values) == 1 and isinstance(values[0], ConstantValue) else None
        return text if isinstance(text, str) else "*"

    def _may_be(self, receiver: Term, client: CallRecord) -> bool:
        """Whether a request may be sent by a client: it is not known to be another one that sends it."""
        made = self.lifecycle.makers.of(receiver)
        return not made or None in made or client in made

    def _handlers(self, pool: CallRecord) -> set[FunctionRecord]:
        """The handlers from which a query on a pool is reached."""
        found: set[FunctionRecord] = set()
        seen: set[FunctionRecord] = set()
        pending = [
            call.function
            for module in self.resolver.modules
            if not module.is_stub and self.reach.module_kind(module) is not Origin.TEST
            for call in module.calls
            if isinstance(call.callee, Attribute)
            and self.queries.sql_argument(call) is not None
            and self.lifecycle.makers.of(call.callee.base) == {pool}
        ]
        while pending:
            function = pending.pop()
            if function in seen:
                continue
            seen.add(function)
            if self.reach.is_handler(function):
                found.add(function)
            pending += [call.function for call in self.resolver.callers(function)]
        return found

    def _asks(self, path: str, handler: FunctionRecord) -> bool:
        """Whether a path is that of a handler's route; before a router's, a prefix that is not known may stand."""
        asked = _segments(path.partition("?")[0])
        for decorator in handler.decorators:
            if not isinstance(decorator, Result) or not is_route_decorator(decorator):
                continue
            own = self._text(decorator.call, 0, "path")
            owner = decorator.call.callee.base if isinstance(decorator.call.callee, Attribute) else None
            made = self.lifecycle.makers.one(owner) if owner is not None else None
            if own is None or made is None:
                continue
            is_app = any(app.call is made for app in self.lifecycle.applications.all)
            for prefix in [""] if is_app else self._prefixes(made):
                route = _segments(f"{prefix}/{own}")
                if path.startswith("*"):
                    # Behind a base of which nothing is known, which may be a host, or a prefix as well.
                    behind = asked[1:][-len(route) :]
                    shared = route[len(route) - len(behind) :]
                    if _matches(behind, shared) and any(part == own for part, own in zip(behind, shared, strict=True)):
                        return True
                elif _matches(asked, route) if is_app else _matches(asked[-len(route) :], route) and _is_named(route):
                    return True
        return False

    def _prefixes(self, router: CallRecord) -> list[str]:
        """What stands before the paths of a router, where it is made and where it is included."""
        own = self._text(router, 99, "prefix") or ""
        included = [
            call
            for call in self.resolver.calls_named("include_router")
            if (given := call.argument(0, "router")) is not None and router in self.lifecycle.makers.of(given.term)
        ]
        return [f"{self._text(call, 99, 'prefix') or ''}{own}" for call in included]

    def _text(self, call: CallRecord, position: int, keyword: str) -> str | None:
        """A literal text that a call is given."""
        argument = call.argument(position, keyword)
        value = argument.term.value if argument is not None and isinstance(argument.term, Constant) else None
        return value if isinstance(value, str) else None


def _segments(path: str) -> list[str]:
    return [part for part in path.split("/") if part]


def _matches(asked: list[str], route: list[str]) -> bool:
    return len(asked) == len(route) and all(
        own == part or own.startswith("{") or part == "*" for own, part in zip(route, asked, strict=True)
    )


def _is_named(route: list[str]) -> bool:
    """Whether a route has more than parameters: those alone would match every path."""
    return any(not part.startswith("{") for part in route)


def _mentions_sqlite(term: Term) -> bool:
    return isinstance(term, Constant) and isinstance(term.value, str) and term.value.startswith("sqlite")
