"""Writes bind parameters in the place of holes, in the source of a text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import libcst as cst

from .sqltext import Atom, Leaf, Literal, SqlText, Unreadable

_Edit = tuple[int, int, str]


class Filling(NamedTuple):
    """What takes the place of a hole: the bind parameter's name, and all that goes: the hole and what quotes it."""

    name: str
    hole: Atom
    covered: Sequence[Atom]


def without_holes(text: SqlText, fillings: Sequence[Filling]) -> cst.BaseExpression:
    """The expression with bind parameters; raises `Unreadable` where that cannot be written."""
    edits: list[_Edit] = []
    gone: set[int] = set()
    for filling in fillings:
        for atom in filling.covered:
            if atom is not filling.hole:
                if atom.blank is not None:
                    raise Unreadable
                edits.append((atom.start, atom.end, ""))
            gone.add(id(atom))
    for filling in fillings:
        if filling.hole.literal is not None:
            edits.append((filling.hole.start, filling.hole.end, f":{filling.name}"))
        else:
            edits += _operand(text, filling, gone)
    for literal in {id(atom.literal): atom.literal for atom in text.atoms if atom.literal is not None}.values():
        edits += _plain(text, literal, gone)
    if text.form:
        edits += _arguments(text, gone)
    return rewritten(text, edits)


def _plain(text: SqlText, literal: Literal, gone: set[int]) -> list[_Edit]:
    """Drops an `f` that has become useless, and the doubling of braces with it; also for `.format`."""
    own = [atom for atom in text.atoms if atom.literal is literal]
    holes = [atom for atom in own if atom.blank is not None]
    is_formatted = "f" in literal.prefix.lower()
    if is_formatted:
        if not holes or any(id(atom) not in gone for atom in holes):
            return []
    elif text.form != "format" or any(atom.blank and id(atom) not in gone for atom in text.atoms):
        return []
    edits = [
        (atom.start, atom.end, atom.text)
        for atom in own
        if id(atom) not in gone and text.module.text[atom.start : atom.end] in ("{{", "}}")
    ]
    if is_formatted:
        at = literal.start + literal.prefix.lower().index("f")
        edits.append((at, at + 1, ""))
    return edits


def _arguments(text: SqlText, gone: set[int]) -> list[_Edit]:
    """What is left of `% (...)` or `.format(...)`."""
    left = [atom.blank.argument for atom in text.atoms if atom.blank is not None and id(atom) not in gone]
    end = text.leaves[-1].end
    if not left:
        return [(end, text.end, "")]
    taken = [filling for filling in text.arguments if filling in left]
    if text.form == "%" and any(isinstance(key, str) for key in taken):
        raise Unreadable
    source = text.module.text[text.start : text.end]
    if text.form == "format" and any(f"{{{digit}}}" in source for digit in range(10)):
        raise Unreadable
    written = ", ".join(text.arguments[key] for key in taken)
    if text.form == "format":
        return [(end, text.end, f".format({written})")]
    return [(end, text.end, f" % ({written},)" if len(taken) == 1 else f" % ({written})")]


def _operand(text: SqlText, filling: Filling, gone: set[int]) -> list[_Edit]:
    """`"... = '" + name + "' ..."`: the parameter joins the string before it, and what stands behind joins both."""
    number = next(i for i, leaf in enumerate(text.leaves) if (leaf.start, leaf.end) == _place(filling.hole))
    before = text.leaves[number - 1] if number else None
    after = text.leaves[number + 1] if number + 1 < len(text.leaves) else None
    if before is None or not before.literals:
        quote = next((literal.quote for leaf in text.leaves for literal in leaf.literals), '"')
        return [(*_place(filling.hole), f"{quote}:{filling.name}{quote}")]
    last = before.literals[-1]
    joined = (last.body[1], last.body[1], f":{filling.name}")
    end = filling.hole.end
    start = before.end
    if after is not None and after.literals:
        if _is_used_up(text, after, gone):
            end = after.end
        elif _can_join(text, before, after, gone):
            start, end = last.body[1], after.literals[0].body[0]
    if "#" in text.module.text[before.end : filling.hole.start] or (
        end != filling.hole.end and after is not None and "#" in text.module.text[filling.hole.end : after.start]
    ):
        raise Unreadable
    return [joined, (start, end, "")]


def _place(atom: Atom) -> tuple[int, int]:
    return atom.start, atom.end


def _is_used_up(text: SqlText, leaf: Leaf, gone: set[int]) -> bool:
    inside = [atom for atom in text.atoms if atom.literal is not None and atom.literal in leaf.literals]
    return all(id(atom) in gone for atom in inside)


def _can_join(text: SqlText, before: Leaf, after: Leaf, gone: set[int]) -> bool:
    """Whether two strings may become one: written alike, on one line."""
    last, first = before.literals[-1], after.literals[0]
    stays_formatted = any(_stays_formatted(text, literal, gone) for literal in (last, first))
    source = text.module.text[last.end : first.start]
    single = len(before.literals) == 1 or before.end == last.end
    return last.style == first.style and not stays_formatted and "\n" not in source and "\r" not in source and single


def _stays_formatted(text: SqlText, literal: Literal, gone: set[int]) -> bool:
    if "f" not in literal.prefix.lower():
        return False
    holes = [atom for atom in text.atoms if atom.literal is literal and atom.blank is not None]
    return not holes or any(id(atom) not in gone for atom in holes)


def rewritten(text: SqlText, edits: Sequence[_Edit]) -> cst.BaseExpression:
    """The expression with edits of its source; raises `Unreadable` where that does not parse."""
    pieces: list[str] = []
    at = text.start
    for start, end, new in sorted(edits, key=lambda edit: (edit[0], edit[1])):
        if start < at and end <= at and not new:
            continue
        if start < at:
            raise Unreadable
        pieces += [text.module.text[at:start], new]
        at = end
    pieces.append(text.module.text[at : text.end])
    try:
        read = cst.parse_expression(f"({''.join(pieces)})", text.module.tree.config_for_parsing)
    except cst.ParserSyntaxError:
        raise Unreadable from None
    placed = read.visit(_AsWritten())
    if not isinstance(placed, cst.BaseExpression):
        raise Unreadable
    return placed.with_changes(lpar=[*text.root.lpar, *placed.lpar[1:]], rpar=[*placed.rpar[:-1], *text.root.rpar])


class _AsWritten(cst.CSTTransformer):
    """Line breaks whose indentation is written out, as cut from the source, and not that of the block."""

    def leave_ParenthesizedWhitespace(  # noqa: N802
        self, original_node: cst.ParenthesizedWhitespace, updated_node: cst.ParenthesizedWhitespace
    ) -> cst.ParenthesizedWhitespace:
        """Takes the indentation of the block out."""
        return updated_node.with_changes(indent=False)

    def leave_EmptyLine(  # noqa: N802
        self, original_node: cst.EmptyLine, updated_node: cst.EmptyLine
    ) -> cst.EmptyLine:
        """Takes the indentation of the block out."""
        return updated_node.with_changes(indent=False)
