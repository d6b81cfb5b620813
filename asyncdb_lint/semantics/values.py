"""What a term turns out to be once the whole project is known.

Values are small and compare by content. Several alternatives (branches, union types) travel as a tuple of values;
`UNKNOWN_VALUE`
among them says that something else is possible too.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from .records import CallRecord, ClassRecord, FunctionRecord, ModuleRecord
from .terms import Collection, Joined, Mapping, Template, Term


@dataclass(frozen=True, slots=True)
class UnknownValue:
    """Anything."""


@dataclass(frozen=True, slots=True)
class ConstantValue:
    """A literal; its `value` is None for `None`."""

    value: object


@dataclass(frozen=True, slots=True)
class ModuleValue:
    """A module of the project or a stub."""

    module: ModuleRecord


@dataclass(frozen=True, slots=True)
class NamespaceValue:
    """A package folder without `__init__`."""

    folder: Path


@dataclass(frozen=True, slots=True)
class ExternalValue:
    """Something of a library without a stub, by its dotted name."""

    dotted: str


@dataclass(frozen=True, slots=True)
class ExternalInstance:
    """What calling, or an annotation with, something of such a library gives."""

    dotted: str


@dataclass(frozen=True, slots=True)
class ClassValue:
    """A class itself."""

    cls: ClassRecord


@dataclass(frozen=True, slots=True)
class InstanceValue:
    """An object of a class; `call` made it, where that is known."""

    cls: ClassRecord
    call: CallRecord | None = None


@dataclass(frozen=True, slots=True)
class SuperValue:
    """`super()` inside a method of a class."""

    cls: ClassRecord


@dataclass(frozen=True, slots=True)
class FunctionValue:
    """A function, bound to a receiver if it came from one.

    `form` says what its decorators make of a call: "" for its own result, "context" or "async_context" for a context
    manager
    over what it yields, "opaque" when a decorator is not understood.
    """

    function: FunctionRecord
    receiver: Value | None = None
    form: str = ""


@dataclass(frozen=True, slots=True)
class PartialValue:
    """`functools.partial(function, ...)`"""

    function: Value
    call: CallRecord


@dataclass(frozen=True, slots=True)
class ProviderValue:
    """What a container of dependencies builds an object with; `call` made the provider.

    Calling it calls `provided` with the arguments of `call`, or gives `provided` as it is.
    """

    provided: Value
    call: CallRecord
    is_called: bool = True


@dataclass(frozen=True, slots=True)
class CoroutineValue:
    """What calling an `async def` gives, before it is awaited."""

    function: FunctionRecord
    call: CallRecord | None
    receiver: Value | None = None


@dataclass(frozen=True, slots=True)
class GeneratorValue:
    """What calling a generator function gives."""

    function: FunctionRecord
    is_async: bool
    call: CallRecord | None = None


@dataclass(frozen=True, slots=True)
class ContextValue:
    """What calling a generator function gives that is decorated as a context manager."""

    function: FunctionRecord
    is_async: bool


@dataclass(frozen=True, slots=True)
class GenericValue:
    """An object of a parametrised type: what it holds or gives is `argument`, a type."""

    kind: str
    argument: Term


@dataclass(frozen=True, slots=True)
class CollectionValue:
    """A list, tuple, set or generator expression written out in the project."""

    term: Collection


@dataclass(frozen=True, slots=True)
class MappingValue:
    """A dict written out in the project."""

    term: Mapping


@dataclass(frozen=True, slots=True)
class TextValue:
    """Text with holes."""

    term: Template | Joined


Value: TypeAlias = (
    UnknownValue
    | ConstantValue
    | ModuleValue
    | NamespaceValue
    | ExternalValue
    | ExternalInstance
    | ClassValue
    | InstanceValue
    | SuperValue
    | FunctionValue
    | PartialValue
    | ProviderValue
    | CoroutineValue
    | GeneratorValue
    | ContextValue
    | GenericValue
    | CollectionValue
    | MappingValue
    | TextValue
)
Values: TypeAlias = tuple[Value, ...]

UNKNOWN_VALUE = UnknownValue()
NONE = ConstantValue(None)
NOTHING_KNOWN: Values = (UNKNOWN_VALUE,)


def united(groups: list[Values]) -> Values:
    """All alternatives of several groups, each once, in order."""
    if len(groups) == 1 and len(groups[0]) < 2:
        # Nearly all: hashing a value takes longer than all the rest.
        return groups[0]
    seen: dict[Value, None] = {}
    for group in groups:
        for value in group:
            seen.setdefault(value)
    return tuple(seen)


def is_known(values: Values) -> bool:
    """Whether every alternative is known, and there is one."""
    return bool(values) and UNKNOWN_VALUE not in values
