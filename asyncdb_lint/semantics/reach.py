"""From where a function is reached: handlers, dependencies, startup, scripts, tests, or nobody knows."""

from __future__ import annotations

import enum
import re
from pathlib import PurePath

from .calling import roles
from .decorating import is_route_decorator
from .records import CallRecord, Context, ContextKind, FunctionRecord, ModuleRecord, Use, UseKind, outwards
from .resolve import Resolver
from .terms import Term, decorating, last_name
from .values import FunctionValue


class Origin(enum.Enum):
    """Who sets a function going."""

    HANDLER = "a handler"
    DEPENDENCY = "a dependency"
    LIFECYCLE = "startup or shutdown"
    IMPORT = "import of the module"
    SCRIPT = "a script"
    TEST = "a test"
    BACKGROUND = "a background task"
    CALLBACK = "a callback"
    UNKNOWN = "nobody known"


_COMMANDS = {"command", "group", "cli", "callback", "task", "shared_task", "listener", "event", "job", "scheduled_job"}
_LIFECYCLE_NAME = re.compile(
    r"(?:^|_)(?:startup|shutdown|lifespan|start|stop|init|setup|teardown|main|create_app|bootstrap|migrate|seed)",
    re.IGNORECASE,
)
_TEST_FILE = re.compile(r"^(?:test_.*|.*_test|tests?|conftest)\.py$")
_TEST_FOLDERS = {"test", "tests", "testing"}
_MIGRATION_FOLDERS = {"alembic", "migrations", "migration", "versions", "seeds", "seeders"}
_NO_REFERENCES = {UseKind.BOUND, UseKind.OTHER, UseKind.CALLED, UseKind.ITEM_SET, UseKind.DELETED}
_LIFECYCLE_KEYWORDS = {"on_startup", "on_shutdown", "lifespan"}


class Reach:
    """Answers from where functions are reached; a function's callers pass their own origins on."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self._origins: dict[FunctionRecord, frozenset[Origin]] = {}
        self._own: dict[FunctionRecord, frozenset[Origin]] = {}
        self._modules: dict[ModuleRecord, Origin | None] = {}

    def origins(self, function: FunctionRecord) -> frozenset[Origin]:
        """Every way into a function."""
        known = self._origins.get(function)
        if known is not None:
            return known
        found: set[Origin] = set()
        seen = {function}
        pending = [function]
        while pending:
            current = pending.pop()
            own = self.own(current)
            found |= own
            calls = self.resolver.callers(current)
            for call in calls:
                if is_under_main_guard(call.context) or self._runs_event_loop(call):
                    found.add(Origin.SCRIPT)
                elif call.function not in seen:
                    seen.add(call.function)
                    pending.append(call.function)
            if not own and not calls:
                outer = current.parent
                if outer is not None:
                    if outer not in seen:
                        seen.add(outer)
                        pending.append(outer)
                else:
                    found.add(self._alone(current))
        self._origins[function] = frozenset(found)
        return self._origins[function]

    def _runs_event_loop(self, call: CallRecord) -> bool:
        """Whether a call's coroutine is run to its end from synchronous code: `asyncio.run(main())`."""
        return any(
            isinstance(value, FunctionValue) and "runs_event_loop" in roles(value.function)
            for use in call.uses
            if use.call is not None
            for value in self.resolver.resolve(use.call.callee)
        )

    def surely_from_requests(self, function: FunctionRecord) -> bool:
        """Whether a handler or dependency is known to lead to a function."""
        return bool(self.origins(function) & {Origin.HANDLER, Origin.DEPENDENCY})

    def may_serve_requests(self, function: FunctionRecord) -> bool:
        """Whether requests lead to a function, or nothing else is known to, such as startup, a script or a test."""
        origins = self.origins(function)
        if origins & {Origin.HANDLER, Origin.DEPENDENCY, Origin.BACKGROUND}:
            return True
        elsewhere = {Origin.LIFECYCLE, Origin.SCRIPT, Origin.TEST, Origin.IMPORT}
        return Origin.UNKNOWN in origins and not origins & elsewhere

    def is_handler(self, function: FunctionRecord) -> bool:
        """Whether a function itself answers requests."""
        return Origin.HANDLER in self.own(function)

    def is_dependency(self, function: FunctionRecord) -> bool:
        """Whether a function itself is given to `Depends`."""
        return Origin.DEPENDENCY in self.own(function)

    def may_become_async(self, function: FunctionRecord) -> bool:
        """Whether a plain `def` is called by the framework alone, which awaits an `async def` as well."""
        return bool(self.own(function) & {Origin.HANDLER, Origin.LIFECYCLE}) and not self.resolver.callers(function)

    def own(self, function: FunctionRecord) -> frozenset[Origin]:
        """The ways into a function that do not lead through its callers."""
        known = self._own.get(function)
        if known is None:
            self._own[function] = known = frozenset(self._roots(function))
        return known

    def _roots(self, function: FunctionRecord) -> set[Origin]:
        if function.is_module:
            kind = self.module_kind(function.module)
            return {kind or Origin.IMPORT}
        found: set[Origin] = set()
        for decorator in function.decorators:
            origin = self._decorated(decorator)
            if origin is not None:
                found.add(origin)
        for use in self.resolver.references(function):
            origin = self._referenced(use)
            if origin is not None:
                found.add(origin)
        if function.name == "__init__" and self.resolver.is_bare_dependency(function):
            found.add(Origin.DEPENDENCY)
        if self.module_kind(function.module) is Origin.TEST:
            found.add(Origin.TEST)
        return found

    def _decorated(self, decorator: Term) -> Origin | None:
        if is_route_decorator(decorator):
            return Origin.HANDLER
        term = decorating(decorator)
        for value in self.resolver.resolve(term):
            if isinstance(value, FunctionValue):
                origin = _by_role(roles(value.function))
                if origin is not None:
                    return origin
        name = last_name(term)
        if name == "fixture":
            return Origin.TEST
        if name in ("on_event", "before_serving", "after_serving", "on_startup", "on_shutdown"):
            return Origin.LIFECYCLE
        if name in ("exception_handler", "middleware", "errorhandler"):
            return Origin.HANDLER
        return Origin.SCRIPT if name in _COMMANDS else None

    def _referenced(self, use: Use) -> Origin | None:
        if use.kind in _NO_REFERENCES:
            return None
        call = use.call
        if call is None:
            return Origin.CALLBACK
        if use.name in _LIFECYCLE_KEYWORDS:
            return Origin.LIFECYCLE
        for value in self.resolver.resolve(call.callee):
            if isinstance(value, FunctionValue):
                origin = _by_role(roles(value.function))
                if origin is not None:
                    return origin
                if roles(value.function) & {"context_manager", "async_context_manager", "caches"}:
                    return None
        name = last_name(call.callee)
        if name in ("add_task", "BackgroundTask"):
            return Origin.BACKGROUND
        if name in ("Depends", "Security"):
            return Origin.DEPENDENCY
        if name in ("add_event_handler", "register_event_handler"):
            return Origin.LIFECYCLE
        if name in ("add_api_route", "add_route", "Route", "APIRoute", "add_api_websocket_route"):
            return Origin.HANDLER
        return Origin.CALLBACK

    def module_kind(self, module: ModuleRecord) -> Origin | None:
        """SCRIPT or TEST for a module that evidently is a script, a migration or a test."""
        if module not in self._modules:
            self._modules[module] = self._module_kind(module)
        return self._modules[module]

    def _module_kind(self, module: ModuleRecord) -> Origin | None:
        path = PurePath(module.path)
        folders = set(path.parts[:-1][-6:])
        if module.is_notebook:
            return Origin.SCRIPT
        if _TEST_FILE.match(path.name) or (_TEST_FOLDERS & folders and "fixtures" not in folders):
            return Origin.TEST
        if _MIGRATION_FOLDERS & set(path.parts[:-1][-3:]):
            return Origin.SCRIPT
        if module.runs_as_script and not any(
            is_route_decorator(decorator) for function in module.functions for decorator in function.decorators
        ):
            return Origin.SCRIPT
        return None

    def _alone(self, function: FunctionRecord) -> Origin:
        """The origin of a function that nobody is known to call."""
        kind = self.module_kind(function.module)
        if kind is not None:
            return kind
        if _LIFECYCLE_NAME.search(function.name) or (function.name.startswith("__") and function.name != "__call__"):
            return Origin.LIFECYCLE
        return Origin.UNKNOWN


def _by_role(names: frozenset[str]) -> Origin | None:
    if names & {"route", "exception_handler", "middleware"}:
        return Origin.HANDLER
    if "dependency" in names:
        return Origin.DEPENDENCY
    return Origin.LIFECYCLE if "event_handler" in names else None


def is_under_main_guard(context: Context | None) -> bool:
    """Whether something stands under `if __name__ == "__main__"`."""
    return any(outer.kind is ContextKind.MAIN for outer in outwards(context))
