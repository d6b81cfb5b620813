"""Whatever the source looks like: a fix changes what it names, nothing else, and once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import libcst as cst
import libcst.matchers as m
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from asyncdb_lint.decoding import UnparsableFile
from asyncdb_lint.diagnostics import Diagnostic, Fix, Severity
from asyncdb_lint.fixes import (
    AddImport,
    Change,
    FixPlan,
    InsertAfter,
    InsertBefore,
    PlanRefused,
    Remove,
    Replace,
    apply_edits,
    fix_to_fixed_point,
    resolve,
)
from asyncdb_lint.nodes import comments_in, in_order
from asyncdb_lint.parsing import ParsedModule, parse

from .sources import sources

PATH = Path("module.py")
QUERY = m.Call(func=m.Attribute(attr=m.Name("fetch_one")))
CONNECT = m.Expr(value=m.Call(func=m.Attribute(attr=m.Name("connect"))))
GENEROUS = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
TOKENS = re.compile(r"#[^\r\n]*|\w+|[^\w\s]|\r\n|\n")


def parsed(source: str) -> ParsedModule:
    try:
        cst.parse_module(source)
    except (cst.ParserSyntaxError, cst.CSTValidationError, TypeError):
        # LibCST's own checks stumble over `return(a if b else c)`: what they refuse cannot be made anew.
        assume(False)
    try:
        return parse(PATH, source.encode())
    except UnparsableFile:
        assume(False)
        raise


def matching(tree: cst.Module, matcher: m.BaseMatcherNode) -> list[cst.CSTNode]:
    """What `m.findall` finds; that makes every node anew."""
    return [node for node in in_order(tree) if m.matches(node, matcher)]


def unawaited(tree: cst.Module) -> list[cst.Call]:
    awaited = {id(node.expression) for node in matching(tree, m.Await()) if isinstance(node, cst.Await)}
    return [node for node in matching(tree, QUERY) if isinstance(node, cst.Call) and id(node) not in awaited]


def comments(text: str) -> Counter[str]:
    return Counter(node.value for node in comments_in(cst.parse_module(text)))


def result_of(module: ParsedModule, fix: Fix) -> str:
    for edit in fix.edits:
        assert module.text_of(edit.range) != edit.content
    text = apply_edits(module.text, fix.edits)
    cst.parse_module(text)
    assert ("\r\n" in text) <= ("\r\n" in module.text)
    if "\r\n" in module.text:
        assert not re.search(r"(?<!\r)\n", text)
    return text


@GENEROUS
@given(sources())
def test_awaiting_every_query_adds_awaits_and_parentheses_only(source: str) -> None:
    module = parsed(source)
    calls = unawaited(module.tree)
    assume(calls)
    fix = resolve(FixPlan.safe("Add `await`", *(Replace(module, call, cst.Await(call)) for call in calls)))
    text = result_of(module, fix)
    assert not unawaited(cst.parse_module(text))
    before, after = Counter(TOKENS.findall(source)), Counter(TOKENS.findall(text))
    assert not before - after
    assert set(after - before) <= {"await", "(", ")"}


@GENEROUS
@given(sources())
def test_each_query_awaited_by_a_fix_of_its_own_comes_to_the_same(source: str) -> None:
    def lint(texts: Mapping[Path, str]) -> Sequence[Diagnostic]:
        module = parse(PATH, texts[PATH].encode())
        return [_finding(module, call) for call in unawaited(module.tree)]

    module = parsed(source)
    calls = unawaited(module.tree)
    assume(calls)
    together = resolve(FixPlan.safe("", *(Replace(module, call, cst.Await(call)) for call in calls)))
    outcome = fix_to_fixed_point(lint, {PATH: source}, unsafe=False)
    assert not outcome.skipped
    assert not outcome.remaining
    assert outcome.sources[PATH] == apply_edits(source, together.edits)
    assert not fix_to_fixed_point(lint, outcome.sources, unsafe=False).applied


def _finding(module: ParsedModule, call: cst.Call) -> Diagnostic:
    fix = resolve(FixPlan.safe("Add `await`", Replace(module, call, cst.Await(call))))
    return Diagnostic("T1", "test", "lost", Severity.ERROR, PATH, module.range_of(call), fix=fix)


@GENEROUS
@given(sources(), st.randoms(use_true_random=False))
def test_removed_statements_leave_their_comments_and_everything_else(source: str, random: object) -> None:
    module = parsed(source)
    found = [node for node in matching(module.tree, CONNECT) if isinstance(node, cst.Expr)]
    assume(found)
    text = result_of(module, resolve(FixPlan.safe("", *(Remove(module, node) for node in found))))
    assert not matching(cst.parse_module(text), CONNECT)
    assert comments(text) == comments(source)
    rest = Counter(re.findall(r"\w+", text)) - Counter(re.findall(r"\w+", source))
    assert set(rest) <= {"pass"}


@GENEROUS
@given(sources(), st.data())
def test_statements_are_wrapped_and_inserted_with_all_around_kept(source: str, data: st.DataObject) -> None:
    module = parsed(source)
    lines = [node for node in statements(module.tree) if data.draw(st.booleans())]
    assume(lines)
    changes: list[Change] = []
    for node in lines:
        new = cst.parse_statement("added = 1\n")
        kind = data.draw(st.sampled_from(["before", "after", "wrap", "list"]))
        if kind == "before":
            changes.append(InsertBefore(module, node, [new]))
        elif kind == "after":
            changes.append(InsertAfter(module, node, [new]))
        elif kind == "wrap":
            guard = cst.parse_statement("try:\n    pass\nexcept added:\n    raise\n")
            assert isinstance(guard, cst.Try)
            changes.append(Replace(module, node, guard.with_changes(body=cst.IndentedBlock([node]))))
        else:
            changes.append(Replace(module, node, [new, node]))
    text = result_of(module, resolve(FixPlan.safe("", *changes)))
    assert comments(text) == comments(source)
    assert text.count("added") == len(changes)
    assert (
        [line.strip() for line in source.splitlines() if line.strip()]
        == [
            line.strip()
            for line in text.splitlines()
            if line.strip() and not re.fullmatch(r"\s*(?:added = 1|try:|except added:|raise)", line)
        ]
        or "try:" in source
        or "raise" in source
    )


def statements(tree: cst.CSTNode) -> Iterator[cst.SimpleStatementLine]:
    for node in matching(tree, m.SimpleStatementLine()):
        if isinstance(node, cst.SimpleStatementLine):
            yield node


@GENEROUS
@given(
    sources(), st.sampled_from([("os", None), ("app", "a"), ("app", "z"), (".b", "c"), ("asyncpg", None), ("a.b", "C")])
)
def test_an_import_is_added_once_and_above_its_use(source: str, wanted: tuple[str, str | None]) -> None:
    module = parsed(source)
    fix = resolved(module, wanted)
    if fix is None:
        return
    text = result_of(module, fix)
    assert comments(text) == comments(source)
    assert resolved(parse(PATH, text.encode()), wanted) is None
    assert module.offset_of(fix.edits[0].range.start) > source.find("from __future__")


def resolved(module: ParsedModule, wanted: tuple[str, str | None]) -> Fix | None:
    """The fix that adds an import; None where it is there or its name is taken."""
    try:
        return resolve(FixPlan.safe("", AddImport(module, *wanted)))
    except PlanRefused as refusal:
        if "changes nothing" in str(refusal) or "already means" in str(refusal):
            return None
        raise
