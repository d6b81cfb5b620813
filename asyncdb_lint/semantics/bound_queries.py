"""Queries whose SQL text is known, with the values they are given, seen from where text and values meet."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import libcst as cst

from .bind_values import BindValues, Given
from .calling import argument_for
from .queries import Queries, numbered
from .records import Argument, CallRecord, FunctionRecord, ModuleRecord
from .sql import Statement, read
from .sql.bound import BoundMark, bound_marks
from .sql.marks import CastMark, ForeignMark, Mark, bind_marks, cast_marks, foreign_marks
from .sql.text import Filled, fill
from .terms import Attribute, Choice, Constant, GlobalName, Import, Parameter, Result, Term, last_name
from .texts import FlatText, Frame, Texts
from .values import ExternalInstance, ExternalValue, FunctionValue

_MOST_VARIANTS = 12
_MOST_VIEWS = 40
_DEEPEST = 4


class Form(enum.Enum):
    """What a query is handed to its driver as."""

    TEXT = "a str"
    WRAPPED = "text()"
    SELECT = "select()"
    EXPRESSION = "another expression"


class QueryText:
    """One text that a query may run; holes are filled with words that occur nowhere else in it."""

    def __init__(self, flat: FlatText) -> None:
        self.flat = flat
        self.parts = numbered(flat.parts)
        self.filled: Filled = fill(self.parts)
        self.is_whole = flat.literal is not None

    @cached_property
    def statement(self) -> Statement:
        """What it does."""
        return read(self.parts)

    @cached_property
    def marks(self) -> list[Mark]:
        """Its bind parameters whose names are known."""
        return [mark for mark in bind_marks(self.filled.text) if not self.filled.has_hole(mark.name)]

    @cached_property
    def bound(self) -> list[BoundMark]:
        """Those of them that stand in the statement proper, with their places."""
        return [bound for bound in bound_marks(self.filled.text) if not self.filled.has_hole(bound.mark.name)]

    @cached_property
    def casts(self) -> list[CastMark]:
        """Every `:name::type`."""
        return cast_marks(self.filled.text)

    @cached_property
    def foreign(self) -> list[ForeignMark]:
        """Placeholders in the style of other drivers; only of whole texts, since `%s` may yet be filled in."""
        return foreign_marks(self.filled.text) if self.is_whole else []


@dataclass(slots=True, eq=False)
class Wrapping:
    """`text(...)`, and what `.bindparams(...)` behind it gives values to."""

    call: CallRecord
    frame: Frame | None = None
    keys: set[str] = field(default_factory=set)
    expanding: set[str] = field(default_factory=set)
    is_complete: bool = True


@dataclass(slots=True, eq=False)
class BoundQuery:
    """A driver's query, seen from the call at which its text and its values are both known."""

    sink: CallRecord
    """The call of the driver."""
    site: CallRecord
    """The call that text and values meet at: the driver's, or that of a wrapper around it."""
    frame: Frame | None
    """The calls through which the wrapper is looked at."""
    method: FunctionRecord
    form: Form
    texts: tuple[QueryText, ...]
    is_every_text: bool
    """There are no further texts that it may run."""
    wrapping: Wrapping | None
    given: list[Given]
    takes_many: bool
    query: Argument | None
    """The argument of `site` that brings the text; None where the text is inside the wrapper."""
    values: Argument | None
    """The argument of `site` that brings the values."""

    @property
    def roles(self) -> frozenset[str]:
        """What the driver does with its SQL."""
        decorators = self.method.owner.decorators if self.method.owner is not None else []
        return frozenset(name for name in map(last_name, decorators) if name is not None)

    @property
    def text_node(self) -> cst.CSTNode:
        """Where to point at for its text."""
        return self.query.node if self.query is not None else self.site.node

    @property
    def values_node(self) -> cst.CSTNode:
        """Where to point at for its values."""
        return self.values.node if self.values is not None else self.site.node

    @property
    def source(self) -> str:
        """What is called, as written."""
        return self.site.module.parsed.code_of(self.site.node.func)


class BoundQueries:
    """Finds the queries of one project."""

    def __init__(self, queries: Queries, texts: Texts) -> None:
        self.queries = queries
        self.resolver = queries.resolver
        self.texts = texts
        self.values = BindValues(queries.resolver, texts)

    @cached_property
    def by_module(self) -> dict[ModuleRecord, list[BoundQuery]]:
        """Queries by the module in which text and values meet."""
        found: dict[ModuleRecord, list[BoundQuery]] = {}
        for module in self.resolver.modules:
            if module.is_stub:
                continue
            for call in module.calls:
                for query in self._queries(call):
                    found.setdefault(query.site.module, []).append(query)
        return found

    def _queries(self, sink: CallRecord) -> Iterator[BoundQuery]:
        method = self.queries.driver_method(sink)
        query = self.queries.argument_of_role(sink, "SQL")
        if method is None or query is None or any(argument.star for argument in sink.arguments):
            return
        takes_many = self.queries.parameter_of_role(method, "ManyBinds") is not None
        values = self.queries.argument_of_role(sink, "ManyBinds" if takes_many else "Binds")
        terms = [query.term, *([values.term] if values is not None else [])]
        for frame in self._views(sink.function, terms, 0):
            outer = frame
            while outer is not None and outer.outer is not None:
                outer = outer.outer
            wrapping = self._wrapping(query.term, frame, 0)
            texts = self._texts_of(query.term, frame, wrapping)
            yield BoundQuery(
                sink,
                outer.call if outer is not None else sink,
                frame,
                method,
                self._form(query.term, texts, wrapping),
                tuple(QueryText(flat) for flat in texts),
                len(texts) < _MOST_VARIANTS and self._is_every_text(query.term, frame),
                wrapping,
                self.values.of(values.term if values is not None else None, frame),
                takes_many,
                self._argument_at_site(query, frame),
                self._argument_at_site(values, frame) if values is not None else None,
            )

    def _views(self, function: FunctionRecord, terms: Sequence[Term], depth: int) -> list[Frame | None]:
        """The calls through which a wrapper is looked at, where its text or values are its parameters."""
        names = [term.name for term in terms if isinstance(term, Parameter) and term.function is function]
        names = [name for name in names if not self._is_instance(function, name)]
        if not names or depth > _DEEPEST:
            return [None]
        found: list[Frame | None] = []
        for call in self.resolver.callers(function):
            passed = [argument_for(self.resolver, call, function, name) for name in names]
            views = self._views(call.function, [term for term in passed if term is not None], depth + 1)
            found.extend(Frame(call, function, outer) for outer in views)
        return found[:_MOST_VIEWS] or [None]

    def _is_instance(self, function: FunctionRecord, name: str) -> bool:
        return function.is_method and bool(function.parameters) and function.parameters[0].name == name

    def _argument_at_site(self, argument: Argument, frame: Frame | None) -> Argument | None:
        """The argument of the outermost call that a parameter stands for."""
        current: Argument | None = argument
        while frame is not None:
            term = current.term if current is not None else None
            if not isinstance(term, Parameter) or term.function is not frame.function:
                return None
            passed = argument_for(self.resolver, frame.call, frame.function, term.name)
            current = next((other for other in frame.call.arguments if other.term is passed), None)
            frame = frame.outer
        return current

    # -- texts ------------------------------------------------------------------------------------------------------

    def _texts_of(self, term: Term, frame: Frame | None, wrapping: Wrapping | None) -> list[FlatText]:
        if wrapping is not None and wrapping.call.arguments:
            return self.texts.flatten(wrapping.call.arguments[0].term, wrapping.frame)
        return self.texts.flatten(term, frame)

    def _is_every_text(self, term: Term, frame: Frame | None) -> bool:
        """Whether each alternative is known to be text."""
        if isinstance(term, Choice):
            return all(self._is_every_text(option, frame) for option in term.options)
        if isinstance(term, Parameter):
            passed = self.texts.argument(term, frame)
            return passed is not None and self._is_every_text(*passed)
        return bool(self.texts.flatten(term, frame)) or self._wrapping(term, frame, 0) is not None

    def _form(self, term: Term, texts: Sequence[FlatText], wrapping: Wrapping | None) -> Form:
        if wrapping is not None:
            return Form.WRAPPED
        if texts:
            return Form.TEXT
        kinds = {_kind(value) for value in self.resolver.resolve(term)}
        return Form.SELECT if kinds == {"select"} else Form.WRAPPED if kinds == {"text"} else Form.EXPRESSION

    def _wrapping(self, term: Term, frame: Frame | None, depth: int) -> Wrapping | None:
        """The `text(...)` that a term stands for."""
        if depth > 2 * _DEEPEST:
            return None
        match term:
            case Choice(options=options):
                found = [self._wrapping(option, frame, depth + 1) for option in options]
                whole = [wrapping for wrapping in found if wrapping is not None]
                if not whole:
                    return None
                whole[0].is_complete = False
                return whole[0]
            case Parameter():
                passed = self.texts.argument(term, frame)
                return self._wrapping(*passed, depth + 1) if passed is not None else None
            case GlobalName() | Import():
                bound = self.resolver.bound_terms(term)
                is_other = len(bound) == 1 and bound[0] is not term
                return self._wrapping(bound[0], None, depth + 1) if is_other else None
            case Result(call=call) if isinstance(call.callee, Attribute) and call.callee.name in _KEEPING:
                inner = self._wrapping(call.callee.base, frame, depth + 1)
                if inner is not None and call.callee.name == "bindparams":
                    _give(inner, call)
                return inner
            case Result(call=call):
                values = self.resolver.resolve(call.callee)
                if any(isinstance(value, ExternalValue) and _is_text(value.dotted) for value in values):
                    return Wrapping(call, frame)
                return self._returned(call, frame, depth)
            case _:
                return None

    def _returned(self, call: CallRecord, frame: Frame | None, depth: int) -> Wrapping | None:
        for value in self.resolver.resolve(call.callee):
            if isinstance(value, FunctionValue) and not value.function.module.is_stub and not value.function.is_async:
                for returned in value.function.returned:
                    found = self._wrapping(returned, Frame(call, value.function, frame), depth + 1)
                    if found is not None:
                        return found
        return None


_KEEPING = {"bindparams", "columns", "execution_options", "params"}


def _is_text(dotted: str) -> bool:
    return dotted.rpartition(".")[2] == "text"


def _give(wrapping: Wrapping, call: CallRecord) -> None:
    """Notes what `.bindparams(...)` gives values to."""
    for argument in call.arguments:
        if argument.keyword is not None:
            wrapping.keys.add(argument.keyword)
            continue
        name = argument.term.call.argument(0, "key") if isinstance(argument.term, Result) else None
        if argument.star or name is None or not isinstance(name.term, Constant) or not isinstance(name.term.value, str):
            wrapping.is_complete = False
            continue
        wrapping.keys.add(name.term.value)
        if isinstance(argument.term, Result) and argument.term.call.argument(99, "expanding") is not None:
            wrapping.expanding.add(name.term.value)


def _kind(value: object) -> str:
    """What starts an expression of SQLAlchemy: `select`, `insert`, `text` ..."""
    if not isinstance(value, ExternalInstance):
        return ""
    names = [piece.rpartition(".")[2] for piece in value.dotted.split("()")]
    return next((name for name in names if name in ("select", "insert", "update", "delete", "text")), "")


__all__ = ["BoundQueries", "BoundQuery", "Form", "QueryText", "Wrapping"]
