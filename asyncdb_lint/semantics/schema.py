"""What the project's own SQLAlchemy tables say of their columns: which writes a constraint can refuse."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from .records import CallRecord, ClassRecord
from .resolve import Resolver
from .terms import Constant, Result, Term, last_name

_CONSTRAINTS = {"UniqueConstraint", "CheckConstraint", "ForeignKeyConstraint", "PrimaryKeyConstraint", "Index"}
_GENERATED_KEY_TYPES = {"Integer", "BigInteger", "SmallInteger", "int", None}
_BOUNDED_TYPES = {"String", "VARCHAR", "CHAR", "Unicode", "Enum", "Numeric"}
_COLUMN_MAKERS = {"Column", "mapped_column"}


@dataclass(slots=True)
class TableSchema:
    """One table: the columns whose values a constraint can refuse, and whether other tables refer to it."""

    name: str
    columns: set[str] = field(default_factory=set)
    constrained: set[str] = field(default_factory=set)
    bounded: set[str] = field(default_factory=set)
    """Columns whose type limits length or values, which SQLite does not enforce."""
    has_table_constraints: bool = False
    is_referred_to: bool = False

    def may_refuse(self, verb: str, assigned: set[str] | None, *, dialect: str | None = None) -> bool:
        """Whether a write can break a constraint; `assigned` are the columns it sets, None where they are not known."""
        if verb == "delete":
            return self.is_referred_to
        refusing = self.constrained if dialect == "sqlite" else self.constrained | self.bounded
        return self.has_table_constraints or bool(refusing & (self.columns if assigned is None else assigned))


class Schema:
    """The tables that a project declares, by name."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver

    def table(self, name: str) -> TableSchema | None:
        """The table of a name, as SQL writes it."""
        return self._tables.get(name.rpartition(".")[2].strip('"`').lower())

    @cached_property
    def _tables(self) -> dict[str, TableSchema]:
        tables: dict[str, TableSchema] = {}
        targets: set[str] = set()
        for module in self.resolver.modules:
            if module.is_stub:
                continue
            for call in module.calls:
                if last_name(call.callee) == "Table" and len(call.arguments) >= 3:
                    self._add_core(call, tables, targets)
            for cls in module.classes:
                self._add_declarative(cls, tables, targets)
        for name in targets:
            if name in tables:
                tables[name].is_referred_to = True
        return tables

    def _add_core(self, call: CallRecord, tables: dict[str, TableSchema], targets: set[str]) -> None:
        name = call.arguments[0].term
        if not (isinstance(name, Constant) and isinstance(name.value, str)):
            return
        table = tables.setdefault(name.value.lower(), TableSchema(name.value.lower()))
        for argument in call.arguments[2:]:
            if isinstance(argument.term, Result):
                self._add_part(argument.term.call, None, table, targets)
            elif argument.keyword is None:
                # Columns that come from elsewhere may have any constraint.
                table.has_table_constraints = True

    def _add_declarative(self, cls: ClassRecord, tables: dict[str, TableSchema], targets: set[str]) -> None:
        declared = cls.attributes.get("__tablename__")
        names = [term.value for term in declared.values if isinstance(term, Constant)] if declared is not None else []
        if not names or not isinstance(names[0], str):
            return
        table = tables.setdefault(names[0].lower(), TableSchema(names[0].lower()))
        if "__table_args__" in cls.attributes:
            table.has_table_constraints = True
        for attribute, record in cls.attributes.items():
            for term in record.values:
                if isinstance(term, Result) and last_name(term.call.callee) in _COLUMN_MAKERS:
                    self._add_part(term.call, attribute, table, targets)

    def _add_part(self, call: CallRecord, attribute: str | None, table: TableSchema, targets: set[str]) -> None:
        kind = last_name(call.callee)
        if kind in _CONSTRAINTS:
            table.has_table_constraints = table.has_table_constraints or kind != "Index" or _flag(call, "unique")
            return
        if kind not in _COLUMN_MAKERS:
            return
        terms = [argument.term for argument in call.arguments if argument.keyword is None]
        name = attribute
        if terms and isinstance(terms[0], Constant) and isinstance(terms[0].value, str):
            name = terms[0].value
            terms = terms[1:]
        if name is None:
            table.has_table_constraints = True
            return
        table.columns.add(name)
        foreign = [
            term.call for term in terms if isinstance(term, Result) and last_name(term.call.callee) == "ForeignKey"
        ]
        for key in foreign:
            target = key.arguments[0].term if key.arguments else None
            if isinstance(target, Constant) and isinstance(target.value, str):
                targets.add(target.value.split(".")[-2].lower() if "." in target.value else target.value.lower())
            else:
                targets.add(_table_of(target))
        is_key = _flag(call, "primary_key") and not _is_generated(terms, call)
        if foreign or is_key or _flag(call, "unique"):
            table.constrained.add(name)
        if _is_bounded(terms):
            table.bounded.add(name)


def _flag(call: CallRecord, keyword: str) -> bool:
    return any(
        argument.keyword == keyword and not (isinstance(argument.term, Constant) and not argument.term.value)
        for argument in call.arguments
    )


def _is_generated(terms: list[Term], call: CallRecord) -> bool:
    """Whether the database or the library makes up the key: an integer, or one with a default."""
    if any(argument.keyword in ("default", "server_default", "autoincrement") for argument in call.arguments):
        return True
    names = {last_name(term.call.callee if isinstance(term, Result) else term) for term in terms}
    return not names or bool(names & _GENERATED_KEY_TYPES)


def _is_bounded(terms: list[Term]) -> bool:
    """`String(50)`: PostgreSQL refuses a longer text; `Enum(...)` another value."""
    return any(
        isinstance(term, Result)
        and last_name(term.call.callee) in ("String", "VARCHAR", "Enum", "Numeric", "CHAR", "Unicode")
        and bool(term.call.arguments)
        for term in terms
    )


def _table_of(term: Term | None) -> str:
    base = getattr(term, "base", None)
    owner = getattr(base, "base", base)
    return (last_name(owner) or "").lower() if owner is not None else ""
