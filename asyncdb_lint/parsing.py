"""From the text of a file to its tree, with exact positions; what cannot be parsed says why.

LibCST is imported only when a file must be parsed: importing it alone takes longer than linting a small project.
"""

from __future__ import annotations

import bisect
import functools
import re
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from asyncdb_lint.decoding import UnparsableFile, decode, line_starts, position_in, position_of

if TYPE_CHECKING:
    import libcst as cst

    from asyncdb_lint.alignment import Alignment
    from asyncdb_lint.diagnostics import Position, Range
    from asyncdb_lint.positions import Places

_T = TypeVar("_T")

_INVALID = "this is not valid Python syntax"
_TOO_DEEP = "the code nests deeper than the parser can follow"
_PLACE = re.compile(r"error at (\d+):(\d+)")
_NEWLINE = re.compile(r"\r\n?|\n")
# `ast.PyCF_ONLY_AST`, without the import of `ast`: parse, but compile nothing.
_ONLY_AST = 0x400
_SHORTEST_CRASH = 4096
_STACK_BYTES = 64 * 1024 * 1024
_DEEP_RECURSION = 10_000
_SWITCH = threading.Lock()
_UNCHECKED: list[None] = []


class ParsedModule:
    """A file's text and tree, with the exact place of every node."""

    __slots__ = ("_alignment", "_line_starts", "_places", "encoding", "has_bom", "path", "text", "tree")

    def __init__(
        self, path: Path, text: str, encoding: str, has_bom: bool, tree: cst.Module, places: Places | None = None
    ) -> None:
        self.path = path
        self.text = text
        self.encoding = encoding
        self.has_bom = has_bom
        self.tree = tree
        self._places = places
        self._alignment: Alignment | None = None
        self._line_starts: list[int] | None = None

    def range_of(self, node: cst.CSTNode) -> Range:
        """Where a node of this tree stands, without the whitespace and comments around it."""
        from asyncdb_lint.diagnostics import Range

        found = self.places.of(node)
        if found is None:
            raise LookupError(f"this {type(node).__name__} is not part of {self.path}")
        _, line, column, end_line, end_column = found
        if self._alignment is not None:
            start = self._alignment.start(self._alignment.index(line, column))
            end = self._alignment.end(self._alignment.index(end_line, end_column))
            return Range(self.position_at(start), self.position_at(max(start, end)))
        return Range(position_of(line, column), position_of(end_line, end_column))

    @property
    def places(self) -> Places:
        """Where everything stands; computed once, when first asked for."""
        if self._places is None:
            from asyncdb_lint.positions import record_places

            self._places = with_fresh_stack(lambda: record_places(self.tree))
            if self._places.text != self.text:
                from asyncdb_lint.alignment import Alignment

                self._alignment = Alignment(self._places.text, self.text)
        return self._places

    @property
    def knows_places(self) -> bool:
        """Whether anybody has asked for places yet."""
        return self._places is not None

    @property
    def alignment(self) -> Alignment | None:
        """Leads from the text of `places` to `text`, where LibCST does not write all that it read."""
        _ = self.places
        return self._alignment

    def code_of(self, node: cst.CSTNode) -> str:
        """The source of a node, of this tree or newly made, in this module's newlines and indentation."""
        return with_fresh_stack(lambda: self.tree.code_for_node(node))

    def offset_of(self, position: Position) -> int:
        """The index into `text` of a position; columns beyond a line's end are an error."""
        starts = self._starts()
        if not 1 <= position.line <= len(starts):
            raise ValueError(f"{self.path} has no line {position.line}")
        offset = starts[position.line - 1] + position.column - 1
        end = starts[position.line] if position.line < len(starts) else len(self.text) + 1
        if position.column < 1 or offset >= end:
            raise ValueError(f"line {position.line} of {self.path} has no column {position.column}")
        return offset

    def position_at(self, offset: int) -> Position:
        """The position of an index into `text`."""
        if not 0 <= offset <= len(self.text):
            raise ValueError(f"{self.path} has no character {offset}")
        starts = self._starts()
        line = bisect.bisect_right(starts, offset)
        return position_of(line, offset - starts[line - 1] + 1)

    def text_of(self, place: Range) -> str:
        """The text between two positions."""
        return self.text[self.offset_of(place.start) : self.offset_of(place.end)]

    def _starts(self) -> list[int]:
        if self._line_starts is None:
            self._line_starts = line_starts(self.text)
        return self._line_starts


def parse(path: Path, data: bytes) -> ParsedModule:
    """Parses a file's bytes; raises `UnparsableFile` for whatever Python or the parser cannot read."""
    text, encoding, has_bom = decode(data)
    return ParsedModule(path, text, encoding, has_bom, parse_text(text))


def parse_text(text: str) -> cst.Module:
    """The tree of a decoded source; raises `UnparsableFile`."""
    import libcst as cst

    try:
        return _tree_of(text)
    except cst.ParserSyntaxError as error:
        raise _syntax_error(text, error) from None


def _tree_of(text: str) -> cst.Module:
    """The same; what the grammar does not allow is LibCST's own error."""
    from asyncdb_lint.nesting import find_too_deep

    deep = find_too_deep(text)
    if deep is not None:
        raise UnparsableFile(_TOO_DEEP, position_in(text, deep))
    import libcst as cst

    try:
        with without_checks():
            return with_fresh_stack(lambda: cst.parse_module(text))
    except UnicodeEncodeError as error:
        place = position_in(text, error.start)
        raise UnparsableFile("the file contains characters that are not text", place) from None
    except RecursionError:
        raise UnparsableFile(_TOO_DEEP) from None
    except (TypeError, ValueError, AttributeError, cst.CSTValidationError) as error:
        # Bugs of the parser.
        raise UnparsableFile(f"the parser fails on this file ({type(error).__name__})") from error


@contextmanager
def without_checks() -> Iterator[None]:
    """Lets LibCST make nodes without checking them, in all threads, until the last that asked for it is done.

    What its parser has read is right, and checks take a fifth; what a fix makes is read back. They also have bugs of
    their own: `return(lambda: 0)` and `return(a if b else c)` are errors for them.
    """
    import libcst as cst

    checks = _checks()
    with _SWITCH:
        _UNCHECKED.append(None)
        setattr(cst.CSTNode, "__post_init__", _no_checks)  # noqa: B010
    try:
        yield
    finally:
        with _SWITCH:
            _UNCHECKED.pop()
            if not _UNCHECKED:
                setattr(cst.CSTNode, "__post_init__", checks)  # noqa: B010


@functools.cache
def _checks() -> Callable[[cst.CSTNode], None]:
    # Kept from the first time on: another thread may be parsing, and have them switched off.
    import libcst as cst

    return cst.CSTNode.__post_init__


def _no_checks(node: object) -> None:
    """Takes the place of the checks."""


def check_syntax(path: Path, data: bytes) -> UnparsableFile | None:
    """Why a file cannot be parsed, or None; quick, since only what this interpreter rejects needs the full parser."""
    try:
        text, _, _ = decode(data)
    except UnparsableFile as problem:
        return problem
    return check_text(text)


def check_text(text: str) -> UnparsableFile | None:
    """As `check_syntax`, of a decoded source."""
    if not _crashes_builtin(text) and _builtin_accepts(text):
        return None
    try:
        parse_text(text)
    except UnparsableFile as problem:
        return problem
    return None


def _crashes_builtin(text: str) -> bool:
    """Whether Python 3.10 would turn a chain of thousands of calls into a tree without minding its stack."""
    if sys.version_info >= (3, 11) or len(text) <= _SHORTEST_CRASH:
        return False
    from asyncdb_lint.nesting import find_too_deep

    return find_too_deep(text) is not None


def _builtin_accepts(text: str) -> bool:
    # A symbol table is made right from what Python's parser has read, in two thirds of the time of a tree.
    from symtable import symtable

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            symtable(text, "<source>", "exec")
    except (SyntaxError, ValueError, MemoryError, RecursionError, OverflowError):
        return False
    return True


def _builtin_rejection(text: str) -> Exception | None:
    try:
        with warnings.catch_warnings():
            # A file's own SyntaxWarnings are none of ours, and must not become errors under `-W error`.
            warnings.simplefilter("ignore")
            compile(text, "<source>", "exec", flags=_ONLY_AST, dont_inherit=True)
    except (SyntaxError, ValueError, MemoryError, RecursionError, OverflowError) as error:
        return error
    return None


class PartRejected(Exception):
    """A part of a source that LibCST rejects for its grammar: the end of the first token that does not fit."""

    def __init__(self, line: int, column: int) -> None:
        super().__init__(line, column)
        self.line = line
        self.column = column


def parse_part(text: str) -> cst.Module:
    """The tree of some statements of a source; raises `PartRejected` for their grammar, else as `parse_text`."""
    import libcst as cst

    try:
        return _tree_of(text)
    except cst.ParserSyntaxError as error:
        found = _PLACE.search(error.message)
        if found is None:
            raise _syntax_error(text, error) from None
        raise PartRejected(int(found[1]), int(found[2]) or 1) from None


def rejected(text: str, line: int, column: int) -> UnparsableFile:
    """What is wrong with a source whose grammar LibCST rejects at a place."""
    return _grammar_error(text, _inside(text, line, column), _INVALID)


def _syntax_error(text: str, error: cst.ParserSyntaxError) -> UnparsableFile:
    if "too many indentation" in error.message:
        return UnparsableFile(_TOO_DEEP)
    # LibCST names a place only for errors of grammar, and there the end of the first token that does not fit.
    found = _PLACE.search(error.message)
    return _grammar_error(text, _inside(text, int(found[1]), int(found[2]) or 1) if found else None, error.message)


def _grammar_error(text: str, place: Position | None, message: str) -> UnparsableFile:
    rejection = _builtin_rejection(text)
    if isinstance(rejection, SyntaxError) and rejection.lineno:
        builtin_place = _inside(text, rejection.lineno, rejection.offset or 1)
        said = rejection.msg
        # An interpreter older than the file stops at syntax that is merely new to it; LibCST then knows the error.
        vague = said.startswith(("invalid syntax", "f-string"))
        # LibCST notices what does not fit at the next token, which may stand on the next line.
        if place is None or not vague or place.line - builtin_place.line in (0, 1):
            reason = _INVALID if said.startswith("invalid syntax") else said[:1].lower() + said[1:]
            return UnparsableFile(reason, builtin_place)
    if place is not None:
        return UnparsableFile(_INVALID, place)
    return UnparsableFile(message.removeprefix("tokenizer error: "))


def _inside(text: str, line: int, column: int) -> Position:
    lines = _NEWLINE.split(text)
    line = min(max(line, 1), len(lines))
    return position_of(line, min(max(column, 1), len(lines[line - 1]) + 1))


def with_fresh_stack(work: Callable[[], _T]) -> _T:
    """Does recursive work; when the caller has left too little stack for it, on a roomy thread."""
    try:
        return work()
    except RecursionError:
        pass
    results: list[_T] = []
    errors: list[BaseException] = []

    def run() -> None:
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, _DEEP_RECURSION))
        try:
            results.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            errors.append(error)
        finally:
            sys.setrecursionlimit(limit)

    size = threading.stack_size(_STACK_BYTES)
    try:
        thread = threading.Thread(target=run)
        thread.start()
    finally:
        threading.stack_size(size)
    thread.join()
    if errors:
        raise errors[0]
    return results[0]
