"""What the project's own SQLAlchemy tables say of their columns: which writes a constraint can refuse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from .records import Argument, CallRecord, ClassRecord, ModuleRecord
from .resolve import Resolver
from .sql import plain_name
from .terms import UNKNOWN, Collection, Constant, Element, Result, Term, last_name
from .values import CollectionValue

_CONSTRAINTS = {"UniqueConstraint", "CheckConstraint", "ForeignKeyConstraint", "PrimaryKeyConstraint", "Index"}
_GENERATED_KEY_TYPES = {"Integer", "BigInteger", "SmallInteger", "int", None}
_COLUMN_MAKERS = {"Column", "mapped_column"}
_LET_GO = {"CASCADE", "SET NULL", "SET DEFAULT"}
_BEFORE_COLUMNS = {"Table": 2, "create_table": 1}
# Operations of a migration: (name, table, columns) and (name, table, table referred to, columns).
_ADDED_CONSTRAINTS = {
    "create_primary_key": 2, "create_unique_constraint": 2, "create_check_constraint": 2, "create_foreign_key": 3,
    "create_index": 2,
}  # fmt: skip


@dataclass(slots=True)
class TableSchema:
    """One table: the columns whose values a constraint can refuse, and whether other tables refer to it.

    A value that is too long for its column is another error, which says that the input was not checked.
    """

    name: str
    columns: list[str] = field(default_factory=list)
    constrained: set[str] = field(default_factory=set)
    foreign: set[str] = field(default_factory=set)
    """Those of them that are constrained by nothing but a foreign key."""
    countable: set[str] = field(default_factory=set)
    """Columns that the database would count up by itself, if they were the key."""
    generated: set[str] = field(default_factory=set)
    """Keys that are made up where nobody gives one: only one that is given can clash."""
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
        if self.has_table_constraints or (column is None and self.has_constraints):
            return True
        return column in self.constrained or column in self.generated


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
                # `Table(name, metadata, ...)`, and `op.create_table(name, ...)` of a migration.
                before = _BEFORE_COLUMNS.get(last_name(call.callee) or "")
                if before is not None and len(call.arguments) > before:
                    self._add_core(call, call.arguments[before:], own, referred)
                elif last_name(call.callee) in _ADDED_CONSTRAINTS:
                    _add_constraint(call, own, referred)
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

    def _add_core(
        self, call: CallRecord, parts: Sequence[Argument], tables: dict[str, TableSchema], targets: set[str]
    ) -> None:
        name = call.arguments[0].term
        if not (isinstance(name, Constant) and isinstance(name.value, str)):
            return
        table = tables.setdefault(name.value.lower(), TableSchema(name.value.lower()))
        for argument in parts:
            columns = self._unpacked(argument.term) if argument.star == "*" else [argument.term]
            for column in columns if argument.keyword is None and argument.star != "**" else ():
                if isinstance(column, Result):
                    self._add_part(column.call, None, table, targets)
                else:
                    # Columns that come from elsewhere may have any constraint.
                    table.has_table_constraints = True

    def _unpacked(self, term: Term) -> list[Term]:
        """The columns of `*timestamps()`."""
        base = term.base if isinstance(term, Element) else term
        if isinstance(base, Result):
            given = [item for target in self.resolver.targets_of(base.call) for item in target.returned]
        else:
            given = [value.term for value in self.resolver.resolve(base) if isinstance(value, CollectionValue)]
        found = [element for item in given if isinstance(item, Collection) for element in item.elements]
        return found or [UNKNOWN]

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

    def _add_table_constraint(self, kind: str, call: CallRecord, table: TableSchema, targets: set[str]) -> None:
        terms = [argument.term for argument in call.arguments if argument.keyword is None]
        names = _names(terms[1:] if kind == "Index" else terms)
        if not names or kind == "CheckConstraint":
            table.has_table_constraints = True
        elif kind == "PrimaryKeyConstraint" and len(names) == 1 and names[0] in table.countable:
            table.generated.add(names[0])
        else:
            table.constrained.update(names)
            if kind == "ForeignKeyConstraint":
                table.foreign.update(names)
                if not _is_let_go(call):
                    targets.update(name.split(".")[0].lower() for name in _names(terms[1:2]))

    def _add_part(self, call: CallRecord, attribute: str | None, table: TableSchema, targets: set[str]) -> None:
        kind = last_name(call.callee)
        if kind in _CONSTRAINTS:
            if kind != "Index" or _flag(call, "unique"):
                self._add_table_constraint(kind, call, table, targets)
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
        if _is_generated(terms, call):
            table.countable.add(name)
        foreign = [
            term.call for term in terms if isinstance(term, Result) and last_name(term.call.callee) == "ForeignKey"
        ]
        for key in foreign:
            if _is_let_go(key):
                continue
            target = key.arguments[0].term if key.arguments else None
            if isinstance(target, Constant) and isinstance(target.value, str):
                targets.add(target.value.split(".")[-2].lower() if "." in target.value else target.value.lower())
            else:
                targets.add(_table_of(target))
        is_key = _flag(call, "primary_key") and not _is_generated(terms, call)
        if foreign or is_key or _flag(call, "unique"):
            table.constrained.add(name)
        if _flag(call, "primary_key") and not is_key:
            table.generated.add(name)
        if foreign and not is_key and not _flag(call, "unique"):
            table.foreign.add(name)


def _names(terms: Sequence[Term]) -> list[str]:
    """The columns that a constraint names, itself or in its first list."""
    if terms and isinstance(terms[0], Collection):
        terms = terms[0].elements
    return [term.value for term in terms if isinstance(term, Constant) and isinstance(term.value, str)]


def _add_constraint(call: CallRecord, tables: dict[str, TableSchema], targets: set[str]) -> None:
    """What a migration adds to a table that it, or one before it, has made."""
    kind = last_name(call.callee) or ""
    if kind == "create_index" and not _flag(call, "unique"):
        return
    texts = [
        argument.term.value if isinstance(argument.term, Constant) else None
        for argument in call.arguments
        if argument.keyword is None
    ]
    name = texts[1] if len(texts) > 1 else None
    if not isinstance(name, str):
        return
    table = tables.setdefault(name.lower(), TableSchema(name.lower()))
    at = _ADDED_CONSTRAINTS[kind]
    referred = texts[2] if kind == "create_foreign_key" and len(texts) > 2 else None
    if isinstance(referred, str) and not _is_let_go(call):
        targets.add(referred.lower())
    columns = call.arguments[at].term if len(call.arguments) > at else None
    named = (
        [item.value for item in columns.elements if isinstance(item, Constant)]
        if isinstance(columns, Collection)
        else []
    )
    if not named or kind == "create_check_constraint":
        table.has_table_constraints = True
        return
    for column in named:
        if isinstance(column, str):
            table.constrained.add(column)
            if kind == "create_foreign_key":
                table.foreign.add(column)
            else:
                table.foreign.discard(column)


def _merged(tables: Sequence[TableSchema]) -> TableSchema:
    """One table that is declared in several modules."""
    if len(tables) == 1:
        return tables[0]
    return TableSchema(
        tables[0].name,
        columns=list(dict.fromkeys(column for table in tables for column in table.columns)),
        constrained={column for table in tables for column in table.constrained},
        foreign=set.intersection(*(table.foreign for table in tables)),
        generated={column for table in tables for column in table.generated},
        has_table_constraints=any(table.has_table_constraints for table in tables),
        is_referred_to=any(table.is_referred_to for table in tables),
    )


def _flag(call: CallRecord, keyword: str) -> bool:
    return any(
        argument.keyword == keyword and not (isinstance(argument.term, Constant) and not argument.term.value)
        for argument in call.arguments
    )


def _is_let_go(key: CallRecord) -> bool:
    """Whether a row may be deleted that others refer to: they go with it, or let it go."""
    given = key.argument(-1, "ondelete")
    return given is not None and isinstance(given.term, Constant) and str(given.term.value).upper() in _LET_GO


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
