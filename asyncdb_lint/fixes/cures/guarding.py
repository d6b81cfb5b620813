"""Cures an unguarded write: a `try` around the handler's writes that answers the driver's integrity error with 409."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import libcst as cst

from ...semantics.decorating import is_route_decorator
from ...semantics.terms import Result, last_name
from ...semantics.values import ExternalValue, FunctionValue
from .. import blocks
from ..blocks import Statement
from ..changes import AddImport, Change, FixPlan, Replace
from ..import_lines import module_of
from .editing import free_name, parents_in

if TYPE_CHECKING:
    from ...parsing import ParsedModule
    from ...semantics.backend import Backend
    from ...semantics.facts import ProjectFacts, UnguardedWrite
    from ...semantics.records import FunctionRecord

_ERROR_NAMES = ("error", "conflict", "integrity_error", "unique_violation", "_error")
_HTTP_ERRORS = {"fastapi", "fastapi.exceptions", "starlette.exceptions"}

_Path = list[tuple[cst.IndentedBlock, int]]
"""Where a node stands: the blocks around it from the outside in, and the statement of each that leads to it."""


def guard_writes(write: UnguardedWrite, project: ProjectFacts) -> FixPlan | None:
    """One `try` from a handler's first write to its last; None outside of handlers, or with an unknown driver."""
    handler = write.call.function
    node = handler.node
    if not isinstance(node, cst.FunctionDef) or not isinstance(node.body, cst.IndentedBlock):
        return None
    if not _answers_http(handler, project):
        return None
    writes = project.writes.exposing_calls(handler)
    backends = {project.backends.of(call) for call in [write.call, *write.others]}
    backend = backends.pop() if len(backends) == 1 else None
    if backend is None or not writes:
        return None
    if backend.package.partition(".")[0] in {*handler.bindings, *(parameter.name for parameter in handler.parameters)}:
        return None
    module = handler.module.parsed
    imported, raised = _http_exception(module)
    clause = _clause(backend, raised, free_name(node, *_ERROR_NAMES))
    changes = _guarded(module, node, [call.node for call in writes], clause, _dead_clauses(handler, project))
    if not changes:
        return None
    error = backend.integrity_error.rpartition(".")[2]
    return FixPlan.unsafe(
        f"Answer `{error}` with 409", *changes, AddImport(module, backend.package), *([imported] if imported else [])
    )


def _answers_http(handler: FunctionRecord, project: ProjectFacts) -> bool:
    """Whether a function is a FastAPI path operation: what it raises becomes the response."""
    for decorator in handler.decorators:
        if not isinstance(decorator, Result) or not is_route_decorator(decorator):
            continue
        if last_name(decorator.call.callee) in ("websocket", "websocket_route"):
            return False
        if any(isinstance(value, FunctionValue) for value in project.resolver.resolve(decorator.call.callee)):
            return True
        # A router of the project's own making: what its module imports tells the framework.
        return any(source == "fastapi" for source, _ in _imports(handler.module.parsed))
    return False


def _dead_clauses(handler: FunctionRecord, project: ProjectFacts) -> list[cst.CSTNode]:
    """Clauses for SQLAlchemy's IntegrityError, which a driver's own error never is: their answer is the one to keep."""
    return [
        clause.node
        for context in handler.tries
        for clause in context.clauses
        if len(clause.types) == 1
        for value in project.resolver.resolve(clause.types[0])
        if isinstance(value, ExternalValue)
        and value.dotted.startswith("sqlalchemy.")
        and value.dotted.endswith(".IntegrityError")
    ]


def _imports(module: ParsedModule) -> Iterator[tuple[str, cst.ImportAlias]]:
    """The modules and names that the top level of a module imports; of `import a.b`, `a`."""
    for statement in module.tree.body:
        for small in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
            if isinstance(small, cst.ImportFrom) and not isinstance(small.names, cst.ImportStar):
                yield from ((module_of(small), alias) for alias in small.names)
            elif isinstance(small, cst.Import):
                yield from ((alias.evaluated_name.partition(".")[0], alias) for alias in small.names)


def _http_exception(module: ParsedModule) -> tuple[AddImport | None, cst.BaseExpression]:
    """How a module writes HTTPException, and the import that takes, if it is not there."""
    whole: str | None = None
    takes_names = False
    for source, alias in _imports(module):
        if source in _HTTP_ERRORS and alias.evaluated_name == "HTTPException":
            return None, cst.Name(alias.evaluated_alias or "HTTPException")
        if source == "fastapi" and alias.evaluated_name == "fastapi":
            whole = alias.evaluated_alias or "fastapi"
        elif source == "fastapi":
            takes_names = True
    if whole is not None and not takes_names:
        return None, cst.Attribute(cst.Name(whole), cst.Name("HTTPException"))
    return AddImport(module, "fastapi", "HTTPException"), cst.Name("HTTPException")


def _clause(backend: Backend, raised: cst.BaseExpression, name: str) -> cst.ExceptHandler:
    status = cst.Arg(
        cst.Integer("409"),
        keyword=cst.Name("status_code"),
        equal=cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace("")),
    )
    answer = cst.Raise(cst.Call(raised, [status]), cst.From(cst.Name(name)))
    return cst.ExceptHandler(
        type=cst.parse_expression(backend.integrity_error),
        name=cst.AsName(cst.Name(name)),
        body=cst.IndentedBlock([cst.SimpleStatementLine([answer])]),
    )


def _guarded(
    module: ParsedModule,
    function: cst.FunctionDef,
    writes: Sequence[cst.CSTNode],
    clause: cst.ExceptHandler,
    dead: Sequence[cst.CSTNode],
) -> list[Change]:
    parents = parents_in(function)
    paths = [_path(node, parents) for node in writes]
    level = _innermost_shared(paths, parents)
    if level < 0:
        return []
    block = paths[0][level][0]
    numbers = [path[level][1] for path in paths]
    first, last = min(numbers), max(numbers)
    around = parents.get(id(block))
    if isinstance(around, cst.Try) and around.body is block:
        for handler in around.handlers:
            if handler.type is not None and clause.type is not None and handler in dead:
                return [Replace(module, handler.type, clause.type)]
        return [Replace(module, around, around.with_changes(handlers=[*around.handlers, clause]))]
    statements: list[Statement] = list(block.body)  # type: ignore[arg-type]
    blanks, comments = blocks.split_blanks(blocks.leading_lines(statements[first]))
    inner = [blocks.with_leading(statements[first], comments), *statements[first + 1 : last + 1]]
    guarded = cst.Try(leading_lines=blanks, body=cst.IndentedBlock(inner), handlers=[clause])
    return [Replace(module, block, block.with_changes(body=[*statements[:first], guarded, *statements[last + 1 :]]))]


def _path(node: cst.CSTNode, parents: dict[int, cst.CSTNode]) -> _Path:
    path: _Path = []
    above = parents.get(id(node))
    while above is not None:
        if isinstance(above, cst.IndentedBlock):
            number = next(i for i, statement in enumerate(above.body) if statement is node)
            path.insert(0, (above, number))
        node, above = above, parents.get(id(above))
    return path


def _innermost_shared(paths: Sequence[_Path], parents: dict[int, cst.CSTNode]) -> int:
    """How deep the `try` goes: into the innermost block with all writes, but never into an `async with`.

    A transaction has to see the error first, so that it rolls back before the error is answered.
    """
    level = -1
    for number, places in enumerate(zip(*paths, strict=False)):
        block = places[0][0]
        if any(place[0] is not block for place in places):
            break
        around = parents.get(id(block))
        if isinstance(around, cst.With) and around.asynchronous is not None:
            break
        level = number
    return level
