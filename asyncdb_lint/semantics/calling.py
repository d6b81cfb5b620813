"""What calls, awaits, context managers and iterations give."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .records import CallRecord, ClassRecord, FunctionRecord, ParameterKind, ParameterRecord
from .terms import Awaited, Constant, Item, Result, Term, arguments_of, last_name
from .values import (
    NONE,
    NOTHING_KNOWN,
    UNKNOWN_VALUE,
    ClassValue,
    CollectionValue,
    ConstantValue,
    ContextValue,
    CoroutineValue,
    ExternalInstance,
    ExternalValue,
    FunctionValue,
    GeneratorValue,
    GenericValue,
    InstanceValue,
    MappingValue,
    PartialValue,
    ProviderValue,
    SuperValue,
    Value,
    Values,
    is_known,
    united,
)

if TYPE_CHECKING:
    from .resolve import Resolver


QUERY_ROLES = frozenset({"query", "bare_query"})
_NO_ROLES: frozenset[str] = frozenset()
_MADE_BY_THEIR_CALL = frozenset({"pool", "makes_class"})


def roles(function: FunctionRecord) -> frozenset[str]:
    """The roles that a stub gives a function; none for the project's own."""
    if not function.module.is_stub:
        return _NO_ROLES
    if function.roles is None:
        function.roles = frozenset(name for name in map(last_name, function.decorators) if name is not None)
    return function.roles


def class_roles(resolver: Resolver, cls_value: InstanceValue | ClassValue) -> frozenset[str]:
    """The roles of a class and the stub classes above it."""
    return resolver.roles_of(cls_value.cls)


def is_startable(function: FunctionRecord) -> bool:
    """Whether a driver's function gives what can be awaited and can be entered as well."""
    returns = function.returns
    return function.module.is_stub and isinstance(returns, Item) and last_name(returns.base) == "Startable"


# -- calls ----------------------------------------------------------------------------------------------------------


def result(resolver: Resolver, value: Value, call: CallRecord) -> Values:
    """What calling a value gives."""
    match value:
        case ClassValue(cls=cls):
            names = class_roles(resolver, value)
            if "partial" in names and call.arguments:
                return tuple(PartialValue(inner, call) for inner in resolver.resolve(call.arguments[0].term))
            if names & {"provider", "value_provider"} and call.arguments:
                return _provider(resolver, call, is_called="provider" in names)
            return (InstanceValue(cls, call if names & _MADE_BY_THEIR_CALL else None),)
        case FunctionValue():
            return called(resolver, value, call)
        case PartialValue(function=inner):
            return result(resolver, inner, call)
        case InstanceValue(cls=cls, call=CallRecord() as made) if "makes_class" in class_roles(resolver, value):
            named = made.argument(-1, "class_")
            if named is None and not any(argument.star for argument in made.arguments):
                method = resolver.method(cls, "__call__")
                return called(resolver, FunctionValue(method, value), call) if method is not None else NOTHING_KNOWN
            return united([result(resolver, inner, call) for inner in resolver.resolve(named.term)] if named else [])
        case ProviderValue():
            return resolver.built(value)
        case InstanceValue(cls=cls):
            method = resolver.method(cls, "__call__")
            return called(resolver, FunctionValue(method, value), call) if method is not None else NOTHING_KNOWN
        case ExternalValue(dotted="builtins.super"):
            owner = _enclosing_class(call)
            return (SuperValue(owner),) if owner is not None else NOTHING_KNOWN
        case ExternalValue(dotted=dotted):
            return _external_call(resolver, dotted, call)
        case ExternalInstance(dotted=dotted):
            return (ExternalInstance(f"{dotted}()"),)
        case GenericValue(kind="type" | "callable", argument=argument):
            return resolver.instances(argument)
        case _:
            return NOTHING_KNOWN


def _provider(resolver: Resolver, call: CallRecord, is_called: bool) -> Values:
    return tuple(ProviderValue(value, call, is_called) for value in resolver.resolve(call.arguments[0].term))


def _external_call(resolver: Resolver, dotted: str, call: CallRecord) -> Values:
    name = dotted.rpartition(".")[2]
    if name in ("cast", "assert_type") and len(call.arguments) == 2:
        declared = resolver.instances(call.arguments[0].term)
        return declared if is_known(declared) else resolver.resolve(call.arguments[1].term)
    if dotted == "builtins.type" and len(call.arguments) == 1:
        made = resolver.resolve(call.arguments[0].term)
        return tuple(ClassValue(value.cls) if isinstance(value, InstanceValue) else UNKNOWN_VALUE for value in made)
    if dotted == "builtins.getattr" and len(call.arguments) > 1:
        return _attribute_named(resolver, call)
    if name == "parse_obj_as" and call.arguments:
        return resolver.instances(call.arguments[0].term)
    if name == "__new__" and call.arguments:
        # `object.__new__(cls)` and `type.__new__(metaclass, ...)` make an object of what they are given.
        return united([result(resolver, value, call) for value in resolver.resolve(call.arguments[0].term)])
    if name in ("copy", "deepcopy") and call.arguments:
        return resolver.resolve(call.arguments[0].term)
    return (ExternalInstance(f"{dotted}()"),)


def _attribute_named(resolver: Resolver, call: CallRecord) -> Values:
    """`getattr(app.state, "pool", None)`"""
    holder, name, *default = (argument.term for argument in call.arguments)
    if not isinstance(name, Constant) or not isinstance(name.value, str):
        return NOTHING_KNOWN
    found = resolver.attribute(resolver.resolve(holder), name.value)
    if found and not is_known(found):
        return NOTHING_KNOWN
    return united([found, *(resolver.resolve(term) for term in default)])


def _enclosing_class(call: CallRecord) -> ClassRecord | None:
    function: FunctionRecord | None = call.function
    while function is not None:
        if function.owner is not None:
            return function.owner
        function = function.parent
    return None


def called(resolver: Resolver, value: FunctionValue, call: CallRecord | None) -> Values:
    """What calling a function gives: a coroutine, a generator, a context manager, or what it returns."""
    function = value.function
    names = roles(function)
    if "context_manager" in names or "async_context_manager" in names:
        return _made_context(resolver, call, "async_context" if "async_context_manager" in names else "context")
    if "caches" in names and call is not None and call.arguments:
        return resolver.resolve(call.arguments[0].term)
    if value.form == "opaque":
        return NOTHING_KNOWN
    if value.form in ("context", "async_context"):
        return (ContextValue(function, value.form == "async_context"),)
    if function.is_generator:
        return (GeneratorValue(function, function.is_async, call),)
    if function.is_async:
        implementing = _implementing(resolver, function)
        generators = [GeneratorValue(method, True, call) for method in implementing if method.is_generator]
        if generators:
            # Some may give a coroutine all the same.
            is_mixed = len(generators) < len(implementing)
            return (*generators, *((CoroutineValue(function, call, value.receiver),) if is_mixed else ()))
    if function.is_async or is_startable(function):
        return (CoroutineValue(function, call, value.receiver),)
    return returned(resolver, function, value.receiver)


def _implementing(resolver: Resolver, function: FunctionRecord) -> list[FunctionRecord]:
    """What implements a method that gives nothing, as `async def rows(self) -> AsyncIterator[Row]: ...` does."""
    if function.owner is None or not function.is_member or function.returned or function.module.is_stub:
        return []
    methods = [cls.methods.get(function.name) for cls in resolver.subclasses(function.owner)]
    return [method for method in methods if method is not None and method.is_async]


def _made_context(resolver: Resolver, call: CallRecord | None, form: str) -> Values:
    """What `asynccontextmanager(get_session)` gives: the function, as a decorator would make it."""
    if call is None or not call.arguments:
        return NOTHING_KNOWN
    given = resolver.resolve(call.arguments[0].term)
    return tuple(
        replace(value, form=form) if isinstance(value, FunctionValue) and not value.form else UNKNOWN_VALUE
        for value in given
    )


def returned(resolver: Resolver, function: FunctionRecord, receiver: Value | None = None) -> Values:
    """What a function's body returns (behind its await, if it is async).

    What the body does counts more than an annotation: a `-> list[Row]` on a plain `def` that hands a coroutine on is
    wrong, and
    the coroutine is what the caller gets.
    """
    by_body = united([resolver.resolve(term) for term in function.returned]) if function.returned else ()
    if not function.is_async and any(isinstance(value, CoroutineValue | GeneratorValue) for value in by_body):
        return by_body
    if function.returns is not None:
        declared = resolver.instances(function.returns)
        gives_own_class = any(isinstance(value, InstanceValue) and value.cls is function.owner for value in declared)
        if gives_own_class and isinstance(receiver, InstanceValue):
            # `-> Self` of a base class gives the class of the receiver.
            return declared if receiver.cls is function.owner else united([declared, (receiver,)])
        if is_known(declared) and not any(isinstance(value, ExternalInstance) for value in declared):
            return declared
    if by_body:
        return by_body
    return NOTHING_KNOWN if function.module.is_stub or function.returns is not None else (NONE,)


def awaited(resolver: Resolver, value: Value) -> Values:
    """What `await value` gives."""
    match value:
        case CoroutineValue(function=function, receiver=receiver, call=call):
            if "passes_result" in roles(function) and call is not None and call.arguments:
                return resolver.resolve(Awaited(call.arguments[0].term))
            return returned(resolver, function, receiver)
        case GenericValue(kind="awaitable", argument=argument):
            return resolver.instances(argument)
        case InstanceValue(cls=cls):
            method = resolver.method(cls, "__await__")
            if method is None or not isinstance(method.returns, Item):
                return NOTHING_KNOWN
            return resolver.instances(arguments_of(method.returns.key)[-1])
        case _:
            return NOTHING_KNOWN


def all_entered(resolver: Resolver, values: Values, is_async: bool) -> Values:
    """What `with` or `async with` binds, given what its context manager may be."""
    way_in = "__aenter__" if is_async else "__enter__"
    fitting = [value for value in values if not isinstance(value, InstanceValue) or resolver.method(value.cls, way_in)]
    return united([entered(resolver, value, is_async) for value in fitting or values])


def entered(resolver: Resolver, value: Value, is_async: bool) -> Values:
    """What `with value as x` or `async with value as x` binds."""
    match value:
        case InstanceValue(cls=cls):
            # What has only the other way in is entered the wrong way, and meant all the same.
            names = ("__aenter__", "__enter__") if is_async else ("__enter__", "__aenter__")
            method = resolver.method(cls, names[0]) or resolver.method(cls, names[1])
            if method is None:
                return NOTHING_KNOWN
            values = returned(resolver, method, value)
            return values if is_known(values) else NOTHING_KNOWN
        case ContextValue(function=function):
            return yielded(resolver, function)
        case CoroutineValue(function=function) if is_async and is_startable(function):
            return awaited(resolver, value)
        case GenericValue(kind="context" | "async_context", argument=argument):
            return resolver.instances(argument)
        case _:
            return NOTHING_KNOWN


def yielded(resolver: Resolver, function: FunctionRecord) -> Values:
    """What a generator function yields."""
    if function.returns is not None and isinstance(function.returns, Item):
        declared = resolver.instances(arguments_of(function.returns.key)[0])
        if any(isinstance(value, InstanceValue) for value in declared):
            return declared
    return united([resolver.resolve(term) for term in function.yielded]) or NOTHING_KNOWN


def element(resolver: Resolver, value: Value) -> Values:
    """What iterating a value gives."""
    match value:
        case CollectionValue(term=term):
            found = united([resolver.resolve(item) for item in term.elements]) or NOTHING_KNOWN
            return found if is_known(found) else resolver.declared_elements(term) or found
        case GeneratorValue(function=function):
            return yielded(resolver, function)
        case GenericValue(kind="iterable" | "async_iterable", argument=argument):
            return resolver.instances(argument)
        case _:
            return NOTHING_KNOWN


def item(resolver: Resolver, value: Value, key: Term) -> Values:
    """`value[key]`"""
    match value:
        case MappingValue(term=term):
            if isinstance(key, Constant):
                for known, entry in term.entries:
                    if isinstance(known, Constant) and known.value == key.value:
                        return resolver.resolve(entry)
            return united([resolver.resolve(entry) for _, entry in term.entries]) or NOTHING_KNOWN
        case CollectionValue(term=term):
            if (
                isinstance(key, Constant)
                and isinstance(key.value, int)
                and -len(term.elements) <= key.value < len(term.elements)
            ):
                return resolver.resolve(term.elements[key.value])
            return united([resolver.resolve(entry) for entry in term.elements]) or NOTHING_KNOWN
        case GenericValue(kind="iterable" | "mapping", argument=argument):
            return resolver.instances(argument)
        case ClassValue(cls=cls) if cls.module.is_stub or _is_generic(resolver, cls):
            return (value,)
        case InstanceValue(cls=cls) if isinstance(key, Constant) and isinstance(key.value, str):
            return _typed_item(resolver, cls, key.value)
        case _:
            return NOTHING_KNOWN


def _is_generic(resolver: Resolver, cls: ClassRecord) -> bool:
    """Whether an item of a class is the class for certain types: it is below `Generic[T]`, or another such class."""
    return any(isinstance(base, Item) for above in resolver.mro(cls)[0] for base in above.bases)


def _typed_item(resolver: Resolver, cls: ClassRecord, key: str) -> Values:
    """What a `TypedDict` holds under a key, as it is declared."""
    order = resolver.mro(cls)[0]
    if not any(last_name(base) == "TypedDict" for above in order for base in above.bases):
        return NOTHING_KNOWN
    declared = next((above.attributes[key].annotation for above in order if key in above.attributes), None)
    return resolver.instances(declared) if declared is not None else NOTHING_KNOWN


# -- parameters -----------------------------------------------------------------------------------------------------


def argument_for(resolver: Resolver, call: CallRecord, function: FunctionRecord, name: str) -> Term | None:
    """The term that a call passes for a parameter of the function it calls; None when it passes none."""
    for argument in call.arguments:
        if argument.keyword == name:
            return argument.term
    positional = [parameter for parameter in function.parameters if parameter.kind is ParameterKind.POSITIONAL]
    index = next((number for number, parameter in enumerate(positional) if parameter.name == name), None)
    if index is None:
        return None
    if function.is_method and _is_bound(resolver, call, function):
        index -= 1
    for number, argument in enumerate(argument for argument in call.arguments if argument.keyword is None):
        if argument.star:
            return None
        if number == index:
            return argument.term
    return None


def _is_bound(resolver: Resolver, call: CallRecord, function: FunctionRecord) -> bool:
    kinds = {last_name(decorator) for decorator in function.decorators}
    if "staticmethod" in kinds:
        return False
    for value in resolver.resolve(call.callee):
        if isinstance(value, FunctionValue) and value.function is function:
            return value.receiver is not None
    return True


def provided(resolver: Resolver, parameter: ParameterRecord) -> Values:
    """What FastAPI passes for a parameter whose default or annotation names a dependency."""
    if isinstance(parameter.default, Item):
        return resolver.injected(parameter.default.base, parameter.default.key) or ()
    if isinstance(parameter.default, Result):
        values = dependency_value(resolver, parameter.default.call)
        if values is not None:
            if not values and parameter.annotation is not None:
                return resolver.instances(parameter.annotation)
            return values or NOTHING_KNOWN
    return ()


def dependency_of(resolver: Resolver, call: CallRecord) -> Term | None:
    """The dependency that a call of `Depends` names; None for other calls, a constant for `Depends()` alone."""
    known = any(
        isinstance(value, FunctionValue) and "dependency" in roles(value.function)
        for value in resolver.resolve(call.callee)
    )
    if not known and last_name(call.callee) not in ("Depends", "Security"):
        return None
    argument = call.argument(0, "dependency")
    return argument.term if argument is not None else Constant(None)


def dependency_value(resolver: Resolver, call: CallRecord) -> Values | None:
    """What a `Depends(...)` default gives the handler; None if the call is no dependency."""
    dependency = dependency_of(resolver, call)
    if dependency is None:
        return None
    injected = resolver.injected(dependency.base, dependency.key) if isinstance(dependency, Item) else None
    if injected is not None:
        return injected
    groups: list[Values] = []
    for value in resolver.resolve(dependency):
        for got in result(resolver, value, call) if value != NONE else ():
            match got:
                case CoroutineValue():
                    groups.append(awaited(resolver, got))
                case GeneratorValue():
                    groups.append(element(resolver, got))
                case ContextValue(function=function):
                    groups.append(yielded(resolver, function))
                case _:
                    groups.append((got,))
    return united(groups)


__all__ = ["ConstantValue", "called", "result"]
