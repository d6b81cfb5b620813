"""Writes that handlers reach without anything on the way that answers their errors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from . import assignments
from .assignments import Assignment
from .brought_in import BroughtIn
from .coroutines import Coroutines
from .dumped import Dumps, Entry
from .flat_texts import FlatText, Frame
from .guards import Guards
from .known_values import LookedUp, is_compared_to
from .queries import Queries, numbered
from .reach import Origin, Reach
from .records import CallRecord, FunctionRecord, ModuleRecord, UseKind
from .resolve import Resolver
from .schema import Schema, TableSchema
from .sql import read
from .terms import Attribute, Choice, ClassTerm, Constant, Parameter, Result, Term, last_name
from .texts import Texts
from .values import ExternalValue, FunctionValue, InstanceValue, ModuleValue

_CORE_VERBS = {"insert", "update", "delete"}
_CONFLICT_CLAUSES = {"on_conflict_do_nothing", "on_conflict_do_update", "on_duplicate_key_update", "prefix_with"}
_DEEPEST = 12


class UnguardedWrite(NamedTuple):
    """The first write of a handler that nothing guards, and the others behind it."""

    call: CallRecord
    handlers: tuple[FunctionRecord, ...]
    others: tuple[CallRecord, ...]


class Writes:
    """Finds the writes of one project and what guards them."""

    def __init__(
        self,
        queries: Queries,
        reach: Reach,
        coroutines: Coroutines,
        texts: Texts,
    ) -> None:
        self.resolver: Resolver = queries.resolver
        self.queries = queries
        self.reach = reach
        self.coroutines = coroutines
        self.texts = texts
        self.brought_in = BroughtIn(self.resolver, reach, texts)
        self.guards = Guards(self.resolver, reach)
        self.schema = Schema(self.resolver)
        self.dumps = Dumps(self.resolver, texts)
        self.looked_up = LookedUp(coroutines, texts)

    @cached_property
    def unguarded(self) -> tuple[UnguardedWrite, ...]:
        """One fact a place: the first unguarded write of each handler, handlers with the same place together."""
        if self.guards.app_wide():
            return ()
        found: dict[CallRecord, tuple[list[FunctionRecord], list[CallRecord]]] = {}
        for module in self.resolver.modules:
            if module.is_stub:
                continue
            for function in module.functions:
                if not self._is_entry(function):
                    continue
                writes = self._exposed(function, None, set(), 0)
                if writes:
                    handlers, others = found.setdefault(writes[0], ([], []))
                    handlers.append(function)
                    others.extend(write for write in writes[1:] if write not in others)
        return tuple(UnguardedWrite(call, tuple(handlers), tuple(others)) for call, (handlers, others) in found.items())

    def _is_entry(self, function: FunctionRecord) -> bool:
        """Whether requests enter the project here: a handler, a dependency, a function without known callers."""
        if function.is_lambda or not function.is_async:
            return False
        own = self.reach.own(function)
        if Origin.HANDLER in own:
            return True
        if Origin.DEPENDENCY in own:
            return True
        if own or self.resolver.callers(function) or function.parent is not None:
            return False
        if Origin.UNKNOWN not in self.reach.origins(function):
            return False
        return not self._may_be_called_out_of_sight(function)

    def _may_be_called_out_of_sight(self, function: FunctionRecord) -> bool:
        """A method, or a function whose name is called on something unknown, may well have a guarded caller."""
        return any(self.resolver.calls_named(name) for name in self.resolver.names_of(function))

    def _exposed(
        self, function: FunctionRecord, frame: Frame | None, seen: set[FunctionRecord], depth: int
    ) -> list[CallRecord]:
        """The writes that running a function reaches without a guard on the way, in the order of the source."""
        if function in seen or depth > 12 or self.guards.by_decorator(function):
            return []
        seen.add(function)
        found: list[CallRecord] = []
        for call in function.calls:
            found.extend(write for write in self._exposed_by(call, frame, seen, depth) if write not in found)
        seen.discard(function)
        return found

    def _exposed_by(
        self, call: CallRecord, frame: Frame | None, seen: set[FunctionRecord], depth: int
    ) -> list[CallRecord]:
        """The writes that one call is, or leads to, without a guard on the way."""
        if self.guards.in_place(call) or any(use.kind is UseKind.DISCARDED for use in call.uses):
            return []
        if self.queries.sql_argument(call) is not None:
            # A query that nobody awaits writes nothing: that is another rule's finding.
            if not self.writes(call, frame) or self.coroutines.loss(call) is not None:
                return []
            return [self._where_written(call, frame)]
        found: list[CallRecord] = []
        for value in self.resolver.resolve(call.callee):
            for target in self.resolver.targets(value):
                if not target.module.is_stub and not target.is_generator:
                    found.extend(
                        write
                        for write in self._exposed(target, Frame(call, target, frame), seen, depth + 1)
                        if write not in found
                    )
        return found

    def _where_written(self, call: CallRecord, frame: Frame | None) -> CallRecord:
        """The call that brings the SQL: for a wrapper that is given it, the call of the wrapper."""
        term = self.queries.sql_argument(call)
        while isinstance(term, Parameter):
            current = frame
            while current is not None and current.function is not term.function:
                current = current.outer
            passed = self.texts.argument(term, frame)
            if current is None or passed is None:
                break
            call, (term, frame) = current.call, passed
        return call

    def exposing_calls(self, function: FunctionRecord) -> list[CallRecord]:
        """The calls in a function's own body that write without a guard, or lead to such a write."""
        return [call for call in function.calls if self._exposed_by(call, None, {function}, 0)]

    # -- what writes ------------------------------------------------------------------------------------------------

    def writes(self, call: CallRecord, frame: Frame | None) -> bool:
        """Whether a query is known to change rows in a way that a constraint can refuse."""
        term = self.queries.sql_argument(call)
        return term is not None and self._is_write(call, term, frame, 0)

    def _is_write(self, query: CallRecord, term: Term, frame: Frame | None, depth: int) -> bool:
        if depth > _DEEPEST:
            return False
        flat = self.texts.flatten(term, frame)
        if flat:
            return all(self._text_may_be_refused(text, query, frame) for text in flat)
        match term:
            case Parameter():
                passed = self.texts.argument(term, frame)
                return passed is not None and self._is_write(query, *passed, depth + 1)
            case Choice(options=options):
                return all(self._is_write(query, option, frame, depth + 1) for option in options)
            case Result(call=call):
                return self._is_core_write(query, call, frame, depth)
            case _:
                return False

    def _text_may_be_refused(self, text: FlatText, query: CallRecord, frame: Frame | None) -> bool:
        statement = read(numbered(text.parts))
        if not statement.writes or statement.has_on_conflict:
            return False
        table = self.schema.table(statement.tables[0], query.module) if statement.tables else None
        if statement.verb not in ("insert", "update", "delete"):
            return True
        assigned = assignments.in_text(statement.verb, text, self._bound_values(query, frame))
        if assigned is None and statement.verb != "delete" and not statement.placeholders and not _has_holes(text):
            # Only what the code itself writes down.
            return False
        return self._may_be_refused(statement.verb, assigned, table)

    def _may_be_refused(
        self,
        verb: str,
        assigned: Sequence[Assignment] | None,
        table: TableSchema | None,
        conditions: Sequence[Term] = (),
    ) -> bool:
        """Whether a constraint can refuse what is assigned; literals, hashes, and what a row holds break none."""
        if verb == "delete":
            # Only a row that others refer to cannot be deleted; without a schema, whether any do is not known.
            return table is not None and table.is_referred_to
        if assigned is None:
            return table is None or table.has_constraints
        # What an INSERT adds may clash with any row; an UPDATE mostly sets what has no constraint.
        is_outside = self.brought_in.of if verb == "update" else self.brought_in.may_be
        outside = [
            assignment
            for assignment in assigned
            if is_outside(assignment.value, assignment.frame)
            and not is_compared_to(assignment.column, assignment.value, conditions)
        ]
        if table is None:
            return bool(outside)
        return any(
            table.constrains(assignment.column, assignment.position) and not self._is_known_key(assignment, table)
            for assignment in outside
        )

    def _is_known_key(self, assignment: Assignment, table: TableSchema) -> bool:
        """Whether a value is a foreign key alone, and the row that it means has been looked up."""
        is_foreign = assignment.column in table.foreign and not table.has_table_constraints
        return is_foreign and self.looked_up.is_known(assignment.value, assignment.frame)

    def _bound_values(self, query: CallRecord, frame: Frame | None) -> dict[str, Entry] | None:
        """The bind values of a query by name, if they are written out."""
        argument = query.argument(1, "values")
        entries = self.dumps.of(argument.term, frame) if argument is not None else None
        return {entry.name: entry for entry in entries} if entries is not None else None

    def _is_core_write(self, query: CallRecord, call: CallRecord, frame: Frame | None, depth: int) -> bool:
        """`users.insert().values(...)`, `insert(users)`: the innermost call of the chain decides."""
        chain = [call]
        while isinstance(chain[-1].callee, Attribute) and isinstance(chain[-1].callee.base, Result):
            chain.append(chain[-1].callee.base.call)
        if len(chain) > _DEEPEST or any(last_name(link.callee) in _CONFLICT_CLAUSES for link in chain):
            return False
        while len(chain) > 1 and not self._is_verb(chain[-1]) and any(map(self._is_verb, chain)):
            # `tables.users().insert()`: what is called first gives the table.
            chain.pop()
        innermost = chain[-1]
        callee = innermost.callee
        if isinstance(callee, Attribute) and self._is_verb(innermost):
            return self._core_may_be_refused(callee.name, callee.base, chain, query, frame)
        for value in self.resolver.resolve(callee):
            if isinstance(value, ExternalValue) and value.dotted.startswith("sqlalchemy"):
                verb = value.dotted.rpartition(".")[2]
                table = innermost.arguments[0].term if innermost.arguments else None
                return verb in _CORE_VERBS and self._core_may_be_refused(verb, table, chain, query, frame)
            if isinstance(value, FunctionValue) and not value.function.module.is_stub and value.function.returned:
                inner = Frame(innermost, value.function, frame)
                return all(self._is_write(query, term, inner, depth + 2) for term in value.function.returned)
        return False

    def _is_verb(self, call: CallRecord) -> bool:
        """Whether a call is `insert`, `update` or `delete` of a table, not the function of SQLAlchemy."""
        callee = call.callee
        return (
            isinstance(callee, Attribute)
            and callee.name in _CORE_VERBS
            and not any(isinstance(value, ExternalValue) for value in self.resolver.resolve(callee))
        )

    def _core_may_be_refused(
        self, verb: str, table: Term | None, chain: list[CallRecord], query: CallRecord, frame: Frame | None
    ) -> bool:
        given = [argument for link in chain if last_name(link.callee) == "values" for argument in link.arguments]
        given += [argument for argument in query.arguments if argument.keyword == "values"][:1]
        given += [argument for argument in query.arguments[1:2] if argument.keyword is None]
        conditions = [
            argument.term for link in chain if last_name(link.callee) == "where" for argument in link.arguments
        ]
        assigned = assignments.in_core(given, self.dumps, frame)
        return self._may_be_refused(verb, assigned, self._table_of(table), conditions)

    def table_name(self, term: Term | None) -> str | None:
        """The name of a `Table(...)` or of a declarative class, or of its `__table__`."""
        return next((name for name, _ in self._named(term)), None)

    def _table_of(self, term: Term | None) -> TableSchema | None:
        return next((self.schema.table(name, module) for name, module in self._named(term)), None)

    def _named(self, term: Term | None) -> Iterator[tuple[str, ModuleRecord]]:
        """The names that a table may have, each with the module that declares it."""
        if isinstance(term, Attribute) and term.name == "__table__":
            term = term.base
        for bound in self._declarations(term) if term is not None else ():
            if isinstance(bound, Result) and last_name(bound.call.callee) == "Table" and bound.call.arguments:
                name = bound.call.arguments[0].term
                if isinstance(name, Constant) and isinstance(name.value, str):
                    yield name.value, bound.call.module
            if isinstance(bound, Attribute) and bound.name == "__table__" and bound is not term:
                yield from self._named(bound)
            if isinstance(bound, ClassTerm):
                declared = bound.cls.attributes.get("__tablename__")
                for value in declared.values if declared is not None else ():
                    if isinstance(value, Constant) and isinstance(value.value, str):
                        yield value.value, bound.cls.module

    def _declarations(self, term: Term, depth: int = 0) -> list[Term]:
        """What declares a table: what its name is bound to, in a module or as an attribute; what a function gives."""
        if isinstance(term, Result) and depth < _DEEPEST:
            given = [returned for target in self.resolver.targets_of(term.call) for returned in target.returned]
            return [found for returned in given for found in self._declarations(returned, depth + 1)] or [term]
        if not isinstance(term, Attribute):
            return self.resolver.bound_terms(term)
        found: list[Term] = []
        for value in self.resolver.resolve(term.base):
            if isinstance(value, ModuleValue):
                found.extend(value.module.bindings.get(term.name, ()))
            elif isinstance(value, InstanceValue) and term.name in value.cls.attributes:
                found.extend(value.cls.attributes[term.name].values)
        return found


def _has_holes(text: FlatText) -> bool:
    return any(not isinstance(part, str) for part in text.parts)
