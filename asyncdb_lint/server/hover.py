"""What is shown under the pointer: the page of a rule, or what a driver's method is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import libcst as cst
from lsprotocol import types

from asyncdb_lint.diagnostics import Diagnostic, Position
from asyncdb_lint.linked import LinkedProject
from asyncdb_lint.pages import load_page, rule_names
from asyncdb_lint.semantics.calling import roles
from asyncdb_lint.semantics.records import CallRecord, FunctionRecord
from asyncdb_lint.server.documents import Document
from asyncdb_lint.session import Session
from asyncdb_lint.suppressions import Suppressions

_RULE = "\n\n---\n\n"


def of_findings(
    document: Document, findings: Iterable[Diagnostic], position: types.Position
) -> tuple[str, types.Range] | None:
    """The pages of the findings at a place."""
    here = document.positions.to_linter(position)
    found = [finding for finding in findings if finding.range.start <= here <= finding.range.end]
    if not found:
        return None
    pages = [load_page(code).text.strip() for code in dict.fromkeys(finding.code for finding in found)]
    return _RULE.join(pages), document.positions.range(min((finding.range for finding in found), key=_extent))


def of_suppression(document: Document, position: types.Position) -> tuple[str, types.Range] | None:
    """The page of the rule that an ignore comment names at a place."""
    offset = document.positions.offset(position)
    for suppression in Suppressions.of(document.path, document.text).all:
        for named in suppression.named:
            if named.code is None or named.code not in rule_names():
                # A comment must not load a plugin: only settings do.
                continue
            if named.start <= offset <= named.end:
                place = types.Range(document.positions.at(named.start), document.positions.at(named.end))
                return load_page(named.code).text.strip(), place
    return None


def of_path(session: Session, document: Document, position: types.Position) -> tuple[str, types.Range] | None:
    """What a driver's method is that is called at a place; to be asked where the session may be used."""
    linked = session.linked_with(document.path)
    return _of_call(linked, document, position) if linked is not None else None


def _of_call(linked: LinkedProject, document: Document, position: types.Position) -> tuple[str, types.Range] | None:
    module = linked.modules.get(document.path)
    if module is None or module.parsed.text != document.text.removeprefix("\ufeff"):
        return None
    here = document.positions.to_linter(position)
    best: tuple[CallRecord, FunctionRecord] | None = None
    for call in module.calls:
        name = call.node.func.attr if isinstance(call.node.func, cst.Attribute) else call.node.func
        place = module.parsed.range_of(name)
        if place.start <= here <= place.end:
            method = linked.facts.queries.driver_method(call)
            if method is not None:
                best = call, method
    if best is None:
        return None
    call, method = best
    name = call.node.func.attr if isinstance(call.node.func, cst.Attribute) else call.node.func
    return _described(method), document.positions.range(module.parsed.range_of(name))


def _described(method: FunctionRecord) -> str:
    stub = method.module.parsed
    node = method.node
    signature = method.qualname
    if isinstance(node, cst.FunctionDef):
        header = node.with_changes(decorators=(), body=cst.SimpleStatementSuite([cst.Expr(cst.Ellipsis())]))
        signature = stub.code_of(header.with_changes(leading_lines=(), lines_after_decorators=())).strip()
    library = stub.path.stem
    owner = f"`{method.owner.name}` of `{library}`" if method.owner is not None else f"`{library}`"
    kind = "A coroutine: without `await` nothing happens." if method.is_async else ""
    lines = [f"```python\n{signature}\n```", f"A method of {owner}. {kind}".strip()]
    about = [f"- {code} {name}: {load_page(code).summary}" for code, name in _rules_about(method)]
    if about:
        lines.append("Rules that speak about it:\n\n" + "\n".join(about))
    return "\n\n".join(lines)


def _rules_about(method: FunctionRecord) -> Iterator[tuple[str, str]]:
    """The rules whose summary names the method, and those of its role."""
    words = {f"`{method.name}`", f"`{method.name}(", f".{method.name}("}
    role = roles(method)
    for code, name in rule_names().items():
        page = load_page(code)
        opening = page.text.partition("## Example")[0]
        if any(word in opening for word in words) or ("query" in role and name in {"unawaited-query", "query-in-loop"}):
            yield code, name


def _extent(place: object) -> tuple[int, int]:
    start, end = getattr(place, "start", Position(1, 1)), getattr(place, "end", Position(1, 1))
    return end.line - start.line, end.column - start.column
