"""The rules, one module each, found by looking into this package."""

from __future__ import annotations

import functools
import importlib
import pkgutil

from .rule import Finding, Mention, Rule, RuleOption, Weakness

__all__ = ["Finding", "Mention", "Rule", "RuleOption", "Weakness", "all_rules"]


@functools.cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, in the order of the codes."""
    found: list[Rule] = []
    for module in pkgutil.iter_modules(__path__):
        members = vars(importlib.import_module(f"{__name__}.{module.name}")).values()
        found.extend(
            member()
            for member in members
            if isinstance(member, type) and issubclass(member, Rule) and "code" in vars(member)
        )
    return tuple(sorted(found, key=lambda rule: rule.code))
