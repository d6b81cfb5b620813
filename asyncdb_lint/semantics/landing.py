"""Where an argument lands: the parameter that takes it, and the type names that annotate it."""

from __future__ import annotations

from .records import CallRecord, FunctionRecord, ParameterKind, ParameterRecord, Use
from .terms import FunctionTerm, Item, last_name


def parameter_at(function: FunctionRecord, call: CallRecord, use: Use, is_bound: bool = True) -> ParameterRecord | None:
    """The parameter that an argument lands in; `is_bound` says that a method was asked of an object."""
    if use.name is not None:
        named = function.parameter(use.name)
        if named is not None:
            return named
        return next((item for item in function.parameters if item.kind is ParameterKind.KWARGS), None)
    positional = [item for item in function.parameters if item.kind is ParameterKind.POSITIONAL]
    if is_bound and function.is_method:
        positional = positional[1:]
    index = 0
    for number, argument in enumerate(call.arguments):
        if number == use.argument:
            break
        if argument.keyword is None:
            index += 1
    if index < len(positional):
        return positional[index]
    return next((item for item in function.parameters if item.kind is ParameterKind.ARGS), None)


def names_in(term: object) -> set[str]:
    """Every type name in an annotation."""
    found: set[str] = set()
    pending = [term]
    while pending:
        current = pending.pop()
        name = last_name(current) if not isinstance(current, Item | FunctionTerm) else None  # type: ignore[arg-type]
        if name is not None:
            found.add(name)
        for attribute in ("base", "key", "operands", "options", "elements"):
            inner = getattr(current, attribute, None)
            if isinstance(inner, list | tuple):
                pending.extend(inner)
            elif inner is not None and attribute in ("base", "key"):
                pending.append(inner)
    return found
