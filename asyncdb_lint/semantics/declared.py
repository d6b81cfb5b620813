"""What declarations say of a place that a coroutine was put into: that nothing in it is ever awaited."""

from __future__ import annotations

from collections.abc import Callable

from .records import ClassRecord, FunctionRecord, ModuleRecord, Use
from .resolve import Resolver
from .terms import Attribute, ClassTerm, Import, Term
from .value_types import Types
from .values import NONE, NOTHING_KNOWN, ClassValue, InstanceValue


class Declared:
    """Judges annotated parameters and attributes; what the code evidently awaits counts more than its annotation."""

    def __init__(self, resolver: Resolver, is_awaiting: Callable[[Use], bool]) -> None:
        self._resolver = resolver
        self._types = Types(resolver)
        self._is_awaiting = is_awaiting

    def takes_plain(self, function: FunctionRecord, name: str) -> bool:
        """Whether a parameter is declared as something that nobody awaits, and nobody does."""
        parameter = function.parameter(name)
        return (
            parameter is not None
            and parameter.annotation is not None
            and self._types.is_plain(parameter.annotation)
            and not any(map(self._is_awaiting, function.parameter_uses.get(name, ())))
        )

    def declares_plain(self, holder: Term, name: str, use: Use) -> bool:
        """Whether an attribute is declared as something that nobody awaits, and nobody does."""
        accepts = self._types.holds_plain if use.contained else self._types.is_plain
        if self._resolver.resolve(holder) == NOTHING_KNOWN:
            return self._is_declared_of_all(use.function.module, name, accepts)
        return self._is_declared(holder, name, accepts)

    def holds_plain(self, holder: Term, use: Use) -> bool:
        """Whether a list is the attribute of an object, and declared to hold what nobody awaits."""
        return (
            isinstance(holder, Attribute)
            and not use.contained
            and self._is_declared(holder.base, holder.name, self._types.holds_plain)
        )

    def _is_declared(self, holder: Term, name: str, accepts: Callable[[Term], bool]) -> bool:
        values = [value for value in self._resolver.resolve(holder) if value != NONE]
        return (
            bool(values)
            and all(isinstance(value, InstanceValue) and self.has_field(value.cls, name, accepts) for value in values)
            and not any(self._is_awaiting(asked) for asked in self._resolver.attribute_uses(name))
        )

    def _is_declared_of_all(self, module: ModuleRecord, name: str, accepts: Callable[[Term], bool]) -> bool:
        """Whether every class that a module knows, and that has an attribute of a name, declares it this way."""
        classes = {
            value.cls
            for terms in module.bindings.values()
            for term in terms
            for value in (self._resolver.resolve(term) if isinstance(term, Import | ClassTerm) else ())
            if isinstance(value, ClassValue)
        }
        having = [cls for cls in classes if any(name in above.attributes for above in self._resolver.mro(cls)[0])]
        return (
            bool(having)
            and all(self.has_field(cls, name, accepts) for cls in having)
            and not any(self._is_awaiting(asked) for asked in self._resolver.attribute_uses(name))
        )

    def has_field(self, cls: ClassRecord, name: str, accepts: Callable[[Term], bool]) -> bool:
        """Whether a class declares an attribute of a type that is accepted."""
        for other in self._resolver.mro(cls)[0]:
            record = other.attributes.get(name)
            if record is not None:
                return record.annotation is not None and accepts(record.annotation)
        return False
