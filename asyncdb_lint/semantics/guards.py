"""What stands between a failing write and the client: try, context managers, decorators, app-wide handlers."""

from __future__ import annotations

from . import members
from .calling import dependency_of
from .decorating import is_route_decorator
from .reach import Origin, Reach
from .records import CallRecord, Context, ContextKind, ExceptClause, FunctionRecord, outwards
from .resolve import Resolver
from .terms import Collection, Constant, Item, Mapping, Result, Term, decorating, last_name
from .values import (
    ClassValue,
    ConstantValue,
    ContextValue,
    ExternalValue,
    FunctionValue,
    InstanceValue,
    Value,
)

# Built-in exceptions that a database error is not; catching one of these guards nothing.
_UNRELATED = {
    "ValueError", "KeyError", "TypeError", "AttributeError", "IndexError", "LookupError", "ZeroDivisionError",
    "ArithmeticError", "AssertionError", "StopIteration", "StopAsyncIteration", "NameError", "ImportError",
    "ModuleNotFoundError", "UnicodeDecodeError", "UnicodeError", "FileNotFoundError", "PermissionError",
    "TimeoutError", "KeyboardInterrupt", "SystemExit", "CancelledError", "JSONDecodeError", "ValidationError",
    "RequestValidationError", "NotImplementedError", "RecursionError", "EOFError", "JWTError",
    "ExpiredSignatureError", "InvalidTokenError", "PyJWTError", "DecodeError", "WebSocketDisconnect",
    "UnboundLocalError",
}  # fmt: skip
_HARMLESS_DECORATORS = {
    "staticmethod", "classmethod", "property", "abstractmethod", "override", "final", "overload", "wraps", "cache",
    "lru_cache", "asynccontextmanager", "contextmanager", "transaction", "inject", "deprecated",
}  # fmt: skip


class Guards:
    """Judges guards in one project."""

    def __init__(self, resolver: Resolver, reach: Reach) -> None:
        self.resolver = resolver
        self.reach = reach
        self._app_wide: bool | None = None
        self._functions: dict[FunctionRecord, bool] = {}

    def in_place(self, call: CallRecord) -> bool:
        """Whether something around a call, inside its own function, catches a database error."""
        return self._context_catches(call.context) or any(
            self._manager_guards(value)
            for context in outwards(call.context)
            if context.kind in (ContextKind.WITH, ContextKind.ASYNC_WITH)
            for item in context.items
            for value in self.resolver.resolve(item)
        )

    def by_decorator(self, function: FunctionRecord) -> bool:
        """Whether a decorator of a function catches its errors, or may."""
        known = self._functions.get(function)
        if known is None:
            known = any(self._decorator_guards(decorator) for decorator in function.decorators) or any(
                self._dependency_guards(call) for call in self.dependencies(function)
            )
            self._functions[function] = known
        return known

    def dependencies(self, function: FunctionRecord) -> list[CallRecord]:
        """The `Depends(...)` calls of a handler: of its parameters and of its decorators' `dependencies=[...]`."""
        terms: list[Term] = []
        for parameter in function.parameters:
            terms.extend(term for term in (parameter.default, parameter.annotation) if term is not None)
        for decorator in function.decorators:
            if isinstance(decorator, Result):
                terms.extend(
                    argument.term for argument in decorator.call.arguments if argument.keyword == "dependencies"
                )
        return [call for term in terms for call in _calls_in(term)]

    def _dependency_guards(self, call: CallRecord) -> bool:
        """Whether a dependency yields inside a try that catches: the handler's error comes out of its `yield`."""
        dependency = dependency_of(self.resolver, call)
        if dependency is None:
            return False
        return any(
            self._context_catches(context)
            for value in self.resolver.resolve(dependency)
            if isinstance(value, FunctionValue)
            for context in value.function.yields_in
        )

    def catches(self, clause: ExceptClause) -> bool:
        """Whether an except clause catches database errors; an unknown type may."""
        return clause.is_bare or any(self._type_catches(term) for term in clause.types)

    def _type_catches(self, term: Term) -> bool:
        if isinstance(term, Collection):
            return any(self._type_catches(element) for element in term.elements)
        for value in self.resolver.resolve(term):
            match value:
                case ExternalValue(dotted=dotted):
                    # SQLAlchemy's errors are raised by SQLAlchemy's own engines, never by another driver's calls.
                    if dotted.rpartition(".")[2] not in _UNRELATED and not dotted.startswith("sqlalchemy."):
                        return True
                case ClassValue(cls=cls):
                    if cls.module.is_stub:
                        continue
                    bases = [found for base in cls.bases for found in self.resolver.resolve(base)]
                    names = {found.dotted.rpartition(".")[2] for found in bases if isinstance(found, ExternalValue)}
                    # An exception of the project that is a plain Exception is raised by the project, not by a driver.
                    if not names or not names <= {*_UNRELATED, "Exception", "HTTPException"}:
                        return True
                case _:
                    return True
        return False

    def _manager_guards(self, value: Value) -> bool:
        match value:
            case ContextValue(function=function):
                return any(self._context_catches(context) for context in function.yields_in)
            case InstanceValue(cls=cls, call=_):
                if any(last_name(decorator) == "suppresses" for decorator in cls.decorators):
                    return True
                if cls.module.is_stub:
                    return False
                leave = members.method(self.resolver, cls, "__aexit__") or members.method(
                    self.resolver, cls, "__exit__"
                )
                return leave is not None and any(
                    not (isinstance(term, Constant) and not term.value) for term in leave.returned
                )
            case _:
                return False

    def _context_catches(self, context: Context | None) -> bool:
        return any(
            outer.kind is ContextKind.TRY and any(self.catches(clause) for clause in outer.clauses)
            for outer in outwards(context)
        )

    def _decorator_guards(self, decorator: Term) -> bool:
        if is_route_decorator(decorator):
            return False
        term = decorating(decorator)
        for value in self.resolver.resolve(term):
            match value:
                case FunctionValue(function=function) if function.module.is_stub:
                    return False
                case FunctionValue(function=function):
                    return any(self._has_guard(inner) for inner in _with_nested(function))
                case ClassValue() | InstanceValue():
                    return False
                case _:
                    continue
        # A decorator of an unknown library may answer errors (retry, circuit breakers, error mappers).
        return last_name(term) not in _HARMLESS_DECORATORS

    def _has_guard(self, function: FunctionRecord) -> bool:
        return any(self.catches(clause) for context in function.tries for clause in context.clauses)

    # -- the whole application --------------------------------------------------------------------------------------

    def app_wide(self) -> bool:
        """Whether an exception handler or a middleware anywhere in the application answers database errors."""
        if self._app_wide is None:
            self._app_wide = self._find_app_wide()
        return self._app_wide

    def _find_app_wide(self) -> bool:
        for module in self.resolver.modules:
            if self.reach.module_kind(module) is Origin.TEST or module.is_stub:
                continue
            for call in module.calls:
                name = last_name(call.callee)
                if name in ("exception_handler", "add_exception_handler", "errorhandler"):
                    argument = call.argument(0, "exc_class_or_status_code")
                    if argument is not None and self._handles(argument.term):
                        return True
                elif name in ("add_middleware", "Middleware") and call.arguments:
                    if self._is_guarding_middleware(call.arguments[0].term):
                        return True
                if name in ("FastAPI", "APIRouter", "include_router"):
                    given = [argument.term for argument in call.arguments if argument.keyword == "dependencies"]
                    if any(self._dependency_guards(inner) for term in given for inner in _calls_in(term)):
                        return True
                for keyword in call.arguments:
                    if keyword.keyword == "exception_handlers" and self._handlers_guard(keyword.term):
                        return True
                    if keyword.keyword == "route_class":
                        return True
            for function in module.functions:
                if any(_is_middleware(decorator) for decorator in function.decorators) and self._has_guard(function):
                    return True
        return False

    def _handlers_guard(self, term: Term) -> bool:
        if isinstance(term, Mapping):
            return any(key is None or self._handles(key) for key, _ in term.entries)
        return True

    def _handles(self, term: Term) -> bool:
        values = self.resolver.resolve(term)
        if any(isinstance(value, ConstantValue) for value in values):
            return any(value == ConstantValue(500) for value in values)
        for value in values:
            if isinstance(value, ClassValue) and value.cls.module.is_stub:
                return False
            if isinstance(value, ExternalValue) and value.dotted.rpartition(".")[2] in {
                *_UNRELATED,
                "HTTPException",
                "RateLimitExceeded",
            }:
                return False
        return self._type_catches(term)

    def _is_guarding_middleware(self, term: Term) -> bool:
        for value in self.resolver.resolve(term):
            if isinstance(value, ClassValue) and not value.cls.module.is_stub:
                for name in ("dispatch", "__call__"):
                    method = members.method(self.resolver, value.cls, name)
                    if method is not None and any(self._has_guard(inner) for inner in _with_nested(method)):
                        return True
        return False


def _calls_in(term: Term) -> list[CallRecord]:
    match term:
        case Result(call=call):
            return [call]
        case Collection(elements=elements):
            return [call for element in elements for call in _calls_in(element)]
        case Item(key=key):
            return _calls_in(key)
        case _:
            return []


def _with_nested(function: FunctionRecord) -> list[FunctionRecord]:
    found = [function]
    for inner in function.nested:
        found.extend(_with_nested(inner))
    return found


def _is_middleware(decorator: Term) -> bool:
    return isinstance(decorator, Result) and last_name(decorator.call.callee) in ("middleware", "route_class")
