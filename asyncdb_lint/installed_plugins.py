"""Rules that other packages bring, found by their metadata and loaded only when settings name them.

A setting holds nothing but a name, and a name leads only to a package that is installed beside the linter. The folder
that the linter is run in is no place to look: it belongs to what is linted.
"""

from __future__ import annotations

import functools
import inspect
import os
import re
import sys
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from asyncdb_lint.pages import Page
from asyncdb_lint.problems import MendableError

if TYPE_CHECKING:
    from importlib import metadata

    from asyncdb_lint.rules import Rule, Weakness

GROUP = "asyncdb_lint.rules"
PREFIX = re.compile(r"[A-Z]{2,16}")
_CODE = re.compile(r"([A-Z]{2,16})(\d{0,3})")
_OUR_PREFIX = "ADB"
_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+")


class PluginError(MendableError):
    """A plugin that cannot be used; the message is one line."""


@functools.cache
def installed_plugins() -> Mapping[str, tuple[metadata.EntryPoint, ...]]:
    """What installed packages offer, by the prefix of the rules' codes; nothing is imported."""
    # It takes as long to import as half of our own modules, and most settings name no plugins.
    from importlib import metadata

    here = os.path.realpath(os.curdir)
    places = [place for place in sys.path if place and os.path.realpath(place) != here]
    found: dict[str, dict[str, metadata.EntryPoint]] = {}
    for distribution in metadata.distributions(path=places):
        for entry in distribution.entry_points.select(group=GROUP):
            # The same package may lie at two places of the path: the first counts, as for imports.
            found.setdefault(entry.name, {}).setdefault(distribution.metadata["Name"], entry)
    return MappingProxyType({name: tuple(entries.values()) for name, entries in sorted(found.items())})


def is_plugin_code(code: str, *, whole: bool = False) -> bool:
    """Whether a code, or the start of one unless the `whole` is wanted, is that of an installed plugin's rules."""
    found = _CODE.fullmatch(code)
    return found is not None and (len(found[2]) == 3 or not whole) and found[1] in installed_plugins()


def check_plugin(name: str) -> str | None:
    """What is wrong with the name of a plugin, if anything is."""
    if name == _OUR_PREFIX:
        return f"`{name}` is the prefix of the linter's own rules"
    entries = installed_plugins().get(name, ())
    if len(entries) == 1 and PREFIX.fullmatch(name):
        return None
    if len(entries) > 1:
        return f"several installed packages offer rules as `{name}`; uninstall all but one"
    known = ", ".join(f"`{other}`" for other in installed_plugins() if PREFIX.fullmatch(other))
    return f"no installed package offers rules as `{name}`; install it into the environment of asyncdb-lint" + (
        f" (there are {known})" if known else ""
    )


def plugin_rules(names: Iterable[str]) -> tuple[Rule, ...]:
    """The rules of plugins, in the order of their codes; raises `PluginError`."""
    found = [rule for name in dict.fromkeys(names) for rule in _load(name)]
    return tuple(sorted(found, key=lambda rule: rule.code))


def plugin_page(code: str) -> Page:
    """The page of a plugin's rule, made of what it says about itself; raises KeyError for a code that none has."""
    prefix = code.rstrip("0123456789")
    if prefix not in installed_plugins():
        raise KeyError(code)
    rules = {rule.code: rule for rule in plugin_rules([prefix])}
    return Page(code, rules[code].name, _page_text(rules[code], prefix))


def _page_text(rule: Rule, prefix: str) -> str:
    (entry,) = installed_plugins()[prefix]
    package = f"`{entry.dist.name}` {entry.dist.version}" if entry.dist else f"`{entry.value}`"
    severity = "Information" if rule.severity.value == "info" else rule.severity.value.capitalize()
    facts = [
        severity,
        f"{'no' if rule.fix_availability == 'none' else rule.fix_availability} fix",
        f"since {getattr(rule, 'since', 'its first version')}",
        *_weakness(rule.weakness),
        *([] if rule.default else ["off by default"]),
    ]
    options = [f"`{option.name}` ({option.default}): {option.text}" for option in rule.options]
    parts = [
        f"# {rule.name} ({rule.code})",
        " · ".join(facts),
        "## What it does",
        inspect.cleandoc(type(rule).__doc__ or "Its authors do not say."),
        *(["## Options", *options] if options else []),
        "## References",
        f"A rule of the plugin `{prefix}`, which comes with {package}.",
    ]
    return "\n\n".join(parts) + "\n"


def _weakness(weakness: Weakness | None) -> Iterable[str]:
    if weakness is not None:
        yield ", ".join(f"CWE-{number}" for number in weakness.cwe)
        yield f"security severity {weakness.severity}"


@functools.cache
def _load(name: str) -> tuple[Rule, ...]:
    from asyncdb_lint.rules import Rule, all_rules

    problem = check_plugin(name)
    if problem is not None:
        raise PluginError(f"plugins: {problem}")
    (entry,) = installed_plugins()[name]
    origin = f"plugin `{name}` ({entry.value})"
    try:
        offered = tuple(entry.load())
    except Exception as error:
        raise PluginError(f"{origin} cannot be loaded: {type(error).__name__}: {error}") from error
    known = {rule.name for rule in all_rules()}
    codes: set[str] = set()
    for rule in offered:
        if not (isinstance(rule, type) and issubclass(rule, Rule)):
            raise PluginError(f"{origin} offers {rule!r}, which is no subclass of `asyncdb_lint.plugins.Rule`")
        problem = _problem(rule, name, known, codes)
        if problem is not None:
            raise PluginError(f"{origin}: `{rule.__name__}` {problem}")
        known.add(rule.name)
        codes.add(rule.code)
    return tuple(rule() for rule in offered)


def _problem(rule: type[Rule], prefix: str, known: set[str], codes: set[str]) -> str | None:
    from asyncdb_lint.diagnostics import Severity

    missing = [name for name in ("code", "name", "severity") if not hasattr(rule, name)]
    if missing:
        return f"lacks `{missing[0]}`"
    if not re.fullmatch(rf"{prefix}\d{{3}}", rule.code):
        return f"has the code `{rule.code}`; a code is {prefix} and three digits"
    if rule.code in codes:
        return f"has the code `{rule.code}`, as another rule has"
    if not _NAME.fullmatch(rule.name):
        return f"has the name `{rule.name}`; a name is of small letters with hyphens between"
    if rule.name in known:
        return f"has the name `{rule.name}`, as another rule has"
    if rule.severity not in tuple(Severity):
        return "has a severity that is no `Severity`"
    return None
