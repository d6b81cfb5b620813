"""ADB402 bind-mismatch: values that are not those the text of a query asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes import cures
from ..semantics.bind_mismatches import MismatchKind
from ..semantics.sql import Place
from .placeholder_style import named_values
from .rule import Finding, Rule

if TYPE_CHECKING:
    from ..semantics.backend import Backend
    from ..semantics.facts import BindMismatch as Mismatch
    from ..semantics.facts import ModuleFacts, ProjectFacts


class BindMismatch(Rule):
    """Values that are not those the text of a query asks for."""

    code, name = "ADB402", "bind-mismatch"
    severity, since = Severity.ERROR, "0.1.0"
    fix_availability = "safe or unsafe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each query."""
        for found in module.bind_mismatches:
            message, advice = _words(found, module.project)
            yield Finding(found.node, message, help=advice, fix=partial(cures.naming.mend_names, found, module.project))


def _words(found: Mismatch, project: ProjectFacts) -> tuple[str, str]:
    call = found.query.source
    match found.kind:
        case MismatchKind.LIST_FOR_ONE if found.has_list_of_dicts:
            return (
                f"`{call}` runs one statement with one dict of values and is given a list: every call raises TypeError",
                f"write `{_beside(call, 'execute_many')}` to run it once for each dict",
            )
        case MismatchKind.LIST_FOR_ONE:
            return (
                f"`{call}` takes its values as a dict by name and is given a list: every call raises TypeError",
                named_values(found.query, "in the text"),
            )
        case MismatchKind.ONE_FOR_MANY:
            return (
                f"`{call}` takes a list of dicts, one for each run, and is given one dict: every call raises TypeError",
                f"write `{_beside(call, 'execute')}`, or put the dict into a list",
            )
        case MismatchKind.NO_MAPPING:
            return (
                f"the values of `{call}` are no dict: every call raises TypeError",
                f"pass a dict: `{found.query.values_source}.model_dump()`",
            )
        case MismatchKind.NO_NAME:
            key = "this key" if found.garbled is not None else "a key of these values"
            return (
                f"{key} can be no name, so `{call}` has no bind parameter for it: such a call raises ArgumentError",
                'write bare names as keys, and add what is not always there by itself: `values["name"] = ...`',
            )
        case MismatchKind.RESERVED:
            return (
                "`:self` cannot be bound, since it becomes a keyword argument of a method: every call raises TypeError",
                "write another name in the text and in the values, `:own` for `:self`",
            )
        case MismatchKind.NAMES:
            return _names(found, project)


def _names(found: Mismatch, project: ProjectFacts) -> tuple[str, str]:
    missing, extra = [f":{bound.mark.name}" for bound in found.missing], found.extra
    too_many = f"no bind parameter{'s' if len(extra) > 1 else ''}"
    if not missing:
        message = f"{_listed(extra)} {_have(extra)} a value, and the query has {too_many} of that name"
        advice = (
            f"leave {_listed(extra)} out of the values, or write {_listed([f':{name}' for name in extra])} in the text"
        )
        return f"{message}: every call raises ArgumentError", advice
    meant = found.run_on(found.missing[0])
    if meant is not None:
        rest = found.missing[0].mark.name[len(meant) :]
        return (
            f"`{missing[0]}` has no value, since `:{meant}` and `{rest}` run into one another: the query fails",
            f"put a space between `:{meant}` and `{rest}`",
        )
    without = f"{_listed(missing)} {_have(missing)} no value"
    advice = f"pass {_listed([f'{chr(34)}{bound.mark.name}{chr(34)}: ...' for bound in found.missing])} in the values"
    if extra:
        renamed = cures.naming.renaming(found)
        message = f"{without}, and {_listed(extra)} {_have(extra)} {too_many}: every call raises ArgumentError"
        return message, f"call the value `{renamed}`" if renamed else advice
    backend = project.backends.of(found.query.sink)
    return f"{without}: {_consequence(found, backend)}", advice


def _beside(call: str, method: str) -> str:
    """Another method of the same object, as it is written here."""
    return f"{call.rpartition('.')[0]}.{method}" if "." in call else method


def _listed(names: Sequence[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def _have(names: Sequence[str]) -> str:
    return "has" if len(names) == 1 else "have"


def _consequence(found: Mismatch, backend: Backend | None) -> str:
    if backend is not None and not backend.binds_null:
        return "every call raises an error"
    effect = _effect_of_null(found)
    if backend is not None:
        return f"PostgreSQL binds NULL without an error, {effect}"
    return f"on PostgreSQL NULL is bound without an error, {effect}; other databases raise an error"


def _effect_of_null(found: Mismatch) -> str:
    """What a NULL does in the place of the first bind parameter, as far as its surroundings tell."""
    bound = found.missing[0]
    operand, verb = bound.operand.rpartition(".")[2], bound.verb
    statement = f"this {verb.upper()}" if verb in ("select", "update", "delete") else "the statement"
    match bound.place:
        case Place.VALUES:
            return "and the row is stored without it"
        case Place.ASSIGNMENT if operand:
            return f"and `{operand}` is emptied"
        case Place.ASSIGNMENT:
            return "and the column is emptied"
        case Place.LIMIT:
            return "and there is no limit" if bound.before == "LIMIT" else "and no row is skipped"
        case Place.COMPARISON if bound.before == "FROM":
            removes = {"delete": "removes", "update": "changes", "select": "finds"}.get(verb or "", "takes")
            return f"and {statement} {removes} every row that has `{operand}`" if operand else "and NULL is compared"
        case Place.COMPARISON | Place.PATTERN:
            return (
                f"which `{operand}` never equals"
                if operand and bound.before == "="
                else "and no comparison with it holds"
            )
        case _:
            return "and the query goes on with it"
