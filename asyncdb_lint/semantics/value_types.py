"""What a type says of its values: free text, a closed set, numbers that cannot carry SQL, the fields of a model."""

from __future__ import annotations

from . import members
from .annotated import type_name
from .records import ClassRecord
from .resolve import Resolver
from .terms import Choice, Computed, Constant, Item, Term, arguments_of
from .values import ClassValue, ExternalValue

_CLOSED_TYPES = {
    "int", "float", "bool", "complex", "Decimal", "UUID", "UUID1", "UUID4", "date", "datetime", "time", "timedelta",
    "Literal", "PositiveInt", "NonNegativeInt", "conint", "IPv4Address", "Enum", "IntEnum", "StrEnum", "NoneType",
}  # fmt: skip

_PLAIN_CONTAINERS = {
    "list", "List", "dict", "Dict", "set", "Set", "tuple", "Tuple", "frozenset", "FrozenSet", "Sequence", "Mapping",
}  # fmt: skip
_PLAIN_TYPES = _PLAIN_CONTAINERS | {"str", "bytes", "EmailStr", "HttpUrl", "SecretStr", "constr"}


class Types:
    """Judges the types of one project."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver

    def is_text(self, annotation: Term) -> bool:
        """Whether a type admits text of any content."""
        match annotation:
            case Choice(options=options) | Computed(operator="|", operands=options):
                return any(self.is_text(option) for option in options)
            case Item(base=base, key=key):
                name = type_name(self.resolver, base)
                if name in (
                    "Optional",
                    "Union",
                    "list",
                    "List",
                    "set",
                    "Sequence",
                    "Iterable",
                    "tuple",
                    "Tuple",
                    "dict",
                    "Dict",
                    "Annotated",
                ):
                    return any(self.is_text(item) for item in arguments_of(key))
                return False
            case _:
                return type_name(self.resolver, annotation) in (
                    "str",
                    "Any",
                    "dict",
                    "list",
                    "EmailStr",
                    "AnyStr",
                    "bytes",
                )

    def is_closed(self, annotation: Term) -> bool:
        """Whether values of a type cannot carry SQL: numbers, dates, identifiers, enums, literals."""
        match annotation:
            case Constant(value=None):
                return True
            case Choice(options=options) | Computed(operator="|", operands=options):
                return all(self.is_closed(option) for option in options)
            case Item(base=base, key=key):
                name = type_name(self.resolver, base)
                if name == "Literal":
                    return True
                arguments = arguments_of(key)
                if name == "Annotated":
                    return self.is_closed(arguments[0])
                return name in (
                    "Optional",
                    "Union",
                    "list",
                    "List",
                    "set",
                    "Set",
                    "Sequence",
                    "tuple",
                    "Tuple",
                    "Iterable",
                ) and all(isinstance(item, Constant) or self.is_closed(item) for item in arguments)
            case _:
                if type_name(self.resolver, annotation) in _CLOSED_TYPES:
                    return True
                return any(
                    isinstance(value, ClassValue) and self.is_enum(value.cls)
                    for value in self.resolver.resolve(annotation)
                )

    def is_plain(self, annotation: Term) -> bool:
        """Whether values of a type are known never to be awaitable: numbers, text, containers, models."""
        match annotation:
            case Constant(value=None):
                return True
            case Choice(options=options) | Computed(operator="|", operands=options):
                return all(self.is_plain(option) for option in options)
            case Item(base=base, key=key):
                name = type_name(self.resolver, base)
                if name in ("Optional", "Union"):
                    return all(self.is_plain(argument) for argument in arguments_of(key))
                if name == "Annotated":
                    return self.is_plain(arguments_of(key)[0])
                return name in _PLAIN_CONTAINERS or name == "Literal"
            case _:
                if type_name(self.resolver, annotation) in _PLAIN_TYPES:
                    return True
                return self.is_closed(annotation) or any(
                    isinstance(value, ClassValue) and self.is_model(value.cls)
                    for value in self.resolver.resolve(annotation)
                )

    def holds_plain(self, annotation: Term) -> bool:
        """Whether a type is a list or set of such values."""
        match annotation:
            case Choice(options=options) | Computed(operator="|", operands=options):
                return all(
                    (isinstance(option, Constant) and option.value is None) or self.holds_plain(option)
                    for option in options
                )
            case Item(base=base, key=key):
                name = type_name(self.resolver, base)
                if name == "Optional":
                    return self.holds_plain(key)
                return name in _PLAIN_CONTAINERS and all(self.is_plain(argument) for argument in arguments_of(key))
            case _:
                return False

    def names_its_values(self, annotation: Term) -> bool:
        """Whether a type names its values one by one: an enum or `Literal`."""
        match annotation:
            case Choice(options=options) | Computed(operator="|", operands=options):
                return all(isinstance(option, Constant) or self.names_its_values(option) for option in options)
            case Item(base=base, key=key):
                name = type_name(self.resolver, base)
                if name == "Literal":
                    return True
                return name in ("Optional", "list", "List", "Sequence", "set", "tuple") and all(
                    self.names_its_values(item) for item in arguments_of(key)
                )
            case _:
                return any(
                    isinstance(value, ClassValue) and self.is_enum(value.cls)
                    for value in self.resolver.resolve(annotation)
                )

    def is_enum(self, cls: ClassRecord) -> bool:
        """Whether a class is an enum."""
        return any(
            isinstance(value, ExternalValue) and value.dotted.startswith("enum.")
            for other in self.resolver.mro(cls)[0]
            for base in other.bases
            for value in self.resolver.resolve(base)
        )

    def is_model(self, cls: ClassRecord) -> bool:
        """Whether a class is a pydantic model, whose fields are checked against their types."""
        return members.is_model(self.resolver, cls)
