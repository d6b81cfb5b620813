"""Pitfalls of blocks: asynchronous ones made plain, tasks inside a transaction, a guard removed, a pool per request."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ..mutation import Edit, Mutation
from ..sites import Project, Site, by_function
from ..source import Function, Source
from .shapes import argument, behind_name, is_handler


def plain_with(project: Project) -> Iterator[Mutation]:
    """`async with db.transaction()` and `async with db.connection()` become `with`."""
    receivers = _receivers(project)
    for source in project.sources.values():
        for block in source.nodes(cst.With):
            if block.asynchronous is None or len(block.items) != 1:
                continue
            entered = block.items[0].item
            if _opens_block(source, entered, receivers):
                yield _without_async("plain-with", "ADB104", source, block, block.asynchronous)


def plain_for(project: Project) -> Iterator[Mutation]:
    """`async for row in db.iterate(...)` becomes `for`."""
    iterated = {id(site.call) for site in project.query_sites if site.method == "iterate"}
    for source in project.sources.values():
        for loop in source.nodes(cst.For):
            if loop.asynchronous is not None and id(loop.iter) in iterated:
                yield _without_async("plain-for", "ADB103", source, loop, loop.asynchronous)


def tasks_in_transactions(project: Project) -> Iterator[Mutation]:
    """A query inside `async with db.transaction()` is handed to `asyncio.gather`, and runs outside it."""
    receivers = _receivers(project)
    for site in project.query_sites:
        source, awaited = site.source, site.source.awaited_by(site.call)
        if awaited is None or not _in_transaction(source, site.call, receivers):
            continue
        start, end = source.start(site.call), source.end(site.call)
        top = _first_import(source)
        edits = (Edit(top, top, "import asyncio\n"), Edit(start, start, "asyncio.gather("), Edit(end, end, ")"))
        yield _at(site, "gather-in-transaction", "ADB501", edits, span=end - start)


def removed_guards(project: Project) -> Iterator[Mutation]:
    """The only `try` around a write of a handler goes, in projects that guard nothing app-wide."""
    if _guards_everything(project):
        return
    for function, sites in by_function(project.query_sites).items():
        if function is None or not is_handler(function) or function.node.decorators[1:]:
            continue
        writes = [
            site for site in sites if _writes(site) and not project.is_harmless("removed-guard", site, site.method)
        ]
        guards = {id(guard): guard for site in writes for guard in _tries_around(site)}
        if len(guards) != 1 or not all(_tries_around(site) for site in writes):
            continue
        guard = next(iter(guards.values()))
        if not guard.handlers or guard.finalbody is not None:
            continue
        source = function.source
        opening = source.start(guard)
        first, last = guard.handlers[0], guard.handlers[-1]
        edits = [Edit(opening, opening + len("try"), "if True"), Edit(source.start(first), source.end(last))]
        if guard.orelse is not None:
            edits.append(Edit(source.start(guard.orelse), source.start(guard.orelse) + len("else"), "if True"))
        site = writes[0]
        yield _at(site, "removed-guard", "ADB301", tuple(edits), span=source.end(guard) - source.start(site.call))


def databases_in_handlers(project: Project) -> Iterator[Mutation]:
    """A handler that queries the shared database opens one of its own, under the same name."""
    for function, sites in by_function(project.query_sites).items():
        if function is None or not function.is_async or not is_handler(function):
            continue
        names = {site.receiver for site in sites if site.receiver.isidentifier()}
        body = function.node.body
        if len(names) != 1 or not isinstance(body, cst.IndentedBlock):
            continue
        name, first = names.pop(), body.body[0]
        source = function.source
        if isinstance(first, cst.SimpleStatementLine) and isinstance(first.body[0], cst.Expr) and len(body.body) > 1:
            value = first.body[0].value
            first = body.body[1] if isinstance(value, cst.BaseString) else first
        start = source.start(first)
        line_start = max(source.text.rfind("\n", 0, start), source.text.rfind("\r", 0, start)) + 1
        indent = source.text[line_start:start]
        if indent.strip():
            continue
        lines = [
            "from databases import Database as PerRequestDatabase",
            f'{name} = PerRequestDatabase("postgresql://localhost/app")',
            f"await {name}.connect()",
        ]
        text = "".join(f"{line}\n{indent}" for line in lines)
        into = len(lines[0]) + len(indent) + 1
        yield Mutation(
            "database-in-handler", "ADB201", source.path, (Edit(start, start, text),), start, function.key,
            source.line(function.node), source.line_text(source.line(function.node)), into=into,
        )  # fmt: skip


# -- what is asked of blocks -------------------------------------------------------------------------------------------


def _receivers(project: Project) -> set[tuple[Source, str]]:
    """What is known to be queried, as written, by module."""
    return {(site.source, site.receiver) for site in project.query_sites}


def _opens_block(source: Source, entered: cst.BaseExpression, receivers: set[tuple[Source, str]]) -> bool:
    if not isinstance(entered, cst.Call) or not isinstance(entered.func, cst.Attribute):
        return False
    receiver = " ".join(source.text_of(entered.func.value).split())
    return entered.func.attr.value in ("transaction", "connection") and (source, receiver) in receivers


def _in_transaction(source: Source, node: cst.CSTNode, receivers: set[tuple[Source, str]]) -> bool:
    for outer in source.above(node):
        if isinstance(outer, cst.FunctionDef | cst.Lambda):
            return False
        if isinstance(outer, cst.With) and outer.asynchronous is not None:
            item = outer.items[0].item
            if (
                isinstance(item, cst.Call)
                and isinstance(item.func, cst.Attribute)
                and _opens_block(source, item, receivers)
            ):
                return item.func.attr.value == "transaction"
    return False


def _first_import(source: Source) -> int:
    """Where an import may be put at the top of a module."""
    for statement in source.tree.body:
        if isinstance(statement, cst.SimpleStatementLine) and isinstance(
            statement.body[0], cst.Import | cst.ImportFrom
        ):
            module = statement.body[0].module if isinstance(statement.body[0], cst.ImportFrom) else None
            if not (isinstance(module, cst.Name) and module.value == "__future__"):
                return source.start(statement)
    return 0


def _tries_around(site: Site) -> list[cst.Try]:
    """The `try` statements whose body a call stands in, inside its function."""
    found: list[cst.Try] = []
    below: cst.CSTNode = site.call
    for outer in site.source.above(site.call):
        if isinstance(outer, cst.FunctionDef | cst.Lambda):
            break
        if isinstance(outer, cst.Try) and below is outer.body:
            found.append(outer)
        below = outer
    return found


def _writes(site: Site) -> bool:
    """Whether a query inserts values, as far as literal SQL or a Core expression shows."""
    query = behind_name(site, argument(site.call, 0, "query"))
    if isinstance(query, cst.SimpleString):
        text = str(query.evaluated_value).strip().lower()
        return text.startswith("insert") and "conflict" not in text and " ignore " not in text
    written = site.source.text_of(query) if query is not None else ""
    return ".insert(" in written or written.startswith("insert(")


def _guards_everything(project: Project) -> bool:
    words = (
        "exception_handler",
        "exception_handlers",
        '.middleware("http")',
        ".middleware('http')",
        "BaseHTTPMiddleware",
        "route_class",
    )
    return any(word in source.text for source in project.sources.values() for word in words)


def _without_async(kind: str, rule: str, source: Source, block: cst.With | cst.For, word: cst.Asynchronous) -> Mutation:
    start = source.start(block)
    gap = cst.Module([]).code_for_node(word.whitespace_after)
    function: Function | None = source.function_of(block)
    line = source.line(block)
    header = source.start(block.body) - start
    group = function.key if function else (source.path, 0)
    edits = (Edit(start, start + len("async") + len(gap)),)
    span = max(header - len("async "), 0)
    return Mutation(kind, rule, source.path, edits, start, group, line, source.line_text(line), span=span)


def _at(site: Site, kind: str, rule: str, edits: tuple[Edit, ...], *, span: int) -> Mutation:
    source = site.source
    line = source.line(site.call)
    group = site.function.key if site.function else (source.path, 0)
    return Mutation(
        kind, rule, source.path, edits, source.start(site.call), group, line, source.line_text(line), span=span
    )
