"""What running a statement gives on the database it runs on, and whether that is what the code takes it for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ..lazy import cst
from .backend import Backend, Backends, Outcome
from .calling import roles
from .queries import Queries, numbered, shown
from .reach import Origin, Reach
from .records import CallRecord, FunctionRecord, ModuleRecord, Use, UseKind
from .sql import read
from .terms import Constant, Term
from .texts import Texts
from .values import ExternalInstance, ExternalValue, FunctionValue

_CHANGES = {"insert", "update", "delete", "replace", "merge"}
_CORE_VERBS = {"insert", "update", "delete", "select"}
_DEEPEST = 6


class UselessOutcome(NamedTuple):
    """The value of a statement that is used, and that is not what the code takes it for."""

    call: CallRecord
    use: Use
    verb: str
    """What the statement does; empty for one that never gives anything."""
    backend: Backend | None
    """The database on which it is so; None where it is so on all of them."""
    value: str
    """What the value is instead."""
    is_status: bool = False
    """Whether it is the text of a status, on this driver."""

    @property
    def source(self) -> str:
        """The call as messages show it."""
        return shown(self.call)


class Outcomes:
    """Judges the statements of one project."""

    def __init__(self, queries: Queries, texts: Texts, reach: Reach, backends: Backends) -> None:
        self.resolver = queries.resolver
        self.queries = queries
        self.texts = texts
        self.reach = reach
        self.backends = backends

    def useless(self, module: ModuleRecord) -> Iterator[UselessOutcome]:
        """The statements of a module whose value is used and is not what it is used for."""
        for call in module.calls:
            method = self.queries.driver_method(call)
            names = roles(method) if method is not None else frozenset()
            if method is not None and "gives_status" in names:
                use = self._use(call.awaited_uses, {call.function}, 0, _is_no_text)
                if use is not None and len(self.resolver.resolve(call.callee)) == 1:
                    yield UselessOutcome(call, use, "", None, 'a status, the text "SELECT 1" or "UPDATE 0"', True)
                continue
            if method is None or "gives_outcome" not in names:
                continue
            use = self._use(call.awaited_uses, {call.function}, 0)
            if use is None:
                continue
            if isinstance(method.returns, Constant) and method.returns.value is None:
                yield UselessOutcome(call, use, "", None, "None")
                continue
            backend = self.backends.of(call)
            sql = self.queries.sql_argument(call)
            found = {self._wrong(*kind, backend) for kind in self._kinds(sql)} if backend and sql is not None else set()
            if len(found) == 1 and (wrong := found.pop()) is not None:
                yield UselessOutcome(call, use, wrong[0], backend, wrong[1])

    def _wrong(self, verb: str, returning: bool, is_core: bool, backend: Backend) -> tuple[str, str] | None:
        """What a statement gives on a database that it is not run for; None where it gives what is asked."""
        if backend.outcome is Outcome.FIRST_VALUE:
            # Of a Core insert SQLAlchemy itself asks the new key back, where the database makes it.
            gives_nothing = verb in _CHANGES and not returning and not (is_core and verb == "insert")
            return (f"{verb.upper()} without RETURNING", "None") if gives_nothing else None
        if backend.outcome is Outcome.ID_OR_COUNT:
            if verb == "select":
                return "SELECT", "no value of its rows"
            if returning and verb in ("update", "delete"):
                return f"{verb.upper()} with RETURNING", "no value of its rows"
        return None

    def _kinds(self, sql: Term) -> Iterator[tuple[str, bool, bool]]:
        """What a statement may be: its verb, whether it gives rows, and whether it is a Core expression."""
        texts = self.texts.flatten(sql)
        for flat in texts:
            statement = read(numbered(flat.parts))
            yield statement.verb or "", statement.returning, False
        if not texts:
            for value in self.resolver.resolve(sql):
                links = value.dotted.replace("()", "").split(".") if isinstance(value, ExternalInstance) else []
                verbs = [link for link in links if link in _CORE_VERBS] if links[:1] == ["sqlalchemy"] else []
                yield verbs[0] if verbs else "", "returning" in links, True

    # -- what becomes of the value ------------------------------------------------------------------------------------

    def _use(
        self,
        uses: Sequence[Use],
        seen: set[FunctionRecord],
        depth: int,
        is_wrong: Callable[[Use, Sequence[Use]], bool] = lambda use, uses: True,
    ) -> Use | None:
        """The first use of a value that needs it to be something, be it in a caller."""
        for use in uses:
            if use.taken or use.kind in (UseKind.BOUND, UseKind.DISCARDED):
                continue
            if use.kind is UseKind.RETURNED and not use.contained:
                found = self._returned(use, seen, depth, is_wrong)
                if found is not None:
                    return found
            elif is_wrong(use, uses) and not (use.kind is UseKind.ARGUMENT and self._is_told(use.call)):
                return use
        return None

    def _returned(
        self, use: Use, seen: set[FunctionRecord], depth: int, is_wrong: Callable[[Use, Sequence[Use]], bool]
    ) -> Use | None:
        function = use.function
        if Origin.HANDLER in self.reach.own(function):
            return use if is_wrong(use, ()) else None
        if depth > _DEEPEST:
            return None
        for caller in self.resolver.callers(function):
            if caller.function in seen:
                continue
            uses = caller.awaited_uses if function.is_async else caller.uses
            found = self._use(uses, {*seen, caller.function}, depth + 1, is_wrong)
            if found is not None:
                return found
        return None

    def _is_told(self, call: CallRecord | None) -> bool:
        """Whether a value is only printed or logged."""
        return call is not None and any(
            (isinstance(value, FunctionValue) and value.function.module.is_stub and value.function.name == "print")
            or (
                isinstance(value, ExternalValue | ExternalInstance)
                and value.dotted.partition(".")[0] in ("logging", "loguru", "structlog")
            )
            for value in self.resolver.resolve(call.callee)
        )


def _is_no_text(use: Use, uses: Sequence[Use]) -> bool:
    """Whether a use makes sense for rows and counts, and none for a text that is never empty."""
    if not use.is_certain or any(other.kind in (UseKind.ATTRIBUTE, UseKind.COMPARED) for other in uses):
        # `int(status.split()[-1]) if status else 0` knows what it has.
        return False
    if use.kind is UseKind.SUBSCRIPTED and isinstance(use.node, cst.Subscript):
        return isinstance(use.node.slice[0].slice, cst.Index) and isinstance(
            use.node.slice[0].slice.value, cst.BaseString
        )
    return use.kind in (UseKind.TESTED, UseKind.ITERATED, UseKind.UNPACKED)
