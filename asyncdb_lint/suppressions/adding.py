"""Writes ignore comments for findings: into comments that are there, else at the line's end or above the statement."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from asyncdb_lint.diagnostics import Diagnostic
from asyncdb_lint.suppressions.directives import Scope, Suppression, read_suppressions
from asyncdb_lint.suppressions.edits import Splice
from asyncdb_lint.suppressions.statements import Outline, Statement, outline

_UNPARSABLE = "ADB001"
_HEAD = re.compile(r"(?:#!.*(?:\r\n?|\n))?(?:#.*?coding[:=].*(?:\r\n?|\n))?")
_NEWLINE = re.compile(r"\r\n?|\n")


def with_ignores(text: str, findings: Iterable[Diagnostic], reason: str = "") -> str:
    """A source with comments that hide findings; nothing else in it changes.

    A statement on one line gets its comment at the end of the line, one of several lines on a line of its own above.
    """
    scanned = outline(text)
    existing = [suppression for suppression in read_suppressions(scanned) if not suppression.problem]
    by_statement: dict[int, set[str]] = {}
    for_file: set[str] = set()
    for finding in findings:
        statement = scanned.statement_at(finding.range.start.line)
        if finding.code == _UNPARSABLE or statement is None:
            for_file.add(finding.code)
        else:
            by_statement.setdefault(statement, set()).add(finding.code)
    splices: list[Splice] = []
    if for_file:
        own = next((s for s in existing if s.scope is Scope.FILE), None)
        splices += _extended(own, for_file, reason) if own else [_for_file(text, for_file, reason)]
    for number, codes in by_statement.items():
        own = next((s for s in existing if s.scope is Scope.STATEMENT and s.statement == number), None)
        if own is not None:
            splices += _extended(own, codes, reason)
        else:
            splices.append(_for_statement(scanned, scanned.statements[number], codes, reason))
    for start, end, content in sorted(splices, reverse=True):
        text = text[:start] + content + text[end:]
    return text


def _extended(suppression: Suppression, codes: set[str], reason: str) -> Iterator[Splice]:
    end = suppression.named[-1].end
    yield end, end, "".join(f", {code}" for code in sorted(codes))
    if reason and not suppression.reason:
        yield suppression.end, suppression.end, f" {reason}"


def _for_file(text: str, codes: set[str], reason: str) -> Splice:
    # Behind what must stay in front: how to run the file, and how to decode it.
    head = _HEAD.match(text)
    place = head.end() if head else 0
    return place, place, _comment("ignore-file", codes, reason) + _newline_of(text)


def _for_statement(scanned: Outline, statement: Statement, codes: set[str], reason: str) -> Splice:
    text = scanned.text
    comment = _comment("ignore", codes, reason)
    if statement.first_line == statement.last_line:
        end = statement.start + len(text[statement.start : statement.end].rstrip())
        return end, statement.end, f"  {comment}"
    line = scanned.line_starts[statement.first_line - 1]
    return line, line, text[line : statement.start] + comment + _newline_of(text)


def _comment(verb: str, codes: set[str], reason: str) -> str:
    return f"# asyncdb-lint: {verb}[{', '.join(sorted(codes))}]" + (f" {reason}" if reason else "")


def _newline_of(text: str) -> str:
    found = _NEWLINE.search(text)
    return found.group() if found else "\n"
