"""The evidence as tables: what was seen, in the words of the probes, kept in the pages of the rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.proof.harness import REPOSITORY, Proof
from tests.proof.observation import Observation

PAGES = REPOSITORY / "rules"
COLUMNS = ("Pitfall", "Database", "Harm seen", "Found", "Cured by", "Harm gone")
TITLES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}

_SECTION = re.compile(r"(?<=<!-- evidence -->\n).*?(?=<!-- /evidence -->)", re.DOTALL)
_COUNT = re.compile(r"\b\d+ (?=of \d+ requests|back ends\b)")

Row = tuple[str, ...]


def row(proof: Proof) -> Row:
    """Put a proof into the cells of its row."""
    if proof.hidden is None:
        harm = f"{verdict(proof.harm_seen)}: {words(proof.before)}"
        gone = f"{verdict(proof.gone)}: {words(proof.after)}"
    else:
        harm = f"not here: {proof.hidden} ({words(proof.before)})"
        gone = f"{'works as before' if proof.gone else 'BROKEN'}: {words(proof.after)}"
    found = f"{len(set(proof.cure.found) & set(proof.cure.marked))} of {len(proof.cure.marked)}"
    stray = len(set(proof.cure.found) - set(proof.cure.marked))
    return (
        f"`{proof.pitfall.name}`",
        TITLES[proof.backend],
        harm,
        found + (f", {stray} ELSEWHERE" if stray else ""),
        ("its fix" if proof.cure.by_fix else f"hand: {proof.pitfall.by_hand or 'NO FIX OFFERED'}")
        + (f", {len(proof.cure.left)} LEFT" if proof.cure.left else ""),
        gone,
    )


def verdict(holds: bool) -> str:
    """Say whether a step went as it must."""
    return "yes" if holds else "NO"


def words(observations: Sequence[Observation]) -> str:
    """Join what a probe said."""
    return "; ".join(observation.says for observation in observations)


def table(rows: Iterable[Row]) -> str:
    """Render rows as a Markdown table."""
    lines = [COLUMNS, tuple("---" for _ in COLUMNS), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def shape(row: Row) -> Row:
    """Take the counts of one run out of what was seen: they are never twice the same, what they say is."""
    pitfall, database, harm, found, cured, gone = row
    return pitfall, database, _COUNT.sub("N ", harm), found, cured, _COUNT.sub("N ", gone)


def page_of(code: str) -> Path:
    """Find the page of a rule."""
    (page,) = PAGES.glob(f"{code}-*.md")
    return page


def rows_on_page(code: str) -> list[Row]:
    """Read the rows of the table on the page of a rule."""
    section = _SECTION.search(page_of(code).read_text(encoding="utf-8"))
    lines = section[0].splitlines() if section else []
    cells = (tuple(cell.strip() for cell in line.strip("| ").split(" | ")) for line in lines if line.startswith("|"))
    return [row for row in cells if len(row) == len(COLUMNS)][2:]


def write(code: str, rows: Sequence[Row]) -> bool:
    """Put rows on the page of a rule, unless only the counts changed; say whether the page did."""
    if [shape(row) for row in rows] == [shape(row) for row in rows_on_page(code)]:
        return False
    page = page_of(code)
    text = page.read_text(encoding="utf-8")
    if not _SECTION.search(text):
        raise ValueError(f"{page.name} has no place for its evidence: <!-- evidence --> and <!-- /evidence -->")
    page.write_text(_SECTION.sub(lambda _: table(rows), text), encoding="utf-8")
    return True
