"""ADB804 pool-options: options that the driver refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from .rule import Finding, Rule

if TYPE_CHECKING:
    from ..semantics.facts import Bounds, ModuleFacts, UnknownOption


class PoolOptions(Rule):
    """Options of a pool that its driver does not have, or that contradict each other."""

    code, name = "ADB804", "pool-options"
    severity, since = Severity.ERROR, "0.1.0"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each unknown option, and one for each pool whose sizes contradict each other."""
        for option in module.unknown_pool_options:
            effect = (
                "`connect()` raises a TypeError"
                if option.driver.has_pool
                else "SQLite has no pool, and every query raises a TypeError"
            )
            yield Finding(
                option.argument.node,
                f"`{option.argument.keyword}` is no option of `{option.driver.name}`: {effect}",
                help=_instead(option),
            )
        for bounds in module.contradictory_pools:
            yield Finding(
                bounds.call.node,
                f"{_contradiction(bounds)}: `connect()` raises a ValueError",
                help=_agreeing(bounds),
            )


def _instead(option: UnknownOption) -> str:
    if option.means is not None:
        value = option.call.module.parsed.code_of(option.argument.node)
        return f"write `{option.means}={value}`"
    return f"leave `{option.argument.keyword}` out"


def _contradiction(bounds: Bounds) -> str:
    if bounds.smallest_is_default:
        return f"`max_size={bounds.largest}` is below `min_size`, which is {bounds.smallest} unless given"
    if bounds.largest_is_default:
        return f"`min_size={bounds.smallest}` is above `max_size`, which is {bounds.largest} unless given"
    return f"`min_size={bounds.smallest}` is above `max_size={bounds.largest}`"


def _agreeing(bounds: Bounds) -> str:
    if bounds.smallest_is_default:
        return f"write `min_size=1, max_size={bounds.largest}`"
    if bounds.largest_is_default:
        return f"write `min_size={bounds.smallest}, max_size={bounds.smallest}`"
    return f"write `min_size={bounds.largest}, max_size={bounds.smallest}`"
