"""Flattens string expressions to literal text with holes, through names, helpers and modules."""

from __future__ import annotations

import re

from .calling import argument_for
from .flat_texts import FlatText, Frame, Gap, Parts, Place, element_place, named_place, operand_place, place_of, seen_at
from .records import CallRecord
from .resolve import Resolver
from .terms import (
    Attribute,
    Awaited,
    Checked,
    Choice,
    Collection,
    Computed,
    Constant,
    GlobalName,
    Import,
    Joined,
    Mapping,
    Narrowed,
    Parameter,
    Result,
    Template,
    Term,
)
from .values import ConstantValue, ExternalValue, FunctionValue, TextValue

_MOST_VARIANTS = 12
_DEEPEST = 24
_SAME_TEXT = {
    "strip",
    "lstrip",
    "rstrip",
    "lower",
    "upper",
    "removesuffix",
    "removeprefix",
    "expandtabs",
    "replace",
    "title",
}
_WRAPPERS = {"text", "dedent", "cleandoc", "literal_column", "str"}
_PERCENT = re.compile(r"%(?:\((\w+)\))?[#0\- +]*(?:\*|\d+)?(?:\.(?:\*|\d+))?([diouxXeEfFgGcrsa%])")
_FORMAT = re.compile(r"\{\{|\}\}|\{([^{}!:]*)(?:![rsa])?(?::[^{}]*)?\}")


class Texts:
    """Flattens the texts of one project."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver

    def flatten(self, term: Term, frame: Frame | None = None) -> list[FlatText]:
        """Every text that a term may stand for; nothing where it is not known to be text."""
        return self._flatten(term, frame, 0)

    def argument(self, parameter: Parameter, frame: Frame | None) -> tuple[Term, Frame | None] | None:
        """What a parameter stands for when its function is looked at through a call."""
        current = frame
        while current is not None:
            if current.function is parameter.function:
                passed = argument_for(self.resolver, current.call, current.function, parameter.name)
                return (passed, current.outer) if passed is not None else None
            current = current.outer
        return None

    def _flatten(self, term: Term, frame: Frame | None, depth: int) -> list[FlatText]:
        if depth > _DEEPEST:
            return []
        deeper = depth + 1
        match term:
            case Constant(value=str() as text):
                return [FlatText((text,))]
            case Template():
                return self._sequence(term, frame, deeper)
            case Choice(options=options):
                found = [flat for option in options for flat in self._flatten(option, frame, deeper)]
                return found[:_MOST_VARIANTS]
            case Checked(base=base) | Narrowed(base=base):
                return self._flatten(base, frame, deeper)
            case Computed(operator="+", operands=(left, right)):
                places = operand_place(term, 0), operand_place(term, 1)
                return self._concatenated(left, right, places, frame, deeper)
            case Computed(operator="%", operands=(left, right)):
                return [
                    flat
                    for base in self._flatten(left, frame, deeper)
                    for flat in self._percent(base, right, operand_place(term, 1), frame, deeper)
                ]
            case Parameter():
                passed = self.argument(term, frame)
                return self._flatten(*passed, deeper) if passed is not None else []
            case Result(call=call):
                return self._called(call, frame, deeper)
            case Awaited(base=Result(call=call)):
                return self._returned(call, frame, deeper)
            case GlobalName() | Import() | Attribute():
                return self._named(term, frame, deeper)
            case _:
                return []

    def _named(self, term: Term, frame: Frame | None, depth: int) -> list[FlatText]:
        found: list[FlatText] = []
        for value in self.resolver.resolve(term):
            match value:
                case ConstantValue(value=str() as text):
                    found.append(FlatText((text,)))
                case TextValue(term=inner):
                    found.extend(self._flatten(inner, None, depth))
                case ConstantValue(value=None):
                    continue
                case _:
                    return []
        return found

    def _sequence(self, template: Template, frame: Frame | None, depth: int) -> list[FlatText]:
        variants: list[list[str | Gap]] = [[]]
        for part in template.parts:
            if isinstance(part, str):
                options: list[Parts] = [(part,)]
            else:
                options = self._hole(part.term, place_of(part), frame, depth, part.spec)
                if _is_in_quotes(variants[0]):
                    # What is put together for a place in quotes is a value, and seen where it becomes SQL.
                    options = [
                        (Gap(part.term, place_of(part), frame, part.spec),) if _has_gaps(option) else option
                        for option in options
                    ]
            variants = [[*variant, *option] for variant in variants for option in options][:_MOST_VARIANTS]
        return [FlatText(tuple(variant)) for variant in variants]

    def _hole(self, term: Term, place: Place, frame: Frame | None, depth: int, spec: str = "") -> list[Parts]:
        """What may stand in a hole: texts known to the letter or with holes of their own, else the hole itself."""
        flat = self._flatten(term, frame, depth) if not spec else []
        return [seen_at(inner.parts, place) for inner in flat] or [(Gap(term, place, frame, spec),)]

    def _concatenated(
        self, left: Term, right: Term, places: tuple[Place, Place], frame: Frame | None, depth: int
    ) -> list[FlatText]:
        lefts, rights = self._flatten(left, frame, depth), self._flatten(right, frame, depth)
        if not lefts and not rights:
            return []
        before = [flat.parts for flat in lefts] or [(Gap(left, places[0], frame),)]
        after = [flat.parts for flat in rights] or [(Gap(right, places[1], frame),)]
        return [FlatText((*first, *second)) for first in before for second in after][:_MOST_VARIANTS]

    def _percent(self, base: FlatText, right: Term, whole: Place, frame: Frame | None, depth: int) -> list[FlatText]:
        text = base.literal
        if text is None:
            return [base]
        ordered = list(right.elements) if isinstance(right, Collection) and right.kind == "tuple" else [right]
        named = (
            {key.value: value for key, value in right.entries if isinstance(key, Constant)}
            if isinstance(right, Mapping)
            else {}
        )
        variants: list[list[str | Gap]] = [[]]
        position = index = 0
        for match in _PERCENT.finditer(text):
            pieces: list[Parts] = [(text[position : match.start()],)]
            position = match.end()
            if match.group(2) == "%":
                pieces.append(("%",))
            elif match.group(2) in "diouxXeEfFgG":
                pieces.append(("0",))
                index += 1
            else:
                term = (
                    named.get(match.group(1)) if match.group(1) else (ordered[index] if index < len(ordered) else None)
                )
                place = (
                    named_place(whole, match.group(1)) if match.group(1) else element_place(whole, index, len(ordered))
                )
                index += 1
                filled = self._hole(term, place, frame, depth) if term is not None else [(Gap(right, whole, frame),)]
                variants = [[*variant, *pieces[0], *option] for variant in variants for option in filled][
                    :_MOST_VARIANTS
                ]
                continue
            variants = [[*variant, *(part for piece in pieces for part in piece)] for variant in variants]
        return [FlatText((*variant, text[position:])) for variant in variants]

    def _called(self, call: CallRecord, frame: Frame | None, depth: int) -> list[FlatText]:
        callee = call.callee
        if isinstance(callee, Attribute):
            if callee.name == "format":
                found = [
                    flat
                    for base in self._flatten(callee.base, frame, depth)
                    for flat in self._formatted(base, call, frame, depth)
                ]
                if found:
                    return found
            if callee.name == "join" and len(call.arguments) == 1:
                return self._joined(callee.base, call, frame, depth)
            if callee.name == "replace" and len(call.arguments) == 2:
                found = [
                    flat
                    for base in self._flatten(callee.base, frame, depth)
                    for flat in self._replaced(base, call, frame, depth)
                ]
                if found:
                    return found
            if callee.name in _SAME_TEXT:
                found = self._flatten(callee.base, frame, depth)
                if found:
                    return found
        for value in self.resolver.resolve(callee):
            name = value.dotted.rpartition(".")[2] if isinstance(value, ExternalValue) else None
            if name in _WRAPPERS and call.arguments:
                return self._flatten(call.arguments[0].term, frame, depth)
        if isinstance(callee, Attribute) and callee.name in ("bindparams", "columns", "execution_options"):
            return self._flatten(callee.base, frame, depth)
        return self._returned(call, frame, depth)

    def _returned(self, call: CallRecord, frame: Frame | None, depth: int) -> list[FlatText]:
        found: list[FlatText] = []
        for value in self.resolver.resolve(call.callee):
            if isinstance(value, FunctionValue) and not value.function.module.is_stub:
                inner = Frame(call, value.function, frame)
                for term in value.function.returned:
                    found.extend(self._flatten(term, inner, depth + 2))
        return found[:_MOST_VARIANTS]

    def _replaced(self, base: FlatText, call: CallRecord, frame: Frame | None, depth: int) -> list[FlatText]:
        """`text.replace("{column}", column)`; a text with holes is left as it is."""
        old, new = call.arguments[0].term, call.arguments[1]
        text = base.literal
        if text is None or not (isinstance(old, Constant) and isinstance(old.value, str) and old.value):
            return [base]
        variants: list[list[str | Gap]] = [[]]
        for number, piece in enumerate(text.split(old.value)):
            options = self._hole(new.term, place_of(new), frame, depth) if number else [()]
            variants = [[*variant, *option, piece] for variant in variants for option in options][:_MOST_VARIANTS]
        return [FlatText(tuple(variant)) for variant in variants]

    def _formatted(self, base: FlatText, call: CallRecord, frame: Frame | None, depth: int) -> list[FlatText]:
        text = base.literal
        if text is None:
            return [base]
        positional = [argument for argument in call.arguments if argument.keyword is None and not argument.star]
        named = {argument.keyword: argument for argument in call.arguments if argument.keyword is not None}
        variants: list[list[str | Gap]] = [[]]
        position = automatic = 0
        for match in _FORMAT.finditer(text):
            before = text[position : match.start()]
            position = match.end()
            if match.group(1) is None:
                variants = [[*variant, before + match.group(0)[0]] for variant in variants]
                continue
            key = re.split(r"[.\[]", match.group(1), maxsplit=1)[0]
            if not key:
                key, automatic = str(automatic), automatic + 1
            argument = named.get(key)
            if argument is None and key.isdigit() and int(key) < len(positional):
                argument = positional[int(key)]
            filled: list[Parts]
            if argument is None:
                first = call.arguments[0] if call.arguments else None
                filled = [(Gap(first.term, place_of(first), frame),)] if first is not None else [("",)]
            else:
                filled = self._hole(argument.term, place_of(argument), frame, depth)
            variants = [[*variant, before, *option] for variant in variants for option in filled][:_MOST_VARIANTS]
        return [FlatText((*variant, text[position:])) for variant in variants]

    def _joined(self, separator: Term, call: CallRecord, frame: Frame | None, depth: int) -> list[FlatText]:
        between = self._flatten(separator, frame, depth)
        if not between:
            return []
        items = call.arguments[0].term
        place = place_of(call.arguments[0])
        if not isinstance(items, Collection):
            return [FlatText((Gap(Joined(separator, items), place, frame),))]
        variants: list[list[str | Gap]] = [[]]
        for number, element in enumerate(items.elements):
            options = self._hole(element, place, frame, depth)
            glue: Parts = between[0].parts if number else ()
            variants = [[*variant, *glue, *option] for variant in variants for option in options][:_MOST_VARIANTS]
        return [FlatText(tuple(variant)) for variant in variants]


def _has_gaps(parts: Parts) -> bool:
    return any(not isinstance(part, str) for part in parts)


def _is_in_quotes(parts: list[str | Gap]) -> bool:
    """Whether what follows stands in a quoted literal of the SQL."""
    return sum(part.count("'") for part in parts if isinstance(part, str)) % 2 == 1
