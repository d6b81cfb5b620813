"""What FastAPI's `Depends` fills a parameter with."""

from __future__ import annotations

from .calling import dependency_of
from .records import ParameterRecord
from .resolve import Resolver
from .terms import Item, Result, Term, arguments_of


def provider(resolver: Resolver, parameter: ParameterRecord) -> Term | None:
    """The dependency of `= Depends(get)`, of `Annotated[..., Depends(get)]` or a name for that; None without one."""
    given = [parameter.default] if isinstance(parameter.default, Result) else []
    if parameter.annotation is not None:
        for annotation in resolver.bound_terms(parameter.annotation):
            if isinstance(annotation, Item):
                given += [extra for extra in arguments_of(annotation.key)[1:] if isinstance(extra, Result)]
    for result in given:
        dependency = dependency_of(resolver, result.call)
        if dependency is not None:
            return dependency
    return None
