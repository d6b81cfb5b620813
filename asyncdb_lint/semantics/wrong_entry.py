"""What is wrong with the way a block is entered, and what makes it right."""

from __future__ import annotations

import enum
from typing import NamedTuple

from ..lazy import cst
from .queries import name_of_plain, shown_expression
from .records import Context, FunctionRecord


class EntryKind(enum.Enum):
    """How a block is entered wrongly."""

    PLAIN = "entered without `async`"
    ASYNC = "entered with `async with` though it is a plain context manager"
    UNCALLED = "a method that is not called"
    COROUTINE = "a coroutine, or what awaiting it gives"
    GENERATOR = "an async generator that nothing makes a context manager"
    AWAITED = "awaited"


class Remedy(enum.Enum):
    """What the entered expression must become, beside `async`."""

    KEEP = "as it is"
    CALL = "called"
    AWAIT = "awaited"
    NO_AWAIT = "not awaited"
    RECEIVER = "what the method is called on"
    OTHER_METHOD = "another method of the same object"
    CONNECTION = "one connection of it"


class WrongEntry(NamedTuple):
    """A block of the database that is entered the wrong way, or a call awaited that wants a block."""

    kind: EntryKind
    function: FunctionRecord
    node: cst.BaseExpression
    """What is entered, or awaited."""
    context: Context | None
    """The block; None where there is none."""
    remedy: Remedy | None
    """What makes it right; None where that is not one thing."""
    method: str = ""
    """The method to call, where another one is meant."""
    may_become_async: bool = False
    opens_receiver: bool = False
    """It is a method that opens what it is called on, and gives nothing."""

    @property
    def source(self) -> str:
        """What is entered as messages show it."""
        node = (
            self.node.expression if self.kind is EntryKind.AWAITED and isinstance(self.node, cst.Await) else self.node
        )
        return shown_expression(self.function.module, node)

    @property
    def target(self) -> str:
        """What to enter instead, as messages show it."""
        module, node = self.function.module, self.node
        node = node.expression if isinstance(node, cst.Await) else node
        method = node.func if isinstance(node, cst.Call) else node
        match self.remedy:
            case Remedy.CALL:
                return f"{shown_expression(module, node)}()"
            case Remedy.AWAIT:
                return f"await {shown_expression(module, node)}"
            case Remedy.RECEIVER if isinstance(method, cst.Attribute):
                return module.parsed.code_of(method.value)
            case Remedy.OTHER_METHOD if isinstance(method, cst.Attribute):
                return f"{module.parsed.code_of(method.value)}.{self.method}()"
            case Remedy.CONNECTION:
                return f"{module.parsed.code_of(node)}.{self.method}()"
            case _:
                return shown_expression(module, node)

    @property
    def maker(self) -> str:
        """What is called to make what is entered, as written."""
        node = self.node.expression if isinstance(self.node, cst.Await) else self.node
        return self.function.module.parsed.code_of(node.func if isinstance(node, cst.Call) else node)

    @property
    def receiver(self) -> str:
        """What the method is called on, as written."""
        return self.maker.rpartition(".")[0]

    @property
    def is_awaited(self) -> bool:
        """Whether there is an `await` already."""
        return isinstance(self.node, cst.Await)

    @property
    def plain_function(self) -> str:
        """The name of the plain `def` around, where there is one."""
        return name_of_plain(self.function)
