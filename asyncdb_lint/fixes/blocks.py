"""Comments and blank lines around statements that come, go and move."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TypeAlias, TypeVar, cast

import libcst as cst

Statement: TypeAlias = cst.SimpleStatementLine | cst.BaseCompoundStatement
AnyStatement: TypeAlias = cst.BaseSmallStatement | cst.BaseStatement
Lines: TypeAlias = list[cst.EmptyLine]
_S = TypeVar("_S", bound=cst.BaseStatement)

# What speaks to a tool about the code of its own line means nothing without that code.
_DIRECTIVE = re.compile(
    r"#\s*(?:noqa|nosec|type:|pyright:|mypy:|pylint:|pragma:|fmt:|ruff:|asyncdb-lint:)", re.IGNORECASE
)


def leading_lines(statement: cst.BaseStatement) -> Lines:
    """The comments and blank lines above a statement."""
    return list(cast("Statement", statement).leading_lines)


def with_leading(statement: _S, lines: Iterable[cst.EmptyLine]) -> _S:
    """A statement with other comments and blank lines above it."""
    return statement.with_changes(leading_lines=list(lines))


def split_blanks(lines: Sequence[cst.EmptyLine]) -> tuple[Lines, Lines]:
    """The blank lines at the start, and the rest from the first comment on."""
    for index, line in enumerate(lines):
        if line.comment is not None:
            return list(lines[:index]), list(lines[index:])
    return list(lines), []


def comments_of(lines: Iterable[cst.EmptyLine]) -> Lines:
    """The lines without blank ones at the start or end."""
    _, rest = split_blanks(list(lines))
    while rest and rest[-1].comment is None:
        rest.pop()
    return rest


def is_directive(comment: cst.Comment) -> bool:
    """Whether a comment speaks to a tool about the code of its line."""
    return _DIRECTIVE.match(comment.value) is not None


def left_of_removed(lines: Sequence[cst.EmptyLine], trailing: cst.TrailingWhitespace | None) -> Lines:
    """What stays of a removed statement: the lines above it, and the comment beside it as a line of its own."""
    comment = trailing.comment if trailing else None
    if comment is None or is_directive(comment):
        return list(lines)
    return [*lines, cst.EmptyLine(comment=comment)]


def joined(left: Sequence[cst.EmptyLine], following: Sequence[cst.EmptyLine]) -> Lines:
    """Lines left over from removed statements, and those above the statement that follows them now."""
    left_blanks, left_comments = split_blanks(left)
    if left_comments:
        return [*left, *following]
    blanks, comments = split_blanks(following)
    return [*max(left_blanks, blanks, key=len), *comments]


def set_apart(before: cst.BaseStatement, statement: cst.BaseStatement, blanks: Lines, comments: Lines) -> Lines:
    """The lines above a statement that comes behind a new one: a definition keeps blank lines around it."""
    definitions = (cst.FunctionDef, cst.ClassDef)
    if isinstance(before, definitions) or isinstance(statement, definitions):
        return [*blanks, *comments]
    return comments


def trailing_of(statement: cst.BaseStatement) -> cst.TrailingWhitespace | None:
    """What stands beside a statement of one line."""
    return statement.trailing_whitespace if isinstance(statement, cst.SimpleStatementLine) else None


def in_block(statement: AnyStatement) -> Statement:
    """A statement as an element of a block: small ones get a line of their own."""
    if isinstance(statement, cst.BaseSmallStatement):
        return cst.SimpleStatementLine([statement])
    return cast("Statement", statement)
