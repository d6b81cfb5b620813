"""Reads a rule's Markdown page into its fenced Python blocks, and a block into the files of a small project.

A block is a case. In it `# error: [CODE]` marks the line where a finding starts, `# ok` a tempting line that must stay
quiet, `# todo: [CODE]` a known missed alarm; each stands at the end of its line or alone on the line before.
A line `# file: app/db.py` starts a new file. The block after a case may be headed `python after fix`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

SINGLE_FILE = "main.py"
_FENCE = re.compile(r"(?P<fence>`{3,})(?P<info>[^`]*)")
_FILE = re.compile(r"# file: (?P<path>\S+)\s*")
_MARKER = re.compile(
    r"(?P<code>(?:.*\S  )?)\s*# (?:(?P<kind>error|todo): \[(?P<codes>[A-Z0-9, ]+)\]|ok(?:: (?P<reason>\S.*))?)\s*"
)
_NEARLY_A_MARKER = re.compile(r"#\s*(?:(?:error|todo)\b|ok\s*(?::|$))")


class PageError(Exception):
    """A page that cannot be read as test cases; the message says where and why."""


class BlockKind(Enum):
    """What a fenced Python block is, by its info string."""

    CASE = "python"
    AFTER_FIX = "python after fix"
    NO_FIX = "python no fix"
    """A case whose findings have no fix that would be applied."""


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced Python block of a page."""

    page: Path
    code: str
    heading: str
    line: int
    """The page's line of the block's first line of code."""
    kind: BlockKind
    text: str

    @property
    def title(self) -> str:
        """Names the block in test ids and reports."""
        return f"{self.page.stem}: {self.heading}, line {self.line}"


@dataclass(frozen=True, slots=True)
class MarkedFile:
    """One file of a block: its text without markers, and what they demand, by line."""

    text: str
    errors: Counter[int] = field(default_factory=Counter)
    todos: Counter[int] = field(default_factory=Counter)
    page_lines: tuple[int, ...] = ()
    """The page's line of each line of the text."""


def read_blocks(page: Path) -> tuple[Block, ...]:
    """Reads the Python blocks of a page; blocks of other languages are prose."""
    return tuple(_blocks(page, page.read_text(encoding="utf-8").splitlines()))


def pair_fixes(blocks: tuple[Block, ...]) -> Iterator[tuple[Block, Block]]:
    """Yields every case that has an after-fix block, with that block."""
    for before, after in zip((None, *blocks), blocks, strict=False):
        if after.kind is BlockKind.AFTER_FIX:
            if before is None or before.kind is not BlockKind.CASE:
                raise PageError(f"{after.title}: there is no case before this after-fix block")
            yield before, after


def read_files(block: Block) -> Mapping[str, MarkedFile]:
    """Reads the files of a block, by their paths in the project."""
    sections: dict[str, list[tuple[int, str]]] = {}
    path = SINGLE_FILE
    for number, line in enumerate(block.text.splitlines(), block.line):
        if found := _FILE.fullmatch(line):
            path = found["path"]
            if path in sections:
                raise PageError(f"{block.page.name}:{number}: {path} is there twice")
            sections[path] = []
        elif path in sections or line.strip():
            sections.setdefault(path, []).append((number, line))
    return {path: _read_file(block, lines) for path, lines in sections.items()}


def _blocks(page: Path, lines: list[str]) -> Iterator[Block]:
    heading = ""
    fence, info, start = "", "", 0
    for number, line in enumerate(lines, 1):
        if fence:
            if line.rstrip() == fence:
                if info.startswith("python"):
                    yield _block(page, heading, start + 1, info, lines[start : number - 1])
                fence = ""
        elif found := _FENCE.match(line):
            fence, info, start = found["fence"], found["info"].strip(), number
        elif line.startswith("#"):
            heading = line.lstrip("#").strip()
    if fence:
        raise PageError(f"{page.name}:{start}: this block is never closed")


def _block(page: Path, heading: str, line: int, info: str, lines: list[str]) -> Block:
    try:
        kind = BlockKind(info)
    except ValueError:
        raise PageError(f"{page.name}:{line - 1}: unknown kind of block `{info}`") from None
    return Block(page, page.name.partition("-")[0], heading, line, kind, "".join(f"{text}\n" for text in lines))


def _read_file(block: Block, lines: list[tuple[int, str]]) -> MarkedFile:
    while lines and not lines[0][1].strip():
        lines = lines[1:]
    while lines and not lines[-1][1].strip():
        lines = lines[:-1]
    texts: list[str] = []
    page_lines: list[int] = []
    demands: dict[str, Counter[int]] = {"error": Counter(), "todo": Counter()}
    for number, line in lines:
        marker = _MARKER.fullmatch(line)
        if marker is None:
            if _NEARLY_A_MARKER.search(line):
                raise PageError(f"{block.page.name}:{number}: this marker cannot be read")
            texts.append(line)
            page_lines.append(number)
            continue
        if marker["kind"]:
            # A marker alone on its line speaks of the line that follows it, which gets the next number too.
            demands[marker["kind"]][len(texts) + 1] += _count(block, number, marker["codes"])
        if marker["code"]:
            texts.append(marker["code"].rstrip())
            page_lines.append(number)
    text = "".join(f"{line}\n" for line in texts)
    return MarkedFile(text, demands["error"], demands["todo"], tuple(page_lines))


def _count(block: Block, number: int, codes: str) -> int:
    named = [code.strip() for code in codes.split(",")]
    if any(code != block.code for code in named):
        raise PageError(f"{block.page.name}:{number}: only {block.code} runs on this page, not {codes}")
    return len(named)
