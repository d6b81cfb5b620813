"""What the project's own SQLAlchemy tables say of their columns: which writes a constraint can refuse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from .records import CallRecord, ClassRecord, ModuleRecord
from .resolve import Resolver
from .sql import plain_name
from .terms import Constant, Result, Term, last_name

_CONSTRAINTS = {"UniqueConstraint", "CheckConstraint", "ForeignKeyConstraint", "PrimaryKeyConstraint", "Index"}
_GENERATED_KEY_TYPES = {"Integer", "BigInteger", "SmallInteger", "int", None}
_COLUMN_MAKERS = {"Column", "mapped_column"}


@dataclass(slots=True)
class TableSchema:
    """One table: the columns whose values a constraint can refuse, and whether other tables refer to it.

    A value that is too long for its column is another error, which says that the input was not checked.
    """

    name: str
    columns: list[str] = field(default_factory=list)
    constrained: set[str] = field(default_factory=set)
    has_table_constraints: bool = False
    is_referred_to: bool = False

    @property
    def has_constraints(self) -> bool:
        """Whether anything can be refused at all."""
        return self.has_table_constraints or bool(self.constrained)

    def constrains(self, column: str | None, position: int) -> bool:
        """Whether a constraint can refuse the value of a column, which may be known by its position alone."""
        if column is None and position < len(self.columns):
            column = self.columns[position]
        return self.has_table_constraints or column in self.constrained or (column is None and self.has_constraints)


class Schema:
    """The tables that a project declares, by name and module."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver

    def table(self, name: str, module: ModuleRecord) -> TableSchema | None:
        """The table of a name, as SQL of a module writes it: its own one, else whatever the others of this name say."""
        declared = self._tables.get(plain_name(name))
        if declared is None:
            return None
        return declared.get(module) or _merged(list(declared.values()))

    @cached_property
    def _tables(self) -> dict[str, dict[ModuleRecord, TableSchema]]:
        tables: dict[str, dict[ModuleRecord, TableSchema]] = {}
        targets: dict[str, list[ModuleRecord]] = {}
        for module in self.resolver.modules:
            if module.is_stub:
                continue
            own: dict[str, TableSchema] = {}
            referred: set[str] = set()
            for call in module.calls:
                if last_name(call.callee) == "Table" and len(call.arguments) >= 3:
                    self._add_core(call, own, referred)
            for cls in module.classes:
                self._add_declarative(cls, own, referred)
            for name, table in own.items():
                tables.setdefault(name, {})[module] = table
            for name in referred:
                targets.setdefault(name, []).append(module)
        for name, referring in targets.items():
            for module, table in tables.get(name, {}).items():
                table.is_referred_to = any(other is module or other not in tables[name] for other in referring)
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
        table.columns.append(name)
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


def _merged(tables: Sequence[TableSchema]) -> TableSchema:
    """One table that is declared in several modules."""
    if len(tables) == 1:
        return tables[0]
    return TableSchema(
        tables[0].name,
        list(dict.fromkeys(column for table in tables for column in table.columns)),
        {column for table in tables for column in table.constrained},
        any(table.has_table_constraints for table in tables),
        any(table.is_referred_to for table in tables),
    )


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


def _table_of(term: Term | None) -> str:
    base = getattr(term, "base", None)
    owner = getattr(base, "base", base)
    return (last_name(owner) or "").lower() if owner is not None else ""
