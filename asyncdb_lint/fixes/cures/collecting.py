"""Cures a loop over a query that is still running: fetches its rows before the loop starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from ..changes import FixPlan, Replace

if TYPE_CHECKING:
    from ...semantics.facts import ProjectFacts
    from ...semantics.streams import Stream


def fetch_first(stream: Stream, project: ProjectFacts) -> FixPlan | None:
    """`async for row in pool.iterate(q)` becomes `for row in await pool.fetch_all(q)`; all rows are in memory then."""
    loop, query = stream.loop.node, stream.query.node
    method = project.queries.sibling(stream.query, "gives_rows")
    if not stream.is_direct or method is None or not isinstance(loop, cst.For):
        return None
    if not isinstance(query.func, cst.Attribute):
        return None
    fetched = query.with_changes(func=query.func.with_changes(attr=cst.Name(method)))
    plain = loop.with_changes(asynchronous=None, iter=cst.Await(fetched))
    return FixPlan.unsafe(
        f"Fetch all rows before the loop with `{method}`", Replace(stream.function.module.parsed, loop, plain)
    )
