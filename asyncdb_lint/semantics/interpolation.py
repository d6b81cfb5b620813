"""SQL texts with values from outside in them."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

from ..lazy import cst
from .calling import argument_for
from .flat_texts import FlatText, Frame, Gap, place_of_call
from .queries import Queries, numbered, place_of_sql
from .records import CallRecord, FunctionRecord, ModuleRecord, ParameterKind
from .resolve import Resolver
from .sources import Source, Sources
from .sql import HolePlace, Place, Statement, bind, places, read
from .terms import Constant, Mapping, Parameter, Result, Term, last_name
from .texts import Texts


class OpenHole(NamedTuple):
    """A value from outside that becomes SQL text, and the grammatical place where it lands."""

    gap: Gap
    place: HolePlace


class Interpolation(NamedTuple):
    """SQL text with values from outside in it, and the query that runs it."""

    sink: CallRecord
    text: FlatText
    holes: tuple[OpenHole, ...]
    statement: Statement
    module: ModuleRecord
    """Where the first open hole stands."""
    style: str
    """The role that says how the driver takes values, where that is not `:name` with `values=`."""
    is_open: bool = True
    """Whether text gets here that others have written; if not, only the callers see to it that none does."""

    @property
    def is_wrapped(self) -> bool:
        """Whether the query is handed `text(...)`, which takes no values beside it."""
        return any(
            isinstance(argument.term, Result) and last_name(argument.term.call.callee) == "text"
            for argument in self.sink.arguments
        )

    @property
    def obstacle(self) -> str | None:
        """What in the text does not go with bind parameters, in plain words."""
        parts = numbered(self.text.parts)
        gaps = [part for part in self.text.parts if not isinstance(part, str)]
        is_open = [any(gap is hole.gap for hole in self.holes) for gap in gaps]
        names = [f"p{number}" if is_open[number] else None for number in range(len(gaps))]
        bound = bind(parts, names, passed=self.statement.placeholders)
        return bound.refusals[0].reason if bound.refusals else None

    def source_of(self, hole: OpenHole) -> str:
        """What fills a hole, as written."""
        return " ".join(cst.Module([]).code_for_node(hole.gap.node).split())

    def stands_in(self, node: cst.CSTNode) -> bool:
        """Whether the first open hole is inside a node, so that pointing at it says nothing new."""
        if self.sink.module is not self.module:
            return False
        outer, inner = self.module.parsed.range_of(node), self.module.parsed.range_of(self.holes[0].gap.node)
        return outer.start <= inner.start and inner.end <= outer.end


class Interpolations:
    """Finds the interpolated SQL of one project."""

    def __init__(self, queries: Queries, texts: Texts, sources: Sources) -> None:
        self.resolver: Resolver = queries.resolver
        self.queries = queries
        self.texts = texts
        self.sources = sources

    @cached_property
    def by_module(self) -> dict[ModuleRecord, list[Interpolation]]:
        """SQL texts with open holes, by the module in which the first open hole stands."""
        found: dict[ModuleRecord, list[Interpolation]] = {}
        seen: set[int] = set()
        for module in self.resolver.modules:
            for call in module.calls:
                term = self.queries.any_sql_argument(call) if not module.is_stub and _may_be_open(call) else None
                if term is None:
                    continue
                for interpolation in self._of_query(call, term):
                    place = interpolation.holes[0].gap.node
                    if id(place) not in seen:
                        seen.add(id(place))
                        found.setdefault(interpolation.module, []).append(interpolation)
        return found

    def _of_query(self, call: CallRecord, term: Term) -> list[Interpolation]:
        """The open texts of one query, without those whose every hole another one has as well.

        A text that grows piece by piece is as many texts as there are ways through the conditions.
        """
        texts = [
            interpolation
            for frame, sql in self._seen_from_callers(term, call.function, None, 0)
            for interpolation in self._open_texts(call, sql, frame)
        ]
        holes = [frozenset(id(hole.gap.node) for hole in text.holes) for text in texts]
        return [text for text, own in zip(texts, holes, strict=True) if not any(own < other for other in holes)]

    def _seen_from_callers(
        self, term: Term, function: FunctionRecord, frame: Frame | None, depth: int
    ) -> list[tuple[Frame | None, Term]]:
        """A query that a wrapper is given as a parameter, as each of its callers sees it."""
        if not isinstance(term, Parameter) or depth > 4:
            return [(frame, term)]
        record = term.function.parameter(term.name)
        if record is None or (record.kind is not ParameterKind.POSITIONAL and record.kind is not ParameterKind.KEYWORD):
            return []
        found: list[tuple[Frame | None, Term]] = []
        for call in self.resolver.callers(term.function):
            passed = argument_for(self.resolver, call, term.function, term.name)
            if passed is not None:
                found.extend(self._seen_from_callers(passed, call.function, frame, depth + 1))
        return found

    def _open_texts(self, call: CallRecord, term: Term, frame: Frame | None) -> list[Interpolation]:
        found: list[Interpolation] = []
        for flat in self.texts.flatten(term, frame):
            holes = self._holes(flat)
            placed = self._placed(holes[0][0], call.module) if holes else None
            if placed is not None:
                owner, first = placed
                found.append(
                    Interpolation(
                        call,
                        flat,
                        (first, *(hole for hole, _ in holes[1:])),
                        read(numbered(flat.parts)),
                        owner,
                        self.queries.style_of(call),
                        is_open=holes[0][1] is Source.OPEN,
                    )
                )
        return found

    def _holes(self, flat: FlatText) -> list[tuple[OpenHole, Source]]:
        """The open holes of a text; where there are none, those for values that only the callers know to be numbers."""
        gaps = [part for part in flat.parts if not isinstance(part, str)]
        sources = [self._source_of(gap) for gap in gaps]
        if not {Source.OPEN, Source.UNCHECKED} & set(sources):
            return []
        holes = [
            (OpenHole(gap, place), source)
            for gap, source, place in zip(gaps, sources, places(numbered(flat.parts)), strict=True)
            if place.place is not Place.PLACEHOLDER
            and (source is Source.OPEN or (source is Source.UNCHECKED and place.place.is_value))
        ]
        return [(hole, source) for hole, source in holes if source is max(source for _, source in holes)]

    def _source_of(self, gap: Gap) -> Source:
        if gap.spec and gap.spec[-1] in "dfeEgGnxXbo%":
            return Source.CLOSED
        return self.sources.of(gap.term, gap.frame)

    def _placed(self, hole: OpenHole, guess: ModuleRecord) -> tuple[ModuleRecord, OpenHole] | None:
        """A hole and the module in which it stands.

        One in a module that is read only because others import it is seen where such a function is called.
        """
        gap, frame = hole.gap, hole.gap.frame
        node = gap.node
        written = frame.function.module if frame is not None else guess
        for module in dict.fromkeys([written, guess, *self.resolver.modules]):
            if _stands_in(node, module):
                if module in self._linted:
                    return module, hole
                break
        while frame is not None and frame.call.module not in self._linted:
            frame = frame.outer
        if frame is None:
            return None
        return frame.call.module, hole._replace(gap=gap._replace(place=place_of_call(frame.call)))

    @cached_property
    def _linted(self) -> frozenset[ModuleRecord]:
        return frozenset(self.resolver.modules)


def _may_be_open(call: CallRecord) -> bool:
    """Whether what a call may run is no literal: asked first, for whether it runs a query takes longer to know."""
    argument = place_of_sql(call)
    return argument is not None and not isinstance(argument.term, Constant | Mapping)


def _stands_in(node: cst.CSTNode, module: ModuleRecord) -> bool:
    try:
        module.parsed.range_of(node)
    except LookupError:
        return False
    return True
