"""Runs the blocks of a page: lints and fixes the project a block describes, and reports line by line what is off.

Engines are passed in, so that the runner is tested without the linter.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from tests.pages.reader import Block, MarkedFile, read_files


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding in a block's project: where it starts, and what it says."""

    path: str
    line: int
    column: int
    message: str = ""


Linter = Callable[[Mapping[str, str]], Sequence[Finding]]
"""Lints the files of a project, given by path."""
Fixer = Callable[[Mapping[str, str]], Mapping[str, str]]
"""Applies all fixes, safe and unsafe, once to the end, and returns all files."""


def check_findings(block: Block, lint: Linter) -> str | None:
    """Lints a block; returns None when the findings are those marked, otherwise the block with what is off."""
    files = read_files(block)
    found = lint({path: file.text for path, file in files.items()})
    return _compare(block, files, found)


def check_unfixed(block: Block, fix: Fixer) -> str | None:
    """Checks that fixing leaves a block without fix as it is."""
    files = {path: file.text for path, file in read_files(block).items()}
    return _differences(block, files, fix(files), "no fix is due here")


def check_fix(before: Block, after: Block, lint: Linter, fix: Fixer) -> str | None:
    """Fixes a block and compares the result to the letter; returns None when it is as the after-fix block says.

    A file that the after-fix block leaves out must stay as it is. Fixing again changes nothing, and linting the result
    finds what the after-fix block marks: mostly nothing.
    """
    files = {path: file.text for path, file in read_files(before).items()}
    marked = read_files(after)
    if unknown := marked.keys() - files.keys():
        return f"{after.title}: {', '.join(sorted(unknown))} is not in the block before"
    expected = {path: marked[path].text if path in marked else text for path, text in files.items()}
    fixed = fix(files)
    return (
        _differences(after, expected, fixed, "the fix writes something else")
        or _differences(after, fixed, fix(fixed), "fixing again changes the result")
        or _compare(after, {path: marked.get(path, MarkedFile(text)) for path, text in fixed.items()}, lint(fixed))
    )


def marked_line(text: str, line: int, column: int) -> int:
    """Returns the line a marker for this place stands on: the first line of a string that spans several lines."""
    for start, end in _long_strings(text):
        if start <= (line, column) < end:
            return start[0]
    return line


def _compare(block: Block, files: Mapping[str, MarkedFile], found: Sequence[Finding]) -> str | None:
    places: dict[str, Counter[int]] = {path: Counter() for path in files}
    stray = [finding for finding in found if finding.path not in files]
    for finding in found:
        if finding.path in files:
            places[finding.path][marked_line(files[finding.path].text, finding.line, finding.column)] += 1
    wrong = stray or any(places[path] != file.errors for path, file in files.items())
    if not wrong:
        return None
    report = [f"{block.page.name}:{block.line}: {block.heading}"]
    report += [f"    a finding in {finding.path}, which is no file of this block" for finding in stray]
    for path, file in files.items():
        report.append(f"  {path}")
        report += _annotated(block, file, places[path])
    messages = [f"    {f.path}:{f.line}:{f.column}: {f.message}" for f in found if f.message]
    return "\n".join([*report, *(["  all findings:", *messages] if messages else [])])


def _annotated(block: Block, file: MarkedFile, found: Counter[int]) -> list[str]:
    lines = []
    texts = file.text.splitlines()
    for number in range(1, max([len(texts), *found, *file.errors], default=0) + 1):
        text = texts[number - 1] if number <= len(texts) else ""
        # The page's own line, so that it can be gone to.
        shown = file.page_lines[number - 1] if number <= len(file.page_lines) else number
        lines.append(f"{_verdict(block, file, number, found[number]):>28} {shown:>4} | {text}".rstrip())
    return lines


def _verdict(block: Block, file: MarkedFile, number: int, found: int) -> str:
    expected = file.errors[number]
    if found == expected:
        return block.code if found else ""
    if file.todos[number] and found == expected + file.todos[number]:
        return "found: todo becomes error"
    if not expected:
        return f"{found} unexpected" if found > 1 else "unexpected"
    return f"expected {expected}, found {found}" if max(expected, found) > 1 else f"missing {block.code}"


def _differences(block: Block, expected: Mapping[str, str], actual: Mapping[str, str], reason: str) -> str | None:
    if actual == expected:
        return None
    lines = [f"{block.page.name}:{block.line}: {block.heading}: {reason}"]
    for path in sorted(expected.keys() | actual.keys()):
        old, new = expected.get(path, "").splitlines(), actual.get(path, "").splitlines()
        lines += difflib.unified_diff(old, new, f"{path} expected", f"{path} actual", lineterm="", n=2)
    if len(lines) == 1:
        lines.append("    only line endings differ")
    return "\n".join(lines)


def _long_strings(text: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    try:
        wrapper = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)
    except cst.ParserSyntaxError:
        return []
    ranges = [
        code_range
        for node, code_range in wrapper.resolve(PositionProvider).items()
        if isinstance(node, (cst.SimpleString, cst.FormattedString)) and isinstance(code_range, CodeRange)
    ]
    return [
        ((place.start.line, place.start.column + 1), (place.end.line, place.end.column + 1))
        for place in sorted(ranges, key=lambda place: (place.start.line, place.start.column))
        if place.end.line > place.start.line
    ]


def write_files(root: Path, files: Mapping[str, str]) -> list[Path]:
    """Writes a project's files under a folder and returns their paths."""
    written = []
    for path, text in files.items():
        target = root.joinpath(PurePosixPath(path))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())
        written.append(target)
    return written
