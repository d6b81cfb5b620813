"""The columns and values that `**payload.model_dump()` and its like stand for, by the fields of the model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from . import members
from .calling import result
from .flat_texts import Frame
from .records import CallRecord, ClassRecord, Use, UseKind
from .resolve import Resolver
from .terms import UNKNOWN, Attribute, Constant, GlobalName, Mapping, Parameter, Result, Term
from .texts import Texts
from .values import ClassValue, InstanceValue

_DUMPS = {"dict", "model_dump"}
_COPIES = {"copy", "model_copy"}
_LOOKS = {"get", "items", "keys", "values", "copy"}
_DEEPEST = 6


class Entry(NamedTuple):
    """One value under its name, and the calls through which it is seen."""

    name: str
    value: Term
    frame: Frame | None


class Dumps:
    """Reads the dicts of one project that are written out, or made from models."""

    def __init__(self, resolver: Resolver, texts: Texts) -> None:
        self.resolver = resolver
        self.texts = texts

    def of(self, term: Term, frame: Frame | None, depth: int = 0) -> list[Entry] | None:
        """What a dict holds; None where that is not known to the last entry."""
        if depth > _DEEPEST:
            return None
        match term:
            case Parameter():
                passed = self.texts.argument(term, frame)
                return self.of(*passed, depth + 1) if passed is not None else None
            case Mapping(entries=entries, uses=uses):
                found: list[Entry] = []
                for key, value in entries:
                    if isinstance(key, Constant) and isinstance(key.value, str):
                        found.append(Entry(key.value, value, frame))
                        continue
                    inner = self.of(value, frame, depth + 1) if key is None else None
                    if inner is None:
                        return None
                    found += inner
                return _changed(found, uses, frame)
            case Result(call=call):
                dumped = self._of_call(call, frame, depth)
                return _changed(dumped, call.uses, frame) if dumped is not None else None
            case _:
                return None

    def _of_call(self, call: CallRecord, frame: Frame | None, depth: int) -> list[Entry] | None:
        callee = call.callee
        if isinstance(callee, Attribute) and callee.name in _DUMPS:
            return self._of_model(callee.base, frame)
        is_copy = isinstance(callee, GlobalName) and callee.name == "dict" and "dict" not in callee.module.bindings
        if is_copy and len(call.arguments) == 1 and not call.arguments[0].star and call.arguments[0].keyword is None:
            given = call.arguments[0].term
            return self.of(given, frame, depth + 1) or self._of_model(given, frame)
        return None

    def _of_model(self, model: Term, frame: Frame | None) -> list[Entry] | None:
        passed = self.texts.argument(model, frame) if isinstance(model, Parameter) else None
        term, seen_from = passed if passed is not None else (model, frame)
        if isinstance(term, Result) and self._makes_model(term.call):
            given = self._given(term.call, seen_from)
            if given is not None:
                # What is not given is a default of the class.
                return given
        copied = self._of_copy(term.call, seen_from) if isinstance(term, Result) else None
        if copied is not None:
            return copied
        values = self.resolver.resolve(model)
        classes = [value.cls for value in values if isinstance(value, InstanceValue)]
        if len(classes) != 1 or len(values) != 1 or not members.is_model(self.resolver, classes[0]):
            return None
        return [Entry(name, Attribute(model, name), frame) for name in self._fields(classes[0])]

    def _given(self, call: CallRecord, frame: Frame | None) -> list[Entry] | None:
        """The keyword arguments of a call, those of `**payload.dict()` among them."""
        found: list[Entry] = []
        for argument in call.arguments:
            if argument.keyword is not None:
                found.append(Entry(argument.keyword, argument.term, frame))
                continue
            unpacked = self.of(argument.term, frame) if argument.star == "**" else None
            if unpacked is None:
                return None
            found += unpacked
        return found

    def _of_copy(self, call: CallRecord, frame: Frame | None) -> list[Entry] | None:
        """`stored.copy(update=payload.dict())`: the fields of the one, some of them with values of the other."""
        if not isinstance(call.callee, Attribute) or call.callee.name not in _COPIES:
            return None
        own = self._of_model(call.callee.base, frame)
        update = call.argument(-1, "update")
        changed = self.of(update.term, frame) if update is not None else []
        if own is None or changed is None:
            return None
        return list({entry.name: entry for entry in (*own, *changed)}.values())

    def _makes_model(self, call: CallRecord) -> bool:
        classes = [value for value in self.resolver.resolve(call.callee) if isinstance(value, ClassValue)]
        made = [value for cls in classes for value in result(self.resolver, cls, call)]
        return bool(made) and all(members.is_model(self.resolver, cls.cls) for cls in classes)

    def _fields(self, cls: ClassRecord) -> list[str]:
        found: dict[str, None] = {}
        for above in reversed(self.resolver.mro(cls)[0]):
            if not above.module.is_stub:
                found.update(dict.fromkeys(above.field_order))
        return list(found)


def _changed(entries: Sequence[Entry], uses: Sequence[Use], frame: Frame | None) -> list[Entry] | None:
    """What is left after `values.pop("id")` and `values["name"] = ...`; None where something else may change it."""
    left = {entry.name: entry for entry in entries}
    for use in uses:
        if use.contained or use.taken:
            continue
        if use.kind is UseKind.ATTRIBUTE and use.attribute == "pop":
            left.pop(_popped(use) or "", None)
        elif use.kind is UseKind.ATTRIBUTE and use.attribute not in _LOOKS:
            return None
        elif use.kind is UseKind.ITEM_SET:
            if use.name is None:
                return None
            left.setdefault(use.name, Entry(use.name, UNKNOWN, frame))
    return list(left.values())


def _popped(use: Use) -> str | None:
    call = next((call for call in use.function.calls if call.node.func is use.node), None)
    key = call.argument(0, "key") if call is not None else None
    return (
        key.term.value
        if key is not None and isinstance(key.term, Constant) and isinstance(key.term.value, str)
        else None
    )
