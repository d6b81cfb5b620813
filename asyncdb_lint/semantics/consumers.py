"""What functions and classes do with an argument: await it, ignore that it is a coroutine, or hand it on."""

from __future__ import annotations

import sys

from . import members
from .building import builds_query
from .calling import class_roles, roles
from .declared import Declared
from .landing import names_in, parameter_at
from .records import CallRecord, FunctionRecord, ParameterKind, Use, UseKind
from .resolve import Resolver
from .terms import Attribute, Constant, Template, decorating, last_name
from .value_types import Types
from .values import (
    ClassValue,
    ExternalInstance,
    ExternalValue,
    FunctionValue,
    Value,
)

_WANT_FUNCTION = {"CallsByKind", "CallsPlain", "CallsAndAwaits"}
_BIND_TYPES = {"SQL", "Binds", "ManyBinds"}
_ASK_BEFORE_AWAITING = {"Awaitable", "Coroutine", "CoroutineType", "Future", "Task", "AsyncIterator", "AsyncGenerator"}
# Looking at a list this way neither takes a coroutine out of it nor loses one.
_ONLY_LOOK_AT_CONTAINER = {"len", "print", "repr", "str", "bool", "any", "all"}
# The parts of the standard library that await, schedule or pass on what they are given.
_MAY_AWAIT = {
    "asyncio", "concurrent", "contextlib", "inspect", "types", "functools", "typing", "threading", "queue",
    "unittest", "contextvars", "weakref", "selectors", "multiprocessing", "itertools", "collections", "operator",
    "copy", "builtins", "dataclasses", "abc", "enum", "sched", "code", "ast",
}  # fmt: skip
# Libraries that compute with values and never await one.
VALUE_LIBRARIES = {
    "pandas", "numpy", "polars", "pydantic", "orjson", "ujson", "simplejson", "msgspec", "marshmallow", "jwt",
    "jose", "passlib", "bcrypt", "loguru", "structlog", "jinja2", "tabulate", "dateutil", "pytz", "yaml", "toml",
    "cryptography",
}  # fmt: skip
# The rest of it puts SQL together, or blocks.
_AWAITING_PARTS_OF_SQLALCHEMY = ("sqlalchemy.ext", "sqlalchemy.util")
_COMPUTE = (frozenset(sys.stdlib_module_names) - _MAY_AWAIT) | VALUE_LIBRARIES


class Consumers:
    """Judges the arguments of calls in one project."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.types = Types(resolver)
        self.declared = Declared(resolver, lambda use: self.is_awaiting(use) or self.asks(use))

    def ignores(self, value: Value, use: Use) -> bool:
        """Whether what is called is known never to await this argument."""
        call = use.call
        if call is None:
            return False
        match value:
            case ClassValue(cls=cls):
                constructor = members.method(self.resolver, cls, "__init__")
                if constructor is None:
                    return self.types.is_model(cls) or self.types.is_enum(cls)
                renders = "response" in class_roles(self.resolver, value)
                return constructor.module.is_stub and self._marked(constructor, call, use, renders)
            case FunctionValue(function=function) if function.module.is_stub:
                renders = function.name in ("dumps", "jsonable_encoder") or "response" in roles(function)
                return self._marked(function, call, use, renders)
            case ExternalValue(dotted="builtins.isinstance" | "builtins.hasattr" | "builtins.getattr"):
                return not use.contained and not self._asks_before_awaiting(call)
            case ExternalValue(dotted=dotted) | ExternalInstance(dotted=dotted):
                return _computes(dotted) or builds_query(self.resolver, call)
            case _:
                return self._is_text_method(call) or self._is_model_builder(call) or builds_query(self.resolver, call)

    def rejects(self, use: Use) -> bool:
        """Whether what is called fails when it is given a coroutine, or holds one."""
        if use.call is None:
            return False
        if use.is_starred:
            return not use.contained
        values = self.resolver.resolve(use.call.callee)
        return bool(values) and all(self._rejects(value, use.call, use) for value in values)

    def _rejects(self, value: Value, call: CallRecord, use: Use) -> bool:
        function = value.function if isinstance(value, FunctionValue) else None
        if isinstance(value, ClassValue):
            function = members.method(self.resolver, value.cls, "__init__")
            if function is None and self.types.is_model(value.cls):
                return (
                    not use.contained
                    and use.name is not None
                    and self.declared.has_field(value.cls, use.name, self.types.is_plain)
                )
        if function is None or not function.module.is_stub:
            return False
        parameter = parameter_at(function, call, use)
        names = names_in(parameter.annotation) if parameter is not None and parameter.annotation is not None else set()
        if use.contained and "RejectsMembers" in names:
            return True
        return bool(names & _BIND_TYPES) or ("Rejects" in names and not use.contained)

    def is_awaiting(self, use: Use) -> bool:
        """Whether a use evidently awaits the value, or one taken out of it."""
        return use.kind is UseKind.AWAITED or (use.kind is UseKind.ARGUMENT and self.is_awaited_by(use))

    def asks(self, use: Use) -> bool:
        """Whether an argument is asked what it is before anything is done with it: `inspect.isawaitable(x)`."""
        if use.call is None:
            return False
        for value in self.resolver.resolve(use.call.callee):
            match value:
                case ExternalValue(dotted="builtins.isinstance" | "builtins.hasattr"):
                    if self._asks_before_awaiting(use.call):
                        return True
                case ExternalValue(dotted=dotted) if dotted.split(".", 1)[0] in ("inspect", "asyncio", "types"):
                    return True
                case ExternalValue(dotted="builtins.callable" | "builtins.type"):
                    return True
                case _:
                    continue
        return False

    def is_harmless(self, use: Use) -> bool:
        """Whether an argument that holds coroutines is only looked at: `len(tasks)`."""
        if not use.contained or use.call is None:
            return False
        values = self.resolver.resolve(use.call.callee)
        return bool(values) and all(_name_of_builtin(value) in _ONLY_LOOK_AT_CONTAINER for value in values)

    def is_awaited_by(self, use: Use) -> bool:
        """Whether an argument is evidently awaited by what it is passed to."""
        if use.call is None:
            return False
        for value in self.resolver.resolve(use.call.callee):
            if isinstance(value, FunctionValue):
                parameter = parameter_at(value.function, use.call, use)
                if parameter is not None and parameter.annotation is not None:
                    if last_name(parameter.annotation) == "Awaits":
                        return True
        return False

    def iterates(self, value: Value, use: Use) -> bool:
        """Whether what is called iterates this argument, in whichever of the two ways it is to be iterated."""
        function = value.function if isinstance(value, FunctionValue) else None
        if isinstance(value, ClassValue):
            function = members.method(self.resolver, value.cls, "__init__")
        if function is None or not function.module.is_stub or use.call is None:
            return False
        parameter = parameter_at(function, use.call, use)
        return (
            parameter is not None and parameter.annotation is not None and "Iterates" in names_in(parameter.annotation)
        )

    def wants_function(self, use: Use) -> bool:
        """Whether an argument lands where a function is wanted, not what calling it gives."""
        if use.call is None:
            return False
        for value in self.resolver.resolve(use.call.callee):
            if isinstance(value, FunctionValue):
                parameter = parameter_at(value.function, use.call, use)
                if parameter is not None and parameter.annotation is not None:
                    return last_name(parameter.annotation) in _WANT_FUNCTION
        return False

    def kept_as(self, value: Value, use: Use) -> str | None:
        """The attribute in which a dataclass keeps an argument."""
        if not isinstance(value, ClassValue) or use.call is None:
            return None
        cls = value.cls
        if "dataclass" not in {last_name(decorating(decorator)) for decorator in cls.decorators}:
            return None
        if use.name is not None:
            return use.name
        return cls.field_order[use.argument] if use.argument < len(cls.field_order) else None

    def handed_to(self, value: Value, use: Use) -> tuple[FunctionRecord, str, bool] | None:
        """The project's function and parameter that an argument lands in, and whether inside a collection there."""
        function: FunctionRecord | None = None
        if isinstance(value, FunctionValue):
            function = value.function
        elif isinstance(value, ClassValue):
            function = members.method(self.resolver, value.cls, "__init__")
        if function is None or function.module.is_stub or use.call is None:
            return None
        is_bound = not isinstance(value, FunctionValue) or value.receiver is not None
        parameter = parameter_at(function, use.call, use, is_bound)
        if parameter is None:
            return None
        collects = parameter.kind in (ParameterKind.ARGS, ParameterKind.KWARGS)
        return (function, parameter.name, True) if collects else (function, parameter.name, use.contained)

    def _marked(self, function: FunctionRecord, call: CallRecord, use: Use, renders: bool) -> bool:
        """Whether a stub says that a parameter only looks at its argument."""
        parameter = parameter_at(function, call, use)
        if parameter is None or parameter.annotation is None:
            return False
        names = names_in(parameter.annotation)
        if names & _BIND_TYPES:
            return True
        if names & _WANT_FUNCTION:
            return not use.contained
        if use.contained and "RejectsMembers" in names:
            return True
        return bool(names & {"Inspects", "Rejects"}) and (not use.contained or renders)

    def _asks_before_awaiting(self, call: CallRecord) -> bool:
        """`isinstance(x, Awaitable)`, `hasattr(x, "__await__")`"""
        if len(call.arguments) < 2:
            return True
        asked = call.arguments[1].term
        if isinstance(asked, Constant):
            return isinstance(asked.value, str) and asked.value.startswith("__")
        return bool(names_in(asked) & _ASK_BEFORE_AWAITING)

    def _is_model_builder(self, call: CallRecord) -> bool:
        """`User.model_validate(row)`"""
        callee = call.callee
        return (
            isinstance(callee, Attribute)
            and callee.name in members.MODEL_BUILDERS
            and any(
                isinstance(value, ClassValue) and self.types.is_model(value.cls)
                for value in self.resolver.resolve(callee.base)
            )
        )

    def _is_text_method(self, call: CallRecord) -> bool:
        """`"...".format(x)` and `",".join(x)`"""
        if not isinstance(call.callee, Attribute):
            return False
        base = call.callee.base
        return isinstance(base, Template) or (isinstance(base, Constant) and isinstance(base.value, str))


def _computes(dotted: str) -> bool:
    """Whether something of a library works with values and never awaits one."""
    top = dotted.split(".", 1)[0]
    return top in _COMPUTE or (top == "sqlalchemy" and not dotted.startswith(_AWAITING_PARTS_OF_SQLALCHEMY))


def _name_of_builtin(value: Value) -> str | None:
    match value:
        case ExternalValue(dotted=dotted) if dotted.startswith("builtins."):
            return dotted.rpartition(".")[2]
        case FunctionValue(function=function) if function.module.is_stub and function.module.path.stem == "builtins":
            return function.name
        case ClassValue(cls=cls) if cls.module.is_stub and cls.module.path.stem == "builtins":
            return cls.name
        case _:
            return None
