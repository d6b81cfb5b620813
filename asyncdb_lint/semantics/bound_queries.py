"""Queries whose SQL text is known, with the values they are given, seen from where text and values meet."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..lazy import cst
from .bind_values import BindValues, Given
from .calling import argument_for
from .flat_texts import FlatText, Frame
from .queries import Queries, receiver
from .query_texts import QueryText
from .records import Argument, CallRecord, FunctionRecord, ModuleRecord
from .terms import Choice, Parameter, Term, last_name
from .texts import Texts
from .values import ExternalInstance
from .wrappings import Wrapping, Wrappings

_MOST_VARIANTS = 12
_MOST_VIEWS = 400
_DEEPEST = 4


class Form(enum.Enum):
    """What a query is handed to its driver as."""

    TEXT = "a str"
    WRAPPED = "text()"
    SELECT = "select()"
    EXPRESSION = "another expression"


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
    sql: Argument
    """The argument of `sink` that is the text or expression."""
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
    def gives_values_to_none(self) -> bool:
        """Whether values come beside an expression that takes none."""
        return (
            "makes_text" in self.roles
            and self.form in (Form.WRAPPED, Form.SELECT)
            and bool(self.given)
            and all(given.holds_something for given in self.given)
        )

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

    @property
    def database(self) -> str:
        """What runs it, as written where text and values meet; "database" where a wrapper hides it."""
        return receiver(self.sink) if self.site is self.sink else "database"

    @property
    def values_source(self) -> str:
        """The values as written; empty where there are none."""
        return self.site.module.parsed.code_of(self.values.node) if self.values is not None else ""

    @property
    def values_by_name(self) -> dict[str, str]:
        """The names that values passed one by one, or in a list or tuple, have already; empty where one has none."""
        match self.values.node if self.values is not None else None:
            case cst.List(elements=elements) | cst.Tuple(elements=elements):
                nodes = [element.value for element in elements]
            case cst.Name() | cst.Attribute() as node if not any(given.elements for given in self.given):
                nodes = [node]
            case _:
                return {}
        code_of = self.site.module.parsed.code_of
        named = {name: code_of(node) for node in nodes if (name := _last_name(node))}
        return named if len(named) == len(nodes) else {}


def _last_name(node: cst.BaseExpression) -> str:
    """`name` of `name` and of `user.name`."""
    match node:
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
            return name
        case _:
            return ""


@dataclass(slots=True, eq=False)
class RunText:
    """One place in the source from which a query takes its text, and every text that it may be."""

    query: BoundQuery
    module: ModuleRecord
    argument: Argument
    texts: tuple[QueryText, ...]

    @property
    def node(self) -> cst.BaseExpression:
        """The expression that gives the text."""
        return self.argument.node


class BoundQueries:
    """Finds the queries of one project."""

    def __init__(self, queries: Queries, texts: Texts) -> None:
        self.queries = queries
        self.resolver = queries.resolver
        self.texts = texts
        self.values = BindValues(queries.resolver, texts)
        self.wrappings = Wrappings(queries.resolver, texts)

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

    @cached_property
    def texts_by_module(self) -> dict[ModuleRecord, list[RunText]]:
        """Where texts are handed over, each place once however many callers a wrapper has."""
        found: dict[ModuleRecord, list[RunText]] = {}
        seen: set[int] = set()
        for queries in self.by_module.values():
            for query in queries:
                argument, module = query.sql, query.sink.module
                if query.query is not None:
                    argument, module = query.query, query.site.module
                if query.texts and query.form in (Form.TEXT, Form.WRAPPED) and id(argument) not in seen:
                    seen.add(id(argument))
                    found.setdefault(module, []).append(RunText(query, module, argument, query.texts))
        return found

    def _queries(self, sink: CallRecord) -> Iterator[BoundQuery]:
        query = self.queries.argument_of_role(sink, "SQL")
        method = self.queries.driver_method(sink) if query is not None else None
        if method is None or query is None or any(argument.star for argument in sink.arguments):
            return
        takes_many = self.queries.parameter_of_role(method, "ManyBinds") is not None
        values = self.queries.argument_of_role(sink, "ManyBinds" if takes_many else "Binds")
        terms = [query.term, *([values.term] if values is not None else [])]
        for frame in self._views(sink.function, terms, 0):
            outer = frame
            while outer is not None and outer.outer is not None:
                outer = outer.outer
            wrapping = self.wrappings.of(query.term, frame)
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
                query,
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
        return bool(self.texts.flatten(term, frame)) or self.wrappings.of(term, frame) is not None

    def _form(self, term: Term, texts: Sequence[FlatText], wrapping: Wrapping | None) -> Form:
        if wrapping is not None:
            return Form.WRAPPED
        if texts:
            return Form.TEXT
        kinds = {_kind(value) for value in self.resolver.resolve(term)}
        return Form.SELECT if kinds == {"select"} else Form.WRAPPED if kinds == {"text"} else Form.EXPRESSION


def _kind(value: object) -> str:
    """What starts an expression of SQLAlchemy: `select`, `insert`, `text` ..."""
    if not isinstance(value, ExternalInstance):
        return ""
    names = [piece.rpartition(".")[2] for piece in value.dotted.split("()")]
    return next((name for name in names if name in ("select", "insert", "update", "delete", "text")), "")
