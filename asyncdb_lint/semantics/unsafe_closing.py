"""Context managers that close a pool behind their `yield`, and not where an error comes out of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..lazy import cst
from .lifecycle import Lifecycle
from .reach import Origin
from .records import CallRecord, FunctionRecord, ModuleRecord
from .terms import Attribute
from .values import FunctionValue


class UnsafeClosing(NamedTuple):
    """A context manager that closes its pool behind a `yield`, but not if an error comes out of it."""

    function: FunctionRecord
    closing: CallRecord
    yielded: cst.SimpleStatementLine


class UnsafeClosings:
    """Finds them in the modules of one project."""

    def __init__(self, lifecycle: Lifecycle) -> None:
        self.lifecycle = lifecycle
        self.resolver = lifecycle.resolver
        self.reach = lifecycle.reach
        self.makers = lifecycle.makers

    def of(self, module: ModuleRecord) -> Sequence[UnsafeClosing]:
        """Context managers of a module that skip closing their pool when an error comes out of their `yield`."""
        return [found for function in module.functions if (found := self._unsafe_closing(function)) is not None]

    def _unsafe_closing(self, function: FunctionRecord) -> UnsafeClosing | None:
        if not function.is_async or not function.is_generator:
            return None
        decorated = self.resolver.decorated(function)
        if not isinstance(decorated, FunctionValue) or decorated.form != "async_context":
            return None
        origins = self.reach.origins(function)
        # A server that is taken down has no use for its connections, a script ends with them, and a request that
        # connects is another finding.
        if origins <= {Origin.TEST, Origin.SCRIPT} or origins & {Origin.LIFECYCLE, Origin.HANDLER, Origin.DEPENDENCY}:
            return None
        node = function.node
        if len(function.yields_in) != 1 or function.yields_in[0] is not None or not isinstance(node, cst.FunctionDef):
            return None
        statements = [line for line in node.body.body if isinstance(line, cst.SimpleStatementLine)]
        yields = [line for line in statements if any(_is_yield(small) for small in line.body)]
        if len(yields) != 1:
            return None
        ranges = function.module.parsed.range_of
        at = ranges(yields[0]).start
        before = [call for call in function.calls if ranges(call.node).start < at]
        after = [call for call in function.calls if ranges(call.node).start > at]
        for construction in {made for call in after for made in self._receivers(call) if made is not None}:
            opens = [call for call in before if self.lifecycle.runs(call, construction, "opens")]
            closes = [call for call in after if self.lifecycle.runs(call, construction, "closes")]
            if opens and closes and closes[0].context is None:
                return UnsafeClosing(function, closes[0], yields[0])
        return None

    def _receivers(self, call: CallRecord) -> frozenset[CallRecord | None]:
        return self.makers.of(call.callee.base) if isinstance(call.callee, Attribute) else frozenset()


def _is_yield(small: cst.BaseSmallStatement) -> bool:
    match small:
        case cst.Expr(value=cst.Yield()):
            return True
        case _:
            return False
