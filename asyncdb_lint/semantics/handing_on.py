"""Plain functions that hand a coroutine on to whoever calls them."""

from __future__ import annotations

from .records import CallRecord, UseKind
from .resolve import Resolver


def is_handed_on_elsewhere(resolver: Resolver, call: CallRecord) -> bool:
    """Whether another plain `def` returns what the same function of the project gives, and its callers await that.

    Then this is how the project uses the function, and a `def` that nobody calls yet is one more of the kind.
    """
    return any(
        later.kind is UseKind.AWAITED
        for made in resolver.targets_of(call)
        if not made.module.is_stub
        for other in resolver.callers(made)
        if other.function is not call.function and any(use.kind is UseKind.RETURNED for use in other.uses)
        for above in resolver.callers(other.function)
        for later in above.uses
    )
