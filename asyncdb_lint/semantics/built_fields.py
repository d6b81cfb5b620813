"""What an object was given for a field where it was built: `NewFile(project_id=id).project_id` is `id`."""

from __future__ import annotations

from . import members
from .flat_texts import Frame
from .records import Argument, CallRecord, ClassRecord
from .resolve import Resolver
from .terms import Attribute, Checked, Constant, Narrowed, Parameter, Result, Term
from .texts import Texts
from .values import ClassValue, InstanceValue, Value

_DEEPEST = 8
# The program makes a default itself.
_DEFAULT = Constant(None)


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
                if not all(_keeps_what_it_is_given(resolver, value) for value in resolver.resolve(call.callee)):
                    return None
                if named is None and _leaves_out(resolver, call, term.name):
                    return _DEFAULT, None
                return (named, frame) if named is not None else None
            case _:
                return None
    return None


def _leaves_out(resolver: Resolver, call: CallRecord, name: str) -> bool:
    """Whether nothing that an object is built of has a field, so that it holds its default: `User(**new.dict())`."""
    makers = [value.cls for value in resolver.resolve(call.callee) if isinstance(value, ClassValue)]
    return (
        bool(makers)
        and all(_has_default(resolver, cls, name) for cls in makers)
        and all(argument.keyword or _is_dump_without(resolver, argument, name) for argument in call.arguments)
    )


def _has_default(resolver: Resolver, cls: ClassRecord, name: str) -> bool:
    return any((field := other.attributes.get(name)) is not None and field.values for other in resolver.mro(cls)[0])


def _is_dump_without(resolver: Resolver, argument: Argument, name: str) -> bool:
    term = argument.term
    if argument.star != "**" or not isinstance(term, Result) or not isinstance(term.call.callee, Attribute):
        return False
    held = resolver.resolve(term.call.callee.base)
    return (
        term.call.callee.name in ("dict", "model_dump")
        and bool(held)
        and all(
            isinstance(value, InstanceValue)
            and not value.cls.module.is_stub
            and not any(name in other.attributes for other in resolver.mro(value.cls)[0])
            for value in held
        )
    )


def _keeps_what_it_is_given(resolver: Resolver, value: Value) -> bool:
    """Whether a class of the project has its fields filled as they are given: a model, a dataclass."""
    if not isinstance(value, ClassValue) or value.cls.module.is_stub:
        return False
    constructor = members.method(resolver, value.cls, "__init__")
    return constructor is None or constructor.module.is_stub
