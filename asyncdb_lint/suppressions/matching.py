"""Which findings ignore comments hide, and which of the comments hide nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from asyncdb_lint.diagnostics import Applicability, Diagnostic, Edit, Fix, Position, Range
from asyncdb_lint.suppressions.directives import FORM, Named, Scope, Suppression, read_suppressions
from asyncdb_lint.suppressions.edits import Splice, without, without_comment
from asyncdb_lint.suppressions.statements import Outline, outline

UNUSED, WITHOUT_REASON = "ADB002", "ADB003"
ABOUT_COMMENTS = frozenset({UNUSED, WITHOUT_REASON})
# Our own words first, so that what hides a finding does not depend on the order in a file; the broadest last.
_PRECEDENCE = (Scope.STATEMENT, Scope.NOQA, Scope.FILE)
_WHOLE_FILE = -1


class Remark(NamedTuple):
    """Something to say about an ignore comment, for the engine to make a diagnostic of."""

    code: str
    message: str
    help: str
    range: Range
    fix: Fix | None = None


@dataclass(slots=True)
class Suppressions:
    """The ignore comments of one file, and which of them have hidden something."""

    path: Path
    outline: Outline
    all: tuple[Suppression, ...]
    _places: Mapping[tuple[int | None, str], int]
    """Where, in a statement or the whole file, a code is named."""
    _blankets: Mapping[int | None, int]
    """Where a `# noqa` alone stands, by statement."""
    _used: set[int] = field(default_factory=set)
    """The places of the entries (of a `# noqa` alone: of the comment) that have hidden something."""

    @classmethod
    def of(cls, path: Path, text: str) -> Suppressions:
        """Reads those of a source."""
        scanned = outline(text)
        found = tuple(read_suppressions(scanned))
        blankets = {suppression.statement: suppression.start for suppression in found if suppression.is_blanket}
        return cls(path, scanned, found, cls._index(found), blankets)

    def hides(self, code: str, position: Position) -> bool:
        """Says whether a finding is hidden, and notes by what."""
        statement = self.outline.statement_at(position.line)
        place = self._places.get((statement, code), self._places.get((_WHOLE_FILE, code)))
        if place is None and code not in ABOUT_COMMENTS:
            place = self._blankets.get(statement)
        if place is None:
            return False
        self._used.add(place)
        return True

    @classmethod
    def _index(cls, suppressions: Iterable[Suppression]) -> dict[tuple[int | None, str], int]:
        """The first entry for each code in each statement, by precedence."""
        places: dict[tuple[int | None, str], int] = {}
        for suppression in sorted(suppressions, key=lambda suppression: _PRECEDENCE.index(suppression.scope)):
            statement = _WHOLE_FILE if suppression.scope is Scope.FILE else suppression.statement
            for named in suppression.named:
                if named.code is not None:
                    places.setdefault((statement, named.code), named.start)
        return places

    def remarks(self, is_on: Callable[[str], bool], *, shortest_reason: int = 1) -> Iterator[Remark]:
        """What there is to say about the comments; `is_on` says which rules have been run.

        To be asked after all findings have been offered to `hides`. A remark can itself be ignored, and a comment that
        would ignore a remark and does not is unused like any other.
        """
        first = [remark for remark in self._remarks(is_on, shortest_reason) if is_on(remark.code)]
        yield from (remark for remark in first if not self.hides(remark.code, remark.range.start))
        if is_on(UNUSED):
            for suppression in self.all:
                if entries := self._unused(suppression, lambda code: code in ABOUT_COMMENTS and is_on(code)):
                    yield self._unused_remark(suppression, entries)

    def _remarks(self, is_on: Callable[[str], bool], shortest_reason: int) -> Iterator[Remark]:
        for suppression in self.all:
            if suppression.problem:
                place = self._range(suppression.start, suppression.end)
                yield Remark(UNUSED, suppression.problem, f"write `{FORM}`, or take the comment out", place)
                continue
            for named in suppression.named:
                if named.code is None:
                    help_text = "`asyncdb-lint rule --all` explains all rules"
                    yield Remark(UNUSED, named.problem, help_text, self._range(named.start, named.end))
            unused = self._unused(suppression, lambda code: code not in ABOUT_COMMENTS and is_on(code))
            if unused:
                yield self._unused_remark(suppression, unused)
            taken = {named.start for named in unused}
            wanted = [named for named in suppression.named if named.code and named.start not in taken]
            hides_all = suppression.is_blanket and suppression.start in self._used
            if len(suppression.reason) < max(shortest_reason, 1) and (wanted or hides_all):
                yield self._reason_remark(suppression, wanted, shortest_reason)

    def _unused(self, suppression: Suppression, counts: Callable[[str], bool]) -> list[Named]:
        return [
            named
            for named in suppression.named
            if named.code is not None and counts(named.code) and named.start not in self._used
        ]

    def _unused_remark(self, suppression: Suppression, unused: Sequence[Named]) -> Remark:
        codes = " and ".join(f"`{named.text}`" for named in unused)
        where = {
            Scope.FILE: "in this file",
            Scope.STATEMENT: "in this statement",
            Scope.NOQA: "in this statement",
        }[suppression.scope]
        if suppression.scope is not Scope.FILE and suppression.statement is None:
            where = "here, since no statement follows"
        is_whole = len(unused) == len(suppression.named) and not suppression.shares_list
        rest = "so the comment ignores nothing" if is_whole else "so the comment need not name it"
        message = f"{codes} {'finds' if len(unused) == 1 else 'find'} nothing {where}, {rest}"
        if not is_whole and len(unused) > 1:
            message = message.removesuffix("it") + "them"
        splice = without_comment(self.outline, suppression) if is_whole else without(self.outline, suppression, unused)
        title = "Remove the comment" if is_whole else f"Remove {codes}"
        return Remark(
            UNUSED,
            message,
            "take it out: it would hide what the rule finds here later",
            self._range(unused[0].start, unused[-1].end),
            Fix(title, Applicability.SAFE, (self._edit(splice),)),
        )

    def _reason_remark(self, suppression: Suppression, wanted: Sequence[Named], shortest: int) -> Remark:
        codes = " and ".join(f"`{named.text}`" for named in wanted) or "everything"
        verb = "is" if len(wanted) < 2 else "are"
        form = {
            Scope.STATEMENT: "`# asyncdb-lint: ignore[...] reason`",
            Scope.FILE: "`# asyncdb-lint: ignore-file[...] reason`",
            Scope.NOQA: "`# noqa: ADB101 reason`",
        }[suppression.scope]
        return Remark(
            WITHOUT_REASON,
            f"{codes} {verb} ignored here and "
            + (f"the reason has less than {shortest} characters" if suppression.reason else "nothing says why"),
            f"write the reason behind it: {form}",
            self._range(suppression.start, suppression.end),
        )

    def _range(self, start: int, end: int) -> Range:
        return Range(self._position(start), self._position(end))

    def _position(self, offset: int) -> Position:
        line = self.outline.line_of(offset)
        return Position(line, offset - self.outline.line_starts[line - 1] + 1)

    def _edit(self, splice: Splice) -> Edit:
        start, end, content = splice
        return Edit(self.path, self._range(start, end), content)


def visible(suppressions: Suppressions, diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The findings of a file that no comment hides."""
    return [found for found in diagnostics if not suppressions.hides(found.code, found.range.start)]
