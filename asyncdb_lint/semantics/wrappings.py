"""Which `text(...)` a query is handed, and what `.bindparams(...)` behind it gives values to."""

from __future__ import annotations

from dataclasses import dataclass, field

from .flat_texts import Frame
from .records import CallRecord
from .resolve import Resolver
from .terms import Attribute, Choice, Constant, GlobalName, Import, Parameter, Result, Term
from .texts import Texts
from .values import ExternalValue, FunctionValue

_DEEPEST = 8


@dataclass(slots=True, eq=False)
class Wrapping:
    """`text(...)`, and what `.bindparams(...)` behind it gives values to."""

    call: CallRecord
    frame: Frame | None = None
    keys: set[str] = field(default_factory=set)
    expanding: set[str] = field(default_factory=set)
    is_complete: bool = True


class Wrappings:
    """Finds the `text(...)` of one project's queries."""

    def __init__(self, resolver: Resolver, texts: Texts) -> None:
        self.resolver = resolver
        self.texts = texts

    def of(self, term: Term, frame: Frame | None = None) -> Wrapping | None:
        """The `text(...)` that a term stands for; None for a str and for other expressions."""
        return self._of(term, frame, 0)

    def _of(self, term: Term, frame: Frame | None, depth: int) -> Wrapping | None:
        """The `text(...)` that a term stands for."""
        if depth > _DEEPEST:
            return None
        match term:
            case Choice(options=options):
                found = [self._of(option, frame, depth + 1) for option in options]
                whole = [wrapping for wrapping in found if wrapping is not None]
                if not whole:
                    return None
                whole[0].is_complete = False
                return whole[0]
            case Parameter():
                passed = self.texts.argument(term, frame)
                return self._of(*passed, depth + 1) if passed is not None else None
            case GlobalName() | Import():
                bound = self.resolver.bound_terms(term)
                is_other = len(bound) == 1 and bound[0] is not term
                return self._of(bound[0], None, depth + 1) if is_other else None
            case Result(call=call) if isinstance(call.callee, Attribute) and call.callee.name in _KEEPING:
                inner = self._of(call.callee.base, frame, depth + 1)
                if inner is not None and call.callee.name == "bindparams":
                    _give(inner, call)
                return inner
            case Result(call=call):
                values = self.resolver.resolve(call.callee)
                if any(isinstance(value, ExternalValue) and _is_text(value.dotted) for value in values):
                    return Wrapping(call, frame)
                return self._returned(call, frame, depth)
            case _:
                return None

    def _returned(self, call: CallRecord, frame: Frame | None, depth: int) -> Wrapping | None:
        for value in self.resolver.resolve(call.callee):
            if isinstance(value, FunctionValue) and not value.function.module.is_stub and not value.function.is_async:
                for returned in value.function.returned:
                    found = self._of(returned, Frame(call, value.function, frame), depth + 1)
                    if found is not None:
                        return found
        return None


_KEEPING = {"bindparams", "columns", "execution_options", "params"}


def _is_text(dotted: str) -> bool:
    return dotted.rpartition(".")[2] == "text"


def _give(wrapping: Wrapping, call: CallRecord) -> None:
    """Notes what `.bindparams(...)` gives values to."""
    for argument in call.arguments:
        if argument.keyword is not None:
            wrapping.keys.add(argument.keyword)
            continue
        name = argument.term.call.argument(0, "key") if isinstance(argument.term, Result) else None
        if argument.star or name is None or not isinstance(name.term, Constant) or not isinstance(name.term.value, str):
            wrapping.is_complete = False
            continue
        wrapping.keys.add(name.term.value)
        if isinstance(argument.term, Result) and argument.term.call.argument(99, "expanding") is not None:
            wrapping.expanding.add(name.term.value)
