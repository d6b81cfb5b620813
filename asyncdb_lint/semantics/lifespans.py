"""What an application calls its lifespan with: itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .calling import class_roles
from .landing import names_in
from .records import FunctionRecord
from .values import ClassValue, InstanceValue, Values

if TYPE_CHECKING:
    from .resolve import Resolver


def given(resolver: Resolver, function: FunctionRecord, name: str) -> Values | None:
    """What the first parameter of a lifespan is; None for every other parameter."""
    own = function.parameters[1:] if function.is_method else function.parameters
    if not function.is_generator or not own or own[0].name != name:
        return None
    found = [
        InstanceValue(value.cls)
        for use in resolver.references(function)
        if use.call is not None and use.name is not None
        for value in resolver.resolve(use.call.callee)
        if isinstance(value, ClassValue)
        and "app" in class_roles(resolver, value)
        and _takes_lifespan(resolver, value, use.name)
    ]
    return tuple(dict.fromkeys(found)) or None


def _takes_lifespan(resolver: Resolver, app: ClassValue, name: str) -> bool:
    constructor = resolver.method(app.cls, "__init__")
    parameter = constructor.parameter(name) if constructor is not None else None
    annotation = parameter.annotation if parameter is not None else None
    return annotation is not None and "Lifespan" in names_in(annotation)
