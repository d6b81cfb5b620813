"""Lines of the table: what was measured beside what, the ratio, the target, and whether it is met."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .measuring import Measured


@dataclass(frozen=True, slots=True)
class Target:
    """What a ratio is to be: at most so much, or at least."""

    bound: float
    at_least: bool = False

    def met(self, ratio: float) -> bool:
        """Whether a ratio keeps to it."""
        return ratio >= self.bound if self.at_least else ratio <= self.bound

    def __str__(self) -> str:
        """As the table shows it."""
        return f"{'≥' if self.at_least else '≤'} {self.bound:g}x"


@dataclass(frozen=True, slots=True)
class Line:
    """One comparison; values are shown as they are, in the unit that they are in."""

    what: str
    ours: str
    beside: str
    theirs: str
    ratio: float | None = None
    target: Target | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """The last column."""
        if self.ratio is None:
            return self.note or "not measured"
        if self.target is None:
            return self.note or "—"
        word = "met" if self.target.met(self.ratio) else "**missed**"
        return f"{word}; {self.note}" if self.note else word


def compare(
    what: str,
    ours: Measured,
    beside: str,
    theirs: Measured,
    target: Target | None,
    *,
    of: str = "wall",
    inverse: bool = False,
    note: str = "",
) -> Line:
    """One line for two commands; `inverse` asks how many times theirs takes of ours."""
    shown_ours, shown_theirs = (shown(measured, of) for measured in (ours, theirs))
    if ours.problem or theirs.problem:
        problem = "; ".join(
            f"{name} {measured.problem}"
            for name, measured in (("asyncdb-lint", ours), (beside, theirs))
            if measured.problem
        )
        ratio = _bound(ours, theirs) if inverse else None
        if ratio is not None and target is not None and target.met(ratio):
            return Line(what, shown_ours, beside, f"> {theirs.runs[-1].wall:.0f} s", ratio, target, "at least")
        return Line(what, shown_ours, beside, shown_theirs, note=problem)
    mine, other = ours.median(of), theirs.median(of)
    ratio = other / mine if inverse else mine / other
    return Line(what, shown_ours, beside, shown_theirs, ratio, target, note)


def _bound(ours: Measured, theirs: Measured) -> float | None:
    """How many times of ours a tool takes at least that was ended for taking too long."""
    if ours.problem or not theirs.problem.startswith("not done"):
        return None
    return theirs.runs[-1].wall / ours.median("wall")


def shown(measured: Measured, of: str = "wall") -> str:
    """A median with its unit; times also with the processor time."""
    if measured.problem:
        return "—"
    if of == "peak":
        return f"{measured.median('peak') / 1024:.0f} MiB"
    return f"{seconds(measured.median('wall'))} ({seconds(measured.median('cpu'))} CPU)"


def seconds(value: float) -> str:
    """A time with three digits that mean something."""
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s" if value < 100 else f"{value:.0f} s"


def table(lines: Iterable[Line]) -> str:
    """A Markdown table."""
    rows = [
        "| what | asyncdb-lint | beside | takes | ratio | target | |",
        "|---|--:|---|--:|--:|--:|---|",
    ]
    for line in lines:
        ratio = "—" if line.ratio is None else f"{line.ratio:.2f}x"
        target = "—" if line.target is None else str(line.target)
        rows.append(
            f"| {line.what} | {line.ours} | {line.beside} | {line.theirs} | {ratio} | {target} | {line.verdict} |"
        )
    return "\n".join(rows)
