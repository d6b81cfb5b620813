"""Cures values that do not meet the bind parameters of their text: a misspelt key, a value that was left out."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import libcst as cst

from ...diagnostics import Applicability
from ...semantics.annotated import type_name
from ...semantics.bind_mismatches import MismatchKind, display_of, key_node
from ...semantics.records import UseKind
from ...semantics.terms import Mapping, last_name
from ..changes import FixPlan, Replace
from .moving import is_stored_before
from .passing import passing

if TYPE_CHECKING:
    from ...semantics.facts import BindMismatch, ProjectFacts

_LIKENESS = 0.75
_SCALARS = {
    "str",
    "int",
    "float",
    "bool",
    "bytes",
    "UUID",
    "datetime",
    "date",
    "time",
    "timedelta",
    "Decimal",
    "EmailStr",
}


def mend_names(found: BindMismatch, project: ProjectFacts) -> FixPlan | None:
    """The key as its bind parameter is called, or the local of the same name as its value."""
    if found.kind is not MismatchKind.NAMES:
        return None
    if renaming(found) is not None:
        return _renamed(found)
    return _passed(found, project) if not found.extra else None


def renaming(found: BindMismatch) -> str | None:
    """What a key must be called, where it is plain that it is misspelt."""
    if len(found.missing) != 1 or len(found.extra) != 1 or found.given is None:
        return None
    if found.run_on(found.missing[0]) is not None:
        return None
    name, key = found.missing[0].mark.name, found.extra[0]
    value = found.given.keys.get(key)
    if _alike(name, key) or (value is not None and last_name(value) == name):
        return name
    return None


def _alike(name: str, key: str) -> bool:
    plain, other = name.replace("_", "").lower(), key.replace("_", "").lower()
    if plain == other or difflib.SequenceMatcher(None, plain, other).ratio() >= _LIKENESS:
        return True
    short, long = sorted((name.lower(), key.lower()), key=len)
    return long.startswith(f"{short}_") or long.endswith(f"_{short}")


def _renamed(found: BindMismatch) -> FixPlan | None:
    given, site = found.given, found.query.site
    if given is None or not isinstance(given.source, Mapping):
        return None
    key = key_node(given, found.extra[0])
    module = site.module.parsed
    if (
        key is None
        or key.prefix
        or any(use.call is not site and use.kind is not UseKind.BOUND for use in given.source.uses)
    ):
        return None
    try:
        module.range_of(key)
    except LookupError:
        return None
    name = found.missing[0].mark.name
    return FixPlan.safe(
        f"Call the value `{name}`", Replace(module, key, cst.SimpleString(f"{key.quote}{name}{key.quote}"))
    )


def _passed(found: BindMismatch, project: ProjectFacts) -> FixPlan | None:
    query = found.query
    site = query.site
    given = passing(site, query.method) if site is query.sink and query.wrapping is None else None
    names = [bound.mark.name for bound in found.missing]
    if given is None or found.given is None:
        return None
    if given.values is not None and not isinstance(given.values.node, cst.Dict):
        return None
    certain = True
    for name in names:
        record = site.function.parameter(name)
        if record is None:
            if not is_stored_before(site, name):
                return None
            certain = False
        elif record.annotation is None or type_name(project.resolver, record.annotation) not in _SCALARS:
            certain = False
    display = display_of(found.given)
    keys = [element.key for element in display.elements if isinstance(element, cst.DictElement)] if display else []
    quote = next((key.quote for key in keys if isinstance(key, cst.SimpleString)), '"')
    call = given.with_values({name: name for name in names}, quote, {})
    listed = " and ".join(f"`{name}`" for name in names)
    applicability = Applicability.SAFE if certain else Applicability.UNSAFE
    return FixPlan(f"Pass {listed}", applicability, (Replace(site.module.parsed, site.node, call),))
