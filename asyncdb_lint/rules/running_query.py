"""ADB206 query-inside-iterate and ADB207 abandoned-iterate: a connection that is busy with a query still running."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes import cures
from .rule import Finding, Mention, Rule

if TYPE_CHECKING:
    from ..semantics.facts import BlockedQuery, LeftStream, ModuleFacts, ProjectFacts
    from ..semantics.streams import Stream


class QueryInsideIterate(Rule):
    """A query in the body of a loop over `iterate()`, on the same connection."""

    code, name = "ADB206", "query-inside-iterate"
    severity, since = Severity.ERROR, "0.1.0"
    fix_availability = "unsafe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each loop, at the first query in its body."""
        seen: set[object] = set()
        for blocked in module.blocked_queries:
            stream = blocked.stream
            if stream.loop in seen:
                continue
            seen.add(stream.loop)
            yield Finding(
                blocked.call.node,
                f"{_waiting(blocked)} waits for the connection that `{stream.source}` holds until the loop ends: "
                "neither ever goes on, without an error or a timeout",
                help=f"write `{_fetched(stream, module.project)}`, which has all rows before the loop begins",
                fix=partial(cures.collecting.fetch_first, stream, module.project),
                mentions=_mentions(blocked),
            )


class AbandonedIterate(Rule):
    """A loop over `iterate()` is left early, and its task queries again."""

    code, name = "ADB207", "abandoned-iterate"
    severity, since = Severity.WARNING, "0.1.0"
    fix_availability = "unsafe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each loop, where it is left."""
        for left in module.left_streams:
            yield Finding(
                left.exit,
                f"the query of `{left.stream.source}` still runs when this leaves its loop, "
                f"so the next one on its connection fails on PostgreSQL with `another operation is in progress`",
                help=f"write `{_fetched(left.stream, module.project)}`, with a LIMIT in its query",
                fix=partial(cures.collecting.fetch_first, left.stream, module.project),
                mentions=[_next(left)],
            )


def _fetched(stream: Stream, project: ProjectFacts) -> str:
    """The loop over rows that are all there before it begins."""
    method = project.queries.sibling(stream.query, "gives_rows") or "fetch_all"
    return f"for {stream.row} in await {stream.receiver}.{method}(...)"


def _waiting(blocked: BlockedQuery) -> str:
    source = blocked.call.module.parsed.code_of(blocked.call.node.func)
    return f"`{source}(...)`" if blocked.call is blocked.query else f"the query behind `{source}(...)`"


def _mentions(blocked: BlockedQuery) -> list[Mention]:
    mentions = [Mention(blocked.stream.query.module.parsed, blocked.stream.query.node, "holds the connection")]
    if blocked.query is not blocked.call:
        mentions.append(Mention(blocked.query.module.parsed, blocked.query.node, "waits for it"))
    return mentions


def _next(left: LeftStream) -> Mention:
    return Mention(left.following.module.parsed, left.following.node, "the next query")
