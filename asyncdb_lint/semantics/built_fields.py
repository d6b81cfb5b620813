"""What an object was given for a field where it was built: `NewFile(project_id=id).project_id` is `id`."""

from __future__ import annotations

from . import members
from .flat_texts import Frame
from .resolve import Resolver
from .terms import Attribute, Checked, Narrowed, Parameter, Result, Term
from .texts import Texts
from .values import ClassValue, Value

_DEEPEST = 8


def given_for(
    resolver: Resolver, texts: Texts, term: Attribute, frame: Frame | None
) -> tuple[Term, Frame | None] | None:
    """The argument for the field that a term reads, as it is seen through a call; None where nothing shows it."""
    built: Term = term.base
    for _ in range(_DEEPEST):
        match built:
            case Parameter():
                passed = texts.argument(built, frame)
                if passed is None:
                    return None
                built, frame = passed
            case Checked(base=base) | Narrowed(base=base):
                built = base
            case Result(call=call):
                named = next((argument.term for argument in call.arguments if argument.keyword == term.name), None)
                keeps = all(_keeps_what_it_is_given(resolver, value) for value in resolver.resolve(call.callee))
                return (named, frame) if keeps and named is not None else None
            case _:
                return None
    return None


def _keeps_what_it_is_given(resolver: Resolver, value: Value) -> bool:
    """Whether a class of the project has its fields filled as they are given: a model, a dataclass."""
    if not isinstance(value, ClassValue) or value.cls.module.is_stub:
        return False
    constructor = members.method(resolver, value.cls, "__init__")
    return constructor is None or constructor.module.is_stub
