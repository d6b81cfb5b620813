"""ADB401 interpolated-sql: a value from outside becomes SQL text."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes import cures
from ..lazy import cst
from ..semantics.sql import Place, Quoting
from .rule import Finding, Mention, Rule, Weakness

if TYPE_CHECKING:
    from ..semantics.facts import Interpolation, ModuleFacts, OpenHole


class InterpolatedSql(Rule):
    """A value from outside reaches SQL as text."""

    code, name = "ADB401", "interpolated-sql"
    severity, since = Severity.ERROR, "0.1.0"
    fix_availability = "unsafe"
    weakness = Weakness(8.8, cwe=(89,))

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each text, at its first open hole."""
        for text in module.interpolations:
            first = text.holes[0]
            source, others = text.source_of(first), _others(text)
            is_warning = not text.is_open or all(hole.place.place.is_name for hole in text.holes)
            yield Finding(
                first.gap.node,
                f"`{source}` comes from outside and becomes part of the SQL text{others}: "
                "whoever sends it can run SQL of their own"
                if text.is_open
                else f"`{source}` becomes part of the SQL text{others}, and nothing here checks that it is a number: "
                "the first caller that passes text lets whoever sends it run SQL of their own",
                help=_advice(text),
                fix=partial(cures.binding.bind_values, text, module.project),
                mentions=_mentions(text),
                severity=Severity.WARNING if is_warning else None,
            )


def _others(text: Interpolation) -> str:
    names = [text.source_of(hole) for hole in text.holes[1:]]
    different = list(dict.fromkeys(name for name in names if name != text.source_of(text.holes[0])))
    return (
        f", as do {', '.join(f'`{name}`' for name in different)}"
        if len(different) > 1
        else f", as does `{different[0]}`"
        if different
        else ""
    )


def _advice(text: Interpolation) -> str:
    """What to write instead, in the user's own names."""
    hole = text.holes[0]
    source, place = text.source_of(hole), hole.place
    name = cures.binding.parameter_name(hole.gap.node)
    values = f'`values={{"{name}": {source}}}`'
    if text.style and not place.place.is_name and place.place is not Place.KEYWORD:
        return _advice_in_style(text)
    match place.place:
        case Place.ORDER_BY:
            return f"bound, it would sort by a constant: {_lookup(name, source)}"
        case Place.COLUMN | Place.TABLE | Place.IDENTIFIER:
            return f"a bind parameter is a value, never a name: {_lookup(name, source)}"
        case Place.KEYWORD:
            return f'a keyword cannot be bound: choose between literal texts, `"DESC" if {source} == "desc" else "ASC"`'
        case Place.IN_LIST:
            expanding = (
                f'`text("... IN :{name}").bindparams(bindparam("{name}", value={_listed(hole)}, expanding=True))`'
            )
            return f"IN takes a list, a bind parameter is one value: write {expanding}"
        case Place.INTERVAL:
            unit = _UNITS.get(place.suffix.strip().lower().rstrip("s"), "days")
            return f"INTERVAL takes a literal: write `make_interval({unit} => :{name})` and pass {values} with an int"
        case Place.CAST | Place.ARGUMENT | Place.EXPRESSION:
            return f"write `CAST(:{name} AS ...)` with the type that is meant, and pass {values}"
        case Place.FRAGMENT:
            return (
                f"put `{source}` together from literal texts with `:name` in them, and pass their values in `values=`"
            )
        case Place.COMMENT | Place.PLACEHOLDER | Place.UNKNOWN:
            return f"leave `{source}` out of the text, or bind it: `:{name}` and {values}"
    if text.is_wrapped:
        return f'bind it: `text("... :{name} ...").bindparams({name}={source})`, without quotes around `:{name}`'
    if place.place is Place.PATTERN and not place.shares_token:
        pattern = f'`values={{"{name}": f"{place.prefix}{{{source}}}{place.suffix}"}}`'
        return f"bind the whole pattern: write `LIKE :{name}`, without quotes, and pass {pattern}"
    quotes = "" if place.quoting is Quoting.BARE else ", without quotes,"
    advice = f"bind it: write `:{name}`{quotes} in the text and pass {values}"
    return f"{advice}; mind that {text.obstacle}" if text.obstacle else advice


def _advice_in_style(text: Interpolation) -> str:
    """How a driver other than `databases` takes the first value."""
    hole = text.holes[0]
    source, place = text.source_of(hole), hole.place
    name = cures.binding.parameter_name(hole.gap.node)
    mark, values = {
        "binds_by_number": ("$1", "{} as an argument after it"),
        "binds_by_percent": ("%s", "({},) as the values"),
        "binds_by_question_mark": ("?", "({},) as the values"),
    }.get(text.style, (f":{name}", f'{{{{"{name}": {{}}}}}} as the values'))
    if place.place is Place.IN_LIST:
        if text.style == "binds_by_number":
            return f"write `= ANY($1)` in the text and pass the list `{_listed(hole)}` as an argument after it"
        if text.style == "binds_in_text":
            return (
                f'write `text("... IN :{name}").bindparams(bindparam("{name}", value={_listed(hole)}, expanding=True))`'
            )
        return f"write one `{mark}` for each value in the text, and pass the list `{_listed(hole)}` as the values"
    if place.place is Place.PATTERN and not place.shares_token:
        source = f'f"{place.prefix}{{{source}}}{place.suffix}"'
    quotes = "" if place.quoting is Quoting.BARE else ", without quotes,"
    value, _, how = values.format(source).partition(" as ")
    return f"bind it: write `{mark}`{quotes} in the text and pass `{value}` as {how}"


_UNITS = {
    "day": "days", "hour": "hours", "minute": "mins", "min": "mins", "second": "secs", "sec": "secs", "week": "weeks",
    "month": "months", "year": "years",
}  # fmt: skip


def _lookup(name: str, source: str) -> str:
    table = f"{name.upper()}S"
    return f'keep what you allow in a dict, `{table} = {{"name": "name"}}`, and write `{{{table}[{source}]}}`'


def _listed(hole: OpenHole) -> str:
    """The list that `",".join(ids)` joins."""
    node = hole.gap.node
    joined = isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value == "join"
    inner = node.args[0].value if joined and isinstance(node, cst.Call) and node.args else node
    return cst.Module([]).code_for_node(inner)


def _mentions(text: Interpolation) -> list[Mention]:
    sink = text.sink
    if text.stands_in(sink.node):
        return []
    return [Mention(sink.module.parsed, sink.node, "run here")]
