"""Attribute lookup: modules, classes and instances."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from . import metaclasses
from .records import ClassRecord, FunctionRecord, ModuleRecord
from .terms import ClassTerm, Term, last_name
from .values import (
    NONE,
    NOTHING_KNOWN,
    UNKNOWN_VALUE,
    ClassValue,
    ExternalInstance,
    ExternalValue,
    FunctionValue,
    GenericValue,
    InstanceValue,
    ModuleValue,
    NamespaceValue,
    SuperValue,
    Value,
    Values,
    is_known,
    united,
)

if TYPE_CHECKING:
    from .resolve import Resolver

# Class methods of pydantic's models that make an object of the class.
MODEL_BUILDERS = {
    "model_validate",
    "model_validate_json",
    "parse_obj",
    "parse_raw",
    "from_orm",
    "validate",
    "construct",
    "model_construct",
}
_PROPERTIES = {"property", "cached_property", "hybrid_property", "async_property"}


def attribute(resolver: Resolver, values: Values, name: str) -> Values:
    """`value.name` for every alternative; None has no attributes that matter."""
    groups = [_member(resolver, value, name) for value in values if value != NONE]
    return united(groups) if groups else NOTHING_KNOWN


def _member(resolver: Resolver, value: Value, name: str) -> Values:
    match value:
        case ModuleValue(module=module):
            return _module_member(resolver, module, name)
        case NamespaceValue(folder=folder):
            return _child(resolver, folder, name) or NOTHING_KNOWN
        case ExternalValue(dotted=dotted):
            stub = resolver.index.stub(f"{dotted}.{name}")
            return (ModuleValue(stub),) if stub is not None else (resolver.external(f"{dotted}.{name}"),)
        case ExternalInstance(dotted=dotted):
            return (ExternalInstance(f"{dotted}().{name}"),)
        case InstanceValue(cls=cls) if name == "__class__":
            return (ClassValue(cls),)
        case InstanceValue():
            return _instance_member(resolver, value, name)
        case ClassValue(cls=cls):
            return _class_member(resolver, cls, name)
        case SuperValue(cls=cls):
            return _super_member(resolver, cls, name)
        case GenericValue(kind="type", argument=argument):
            return attribute(resolver, _classes(resolver, argument), name)
        case GenericValue(kind="context_var", argument=argument) if name == "get":
            return (GenericValue("callable", argument),)
        case FunctionValue() if name == "__wrapped__":
            return (value,)
        case _:
            return NOTHING_KNOWN


def _classes(resolver: Resolver, argument: Term) -> Values:
    """The classes that a `type[...]` stands for."""
    return tuple(
        ClassValue(value.cls) if isinstance(value, InstanceValue) else UNKNOWN_VALUE
        for value in resolver.instances(argument)
    )


def _module_member(resolver: Resolver, module: ModuleRecord, name: str) -> Values:
    folder = module.path.parent if module.path.stem == "__init__" else None
    if not resolver.binds(module, name):
        if folder is not None:
            found = _child(resolver, folder, name)
            if found is not None:
                return found
        if module.is_stub:
            stub = resolver.index.stub(f"{module.path.stem}.{name}")
            return (ModuleValue(stub),) if stub is not None else (ExternalValue(f"{module.path.stem}.{name}"),)
    names = module.names.get(name)
    return resolver.resolve(names) if names is not None else resolver.global_name(module, name)


def _child(resolver: Resolver, folder: Path, name: str) -> Values | None:
    found = resolver.index.child(folder, name)
    if found is None:
        return None
    return (NamespaceValue(found),) if isinstance(found, Path) else (ModuleValue(found),)


def method(resolver: Resolver, cls: ClassRecord, name: str) -> FunctionRecord | None:
    """The method that a class has or inherits."""
    for other in resolver.lookup_order(cls):
        found = other.methods.get(name)
        if found is not None:
            return found
    return None


def _instance_member(resolver: Resolver, value: InstanceValue, name: str) -> Values:
    cls = value.cls
    for other in resolver.lookup_order(cls):
        function = other.methods.get(name)
        if function is not None:
            return _bound(resolver, function, value)
        record = other.attributes.get(name)
        if record is not None:
            return _declared(resolver, other, name)
        nested = other.classes.get(name)
        if nested is not None:
            return (ClassValue(nested),)
    stored = resolver.stores_of(cls, name)
    if stored:
        return united(stored)
    below = [other for other in resolver.subclasses(cls) if name in other.attributes or name in other.methods]
    # What is declared as a plain `list` is hardly ever the one class of the project that extends it.
    if below and not _is_builtin(cls):
        return united([_instance_member(resolver, InstanceValue(other), name) for other in below])
    return metaclasses.given(resolver, cls, name) or metaclasses.of_classes(resolver, cls, name) or NOTHING_KNOWN


def _is_builtin(cls: ClassRecord) -> bool:
    return cls.module.is_stub and cls.module.path.stem == "builtins"


def _declared(resolver: Resolver, cls: ClassRecord, name: str) -> Values:
    """An attribute by its annotation, else by everything assigned to it."""
    record = cls.attributes[name]
    if record.annotation is not None:
        values = resolver.instances(record.annotation)
        if is_known(values):
            return values
    groups = [resolver.resolve(term) for term in record.values]
    known = [group for group in groups if group != (NONE,)]
    if known and all(group == NOTHING_KNOWN for group in known):
        # `self.model = model` for an argument that nobody passes, and the real one assigned from outside.
        assigned = [group for group in resolver.stores_of(cls, name) if is_known(group) and group != (NONE,)]
        known = assigned or known
    if not known:
        # `db = None` in the class, and the real one assigned from outside or below.
        known = resolver.stores_of(cls, name)
        for below in resolver.subclasses(cls):
            if name in below.attributes:
                known.append(_declared(resolver, below, name))
    return united(known) if known else (united(groups) or NOTHING_KNOWN)


def _bound(resolver: Resolver, function: FunctionRecord, receiver: Value) -> Values:
    kinds = {last_name(decorator) for decorator in function.decorators}
    if kinds & _PROPERTIES:
        return resolver.called(FunctionValue(function, receiver), None)
    decorated = resolver.decorated(function)
    if not isinstance(decorated, FunctionValue):
        return (decorated,)
    if "staticmethod" in kinds:
        return (FunctionValue(function, None, decorated.form),)
    return (FunctionValue(function, receiver, decorated.form),)


def _class_member(resolver: Resolver, cls: ClassRecord, name: str) -> Values:
    for other in resolver.mro(cls)[0]:
        function = other.methods.get(name)
        if function is not None:
            kinds = {last_name(decorator) for decorator in function.decorators}
            decorated = resolver.decorated(function)
            form = decorated.form if isinstance(decorated, FunctionValue) else ""
            return (FunctionValue(function, ClassValue(cls) if "classmethod" in kinds else None, form),)
        if name in other.attributes:
            return _declared(resolver, other, name)
        nested = other.classes.get(name)
        if nested is not None:
            return (ClassValue(nested),)
    stored = resolver.stores_of(cls, name)
    if stored:
        return united(stored)
    if name in MODEL_BUILDERS and is_model(resolver, cls):
        return (GenericValue("type", ClassTerm(cls)),)
    return metaclasses.given(resolver, cls, name) or _maker(cls, name)


def is_model(resolver: Resolver, cls: ClassRecord) -> bool:
    """Whether a class is a pydantic model, whose fields are checked against their types."""
    return any(
        isinstance(value, ExternalValue) and value.dotted.rpartition(".")[2] in ("BaseModel", "SQLModel")
        for other in resolver.mro(cls)[0]
        for base in other.bases
        for value in resolver.resolve(base)
    )


def _maker(cls: ClassRecord, name: str) -> Values:
    """`__new__` of the interpreter's own `object` and `type`: calling it gives an object of the class."""
    return (GenericValue("type", ClassTerm(cls)),) if name == "__new__" else NOTHING_KNOWN


def _super_member(resolver: Resolver, cls: ClassRecord, name: str) -> Values:
    for other in resolver.mro(cls)[0][1:]:
        function = other.methods.get(name)
        if function is not None:
            return _bound(resolver, function, InstanceValue(cls))
    return _maker(cls, name)
