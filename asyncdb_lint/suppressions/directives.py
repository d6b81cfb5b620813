"""What an ignore comment says: `# asyncdb-lint: ignore[ADB101] reason`, `ignore-file[...]` and `# noqa: ADB101`.

Our own comments must name rules, one by one: a comment that hides whatever a later version finds hides too much.
`# noqa` is read as Ruff reads it, so without codes it hides everything, and codes of other tools are theirs.
"""

from __future__ import annotations

import difflib
import enum
import functools
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from asyncdb_lint.pages import rule_names
from asyncdb_lint.settings.selectors import did_you_mean
from asyncdb_lint.suppressions.presence import MARKER
from asyncdb_lint.suppressions.statements import Comment, Outline

FORM = "# asyncdb-lint: ignore[ADB101] reason"
# Where another tool's pragma, or one more of ours, begins within a comment.
_PRAGMA = re.compile(r"(?:^|\s)(?P<pragma>\#+\s*(?:noqa\b|nosec\b|nosonar\b|[a-z][\w-]*:))", re.IGNORECASE)
_OWN = re.compile(r"\#+\s*asyncdb-lint:[ \t]*(?P<body>.*)", re.DOTALL)
_BODY = re.compile(r"(?P<verb>[\w-]*)[ \t]*(?:\[(?P<list>[^\]]*)\](?P<reason>.*))?", re.DOTALL)
_NOQA = re.compile(r"\#+\s*noqa(?P<colon>\s*:)?", re.IGNORECASE)
_NOQA_CODE = re.compile(r"[,\s]*(?P<code>[A-Za-z]+[0-9]+)(?=[,\s]|$)")
_OUR_CODE = re.compile(r"ADB\d+")
_ITEM = re.compile(r"[^,\s](?:[^,]*[^,\s])?")


class Scope(enum.Enum):
    """What a comment covers."""

    STATEMENT = "ignore"
    FILE = "ignore-file"
    NOQA = "noqa"


class Named(NamedTuple):
    """One entry of a comment's list, as written; `code` is None where it names no rule, and `problem` says so."""

    text: str
    start: int
    end: int
    code: str | None
    problem: str = ""


class Suppression(NamedTuple):
    """One ignore comment. `start` and `end` enclose it, without other tools' pragmas in the same comment."""

    scope: Scope
    comment: Comment
    start: int
    end: int
    named: tuple[Named, ...]
    """The entries of the list; of a `noqa` only our codes."""
    reason: str
    statement: int | None
    """The number of the statement it is for."""
    list_start: int = 0
    list_end: int = 0
    is_blanket: bool = False
    """`# noqa` alone."""
    shares_list: bool = False
    """A `noqa` that lists other tools' codes, too."""
    problem: str = ""
    """Why the comment cannot be honoured, if it cannot."""


def read_suppressions(outline: Outline) -> Iterator[Suppression]:
    """Reads all ignore comments of a source, in order."""
    for comment in outline.comments:
        text = outline.text[comment.start : comment.end]
        if MARKER not in text and "noqa" not in text.lower():
            continue
        starts = [found.start("pragma") for found in _PRAGMA.finditer(text)]
        for start, end in pairwise([*starts, len(text)]):
            found = _read(outline, comment, comment.start + start, text[start:end].rstrip())
            if found is not None:
                yield found


def _read(outline: Outline, comment: Comment, start: int, text: str) -> Suppression | None:
    statement = outline.statement_at(outline.line_of(comment.start))
    if own := _OWN.match(text):
        return _read_own(comment, start, text, own, statement)
    if noqa := _NOQA.match(text):
        return _read_noqa(comment, start, text, noqa, statement)
    return None


def _read_own(comment: Comment, start: int, text: str, own: re.Match[str], statement: int | None) -> Suppression:
    found = _BODY.match(own["body"])
    verb = found["verb"] if found else ""
    scope = Scope.FILE if verb == "ignore-file" else Scope.STATEMENT
    base = start + own.start("body")
    listed, problem = "", ""
    if verb not in ("ignore", "ignore-file"):
        near = difflib.get_close_matches(verb, ["ignore", "ignore-file"], n=1)
        problem = f"`{verb}` is no word of an ignore comment" if verb else "this ignore comment does not say what to do"
        problem += f"; did you mean `{near[0]}`?" if near else ""
    elif found is None or found["list"] is None:
        problem = f"`{verb}` names no rule in brackets, so this comment ignores nothing"
    elif not found["list"].strip(", \t"):
        problem = f"`{verb}[]` names no rule, so this comment ignores nothing"
    elif scope is Scope.FILE and not comment.is_alone:
        problem = "`ignore-file` must stand on a line of its own, so this comment ignores nothing"
    else:
        listed = found["list"]
    list_start = base + found.start("list") if listed and found else 0
    return Suppression(
        scope=scope,
        comment=comment,
        start=start,
        end=start + len(text),
        named=tuple(_named(item, list_start) for item in _ITEM.finditer(listed)),
        reason=_reason(found["reason"] or "") if found else "",
        statement=statement,
        list_start=list_start,
        list_end=list_start + len(listed),
        problem=problem,
    )


def _read_noqa(
    comment: Comment, start: int, text: str, noqa: re.Match[str], statement: int | None
) -> Suppression | None:
    position = noqa.end()
    if not noqa["colon"]:
        reason = _reason(text[position:])
        return Suppression(Scope.NOQA, comment, start, start + len(text), (), reason, statement, is_blanket=True)
    codes: list[re.Match[str]] = []
    while found := _NOQA_CODE.match(text, position):
        codes.append(found)
        position = found.end()
    ours = [found for found in codes if _OUR_CODE.fullmatch(found["code"])]
    if not ours:
        return None
    return Suppression(
        scope=Scope.NOQA,
        comment=comment,
        start=start,
        end=start + len(text),
        named=tuple(_name(found["code"], start + found.start("code")) for found in ours),
        reason=_reason(text[position:]),
        statement=statement,
        list_start=start + codes[0].start("code"),
        list_end=start + codes[-1].end("code"),
        shares_list=len(ours) < len(codes),
    )


@functools.cache
def _codes_by_name() -> dict[str, str]:
    return {name: code for code, name in rule_names().items()}


def _named(item: re.Match[str], base: int) -> Named:
    return _name(item.group(), base + item.start())


def _name(text: str, start: int) -> Named:
    names = rule_names()
    end = start + len(text)
    code = text.upper()
    if code in names:
        return Named(text, start, end, code)
    by_name = _codes_by_name()
    if text in by_name:
        return Named(text, start, end, by_name[text])
    if code == "ALL" or any(known.startswith(code) for known in names):
        return Named(text, start, end, None, f"`{text}` stands for several rules; an ignore comment names each rule")
    # Only a word that is unknown otherwise pays for looking at what is installed.
    from asyncdb_lint.installed_plugins import is_plugin_code

    if is_plugin_code(code, whole=True):
        return Named(text, start, end, code)
    hint = did_you_mean(text, [*names, *by_name])
    return Named(text, start, end, None, f"`{text}` is no rule, so it ignores nothing{hint}")


def _reason(text: str) -> str:
    words = re.search(r"\w.*", text, re.DOTALL)
    return words.group().strip() if words else ""
