"""Puts a module that has a finding into other surroundings: the same code as other people would have laid it out.

A layout keeps what the module does, so it keeps its findings; a nesting may change them. What is added is named
`noise`, so that it is known again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, TypeAlias

import libcst as cst
from hypothesis import strategies as st

from asyncdb_lint.fixes.imports import is_docstring

Change: TypeAlias = Callable[[cst.Module, Random], cst.Module]
Body: TypeAlias = Sequence[cst.BaseStatement]
Node: TypeAlias = Any

MODULE_NOISE = """\
type NoiseRows[T] = list[T]


def noise_first[T: (int, str)](noise_rows: NoiseRows[T], /, *, 大きさ: int = 1) -> T:
    return noise_rows[大きさ]


@noise_first
class NoiseÜbung[T]:
    noise: str = f"{'noise' + f"{1:>{len("noise")}}"!r} {{}}"; noise_ü = b"\\xff"  # noise é

    def noise_match(self, noise_value):
        match noise_value:
            case [int(noise_x), *_] | {"k": noise_x} if (noise_y := noise_x):
                return noise_y
            case _:
                try: pass
                except* ValueError as noise_error: raise

noise_line = [noise_i for noise_i in (1, \\
    2)]; noise_other = lambda *noise_a, **noise_k: (yield)
"""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """How a file is laid out: changes of its tree, then of its text."""

    changes: tuple[Change, ...]
    seed: int
    crlf: bool
    bom: bool
    cut: bool

    def around(self, text: str) -> bytes:
        """The file in these surroundings."""
        random = Random(self.seed)
        module = cst.parse_module(text)
        for change in self.changes:
            module = change(module, random)
        code = module.code
        if self.cut:
            code = code.rstrip("\r\n")
        if self.crlf:
            code = code.replace("\r\n", "\n").replace("\n", "\r\n")
        return code.encode("utf-8-sig" if self.bom else "utf-8")

    def __repr__(self) -> str:
        """Names the changes, as a failing example shows them."""
        names = [change.__name__ for change in self.changes]
        return f"<{', '.join(names)}; seed {self.seed}, crlf {self.crlf}, bom {self.bom}, cut {self.cut}>"


# -- layouts: what the module does stays -------------------------------------------------------------------------------


def tabs(module: cst.Module, random: Random) -> cst.Module:
    """Indents by tabs."""
    return module.with_changes(default_indent="\t")


def narrow(module: cst.Module, random: Random) -> cst.Module:
    """Indents by two spaces."""
    return module.with_changes(default_indent="  ")


def other_definitions(module: cst.Module, random: Random) -> cst.Module:
    """Adds definitions in new syntax behind the imports and at the end."""
    head = next((i for i, node in enumerate(module.body) if not _is_head(node)), len(module.body))
    noise = [*cst.parse_module(f"\n\n{MODULE_NOISE}").body]
    ending = [*cst.parse_module("noise_end = '''\n  noise\n'''  # noise at the end\n").body]
    return module.with_changes(body=[*module.body[:head], *noise, *module.body[head:], *ending])


def comments(module: cst.Module, random: Random) -> cst.Module:
    """Puts comments above, beside and between."""
    return _visited(module, _Comments(random))


def neighbours(module: cst.Module, random: Random) -> cst.Module:
    """Puts statements in front of and behind others, on lines of their own and on the same."""
    return _visited(module, _Neighbours(random))


def parentheses(module: cst.Module, random: Random) -> cst.Module:
    """Puts parentheses around values, and breaks lines in them and by backslashes."""
    return _visited(module, _Parentheses(random))


class _Numbered(cst.CSTTransformer):
    def __init__(self, random: Random) -> None:
        super().__init__()
        self.random = random
        self.number = 0
        self.in_string = 0

    def visit_FormattedString(self, node: cst.FormattedString) -> None:
        self.in_string += 1

    def leave_FormattedString(self, original: Node, updated: Node) -> Node:
        self.in_string -= 1
        return updated

    def chance(self) -> bool:
        return self.random.random() < 0.4

    def text(self) -> str:
        self.number += 1
        return f"# noise ü {type(self).__name__[1:2]}{self.number}"


class _Comments(_Numbered):
    def leave_SimpleStatementLine(self, original: Node, updated: Node) -> Node:
        if not updated.trailing_whitespace.comment and self.chance():
            beside = cst.TrailingWhitespace(cst.SimpleWhitespace("  "), cst.Comment(self.text()))
            updated = updated.with_changes(trailing_whitespace=beside)
        return self._above(updated)

    def leave_If(self, original: Node, updated: Node) -> Node:
        return self._above(updated)

    def leave_FunctionDef(self, original: Node, updated: Node) -> Node:
        return self._above(updated)

    def leave_With(self, original: Node, updated: Node) -> Node:
        return self._above(updated)

    def leave_IndentedBlock(self, original: Node, updated: Node) -> Node:
        if not updated.header.comment and self.chance():
            header = cst.TrailingWhitespace(cst.SimpleWhitespace(" "), cst.Comment(self.text()))
            updated = updated.with_changes(header=header)
        if self.chance():
            updated = updated.with_changes(footer=[*updated.footer, cst.EmptyLine(comment=cst.Comment(self.text()))])
        return updated

    def _above(self, updated: Node) -> Node:
        if self.chance():
            line = cst.EmptyLine(comment=cst.Comment(self.text()))
            updated = updated.with_changes(leading_lines=[*updated.leading_lines, line])
        return updated


class _Neighbours(_Numbered):
    def leave_SimpleStatementLine(self, original: Node, updated: Node) -> Node:
        small = updated.body[0]
        if isinstance(small, (cst.ImportFrom, cst.Import)) or is_docstring(updated) or not self.chance():
            return updated
        self.number += 1
        semicolon = cst.Semicolon(whitespace_after=cst.SimpleWhitespace(" "))
        noise: Any = cst.parse_statement(f"noise_ü{self.number} = 'é'")
        alone = self.random.random() < 0.3
        if alone:
            return cst.FlattenSentinel([noise.with_changes(leading_lines=updated.leading_lines[:1]), updated])
        if self.random.random() < 0.5:
            return updated.with_changes(body=[noise.body[0].with_changes(semicolon=semicolon), *updated.body])
        last = updated.body[-1].with_changes(semicolon=semicolon)
        return updated.with_changes(body=[*updated.body[:-1], last, noise.body[0]])


class _Parentheses(_Numbered):
    def leave_Assign(self, original: Node, updated: Node) -> Node:
        return updated.with_changes(value=self._around(updated.value))

    def leave_Return(self, original: Node, updated: Node) -> Node:
        if updated.value is None or not self.chance():
            return updated
        if self.random.random() < 0.5:
            return updated.with_changes(whitespace_after_return=cst.SimpleWhitespace(" \\\n        "))
        return updated.with_changes(value=self._around(updated.value))

    def leave_Await(self, original: Node, updated: Node) -> Node:
        return updated if self.in_string else updated.with_changes(expression=self._around(updated.expression))

    def leave_Arg(self, original: Node, updated: Node) -> Node:
        return updated if self.in_string or updated.star else updated.with_changes(value=self._around(updated.value))

    def leave_Call(self, original: Node, updated: Node) -> Node:
        if self.in_string or not updated.args or self._is_broken(updated) or not self.chance():
            return updated
        start = cst.ParenthesizedWhitespace(indent=True, last_line=cst.SimpleWhitespace("        "))
        return updated.with_changes(whitespace_before_args=start)

    def _is_broken(self, node: Node) -> bool:
        return isinstance(node.whitespace_before_args, cst.ParenthesizedWhitespace)

    def _around(self, value: Node) -> Node:
        if self.in_string or value.lpar or isinstance(value, (cst.GeneratorExp, cst.Yield)) or not self.chance():
            return value
        if self.random.random() < 0.5:
            return value.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        inner = cst.ParenthesizedWhitespace(indent=True, last_line=cst.SimpleWhitespace("      "))
        outer = cst.ParenthesizedWhitespace(indent=True, last_line=cst.SimpleWhitespace("  "))
        return value.with_changes(
            lpar=[cst.LeftParen(whitespace_after=inner)], rpar=[cst.RightParen(whitespace_before=outer)]
        )


# -- nestings: the module may do something else now --------------------------------------------------------------------

_HEADS = (
    "if noise_flag:\n    pass\nelse:\n    noise_flag = 1\n",
    "if (noise_n := len('ü')) > 3:\n    pass\nelif noise_n: noise_n = 1\n",
    "try:\n    pass\nfinally:\n    noise_done = True\n",
    "try: pass\nexcept* OSError: raise\n",
    "with (\n    open('noise') as noise_file,  # noise file\n    noise_lock,\n):\n    pass\n",
    "match noise_value:\n    case {'a': [1, *noise_rest]} if noise_rest:\n        pass\n    case _: pass\n",
    "for noise_i in range(3):\n    pass\nelse:\n    noise_done = True\n",
    "while noise_flag:\n    pass\n",
    "async def noise_inner[T](noise: T) -> T:\n    pass\n",
)


def nested(module: cst.Module, random: Random) -> cst.Module:
    """Puts statements into blocks of every kind."""
    return _visited(module, _Nesting(random))


def decorated(module: cst.Module, random: Random) -> cst.Module:
    """Adds decorators that nobody knows to functions and classes."""
    return _visited(module, _Decorating(random))


def conditional(module: cst.Module, random: Random) -> cst.Module:
    """Puts definitions of the module into a block or a class."""
    body: list[Any] = list(module.body)
    for index, node in enumerate(body):
        if isinstance(node, cst.FunctionDef) and random.random() < 0.4:
            head = random.choice(
                ("if noise_flag:\n    pass\n", "try:\n    pass\nfinally:\n    pass\n", "class Noise: pass\n")
            )
            body[index] = _filled(cst.parse_statement(head), [node])
    return module.with_changes(body=body)


class _Nesting(_Numbered):
    def leave_IndentedBlock(self, original: Node, updated: Node) -> Node:
        body = list(updated.body)
        start = 1 if is_docstring(body[0]) else 0
        if not self.chance() or start == len(body):
            return updated
        first = self.random.randrange(start, len(body))
        last = self.random.randrange(first, len(body))
        made = _filled(cst.parse_statement(self.random.choice(_HEADS)), body[first : last + 1])
        return updated.with_changes(body=[*body[:first], made, *body[last + 1 :]])


class _Decorating(_Numbered):
    def leave_FunctionDef(self, original: Node, updated: Node) -> Node:
        if not self.chance():
            return updated
        noise: Any = cst.parse_statement("@noise.decorated(lambda noise: noise)  # noise on\ndef f(): pass\n")
        own = [*updated.decorators]
        own.insert(self.random.randint(0, len(own)), noise.decorators[0])
        return updated.with_changes(decorators=own)


def _filled(statement: Any, body: Body) -> Any:
    """A compound statement whose first body is another."""
    if isinstance(statement, cst.Match):
        first, *rest = statement.cases
        return statement.with_changes(cases=[first.with_changes(body=cst.IndentedBlock(body)), *rest])
    small = body[0]
    alone = len(body) == 1 and isinstance(small, cst.SimpleStatementLine) and not small.leading_lines
    if alone and isinstance(small, cst.SimpleStatementLine) and isinstance(statement, cst.While):
        suite = cst.SimpleStatementSuite(small.body, trailing_whitespace=small.trailing_whitespace)
        return statement.with_changes(body=suite)
    return statement.with_changes(body=cst.IndentedBlock(body))


def _is_head(node: cst.CSTNode) -> bool:
    if not isinstance(node, cst.SimpleStatementLine):
        return False
    return is_docstring(node) or isinstance(node.body[0], (cst.Import, cst.ImportFrom))


def _visited(module: cst.Module, transformer: cst.CSTTransformer) -> cst.Module:
    result: Any = module.visit(transformer)
    return cst.parse_module(result.code)


LAYOUTS: tuple[Change, ...] = (other_definitions, neighbours, parentheses, comments, tabs, narrow)
NESTINGS: tuple[Change, ...] = (nested, conditional, decorated)


def _drawn(changes: Sequence[Change]) -> st.SearchStrategy[Surroundings]:
    return st.builds(
        Surroundings,
        st.lists(st.sampled_from(changes), unique=True, min_size=1, max_size=4).map(tuple),
        st.integers(0, 2**32),
        crlf=st.booleans(),
        bom=st.booleans(),
        cut=st.booleans(),
    )


layouts = _drawn(LAYOUTS)
nestings = _drawn((*NESTINGS, *LAYOUTS))
