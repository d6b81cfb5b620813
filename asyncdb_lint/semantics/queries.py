"""Which calls run a query of a driver, and the SQL they are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..lazy import cst
from .calling import QUERY_ROLES, argument_for, roles
from .flat_texts import Gap
from .records import Argument, CallRecord, FunctionRecord, ModuleRecord
from .resolve import Resolver
from .rewriting import as_passed
from .sql import Hole
from .terms import Choice, Computed, Term, last_name
from .values import FunctionValue

_OTHER_STYLES = ("binds_by_number", "binds_by_percent", "binds_by_question_mark", "binds_in_text")


SQL_PARAMETERS = frozenset({"command", "query", "sql", "sql_script", "statement"})
"""What drivers call the parameter that takes SQL; it is the first of each of their methods that has one."""


class Queries:
    """Answers for the calls of one project."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self._methods: dict[CallRecord, FunctionRecord | None] = {}
        self._chosen: dict[int, Argument] = {}

    def driver_method(self, call: CallRecord) -> FunctionRecord | None:
        """The driver's method that a call runs; None unless every alternative is one."""
        if call in self._methods:
            return self._methods[call]
        method = self._driver_method(call)
        # What is found while a cycle is being cut holds only there.
        if not self.resolver.is_resolving:
            self._methods[call] = method
        return method

    def _driver_method(self, call: CallRecord) -> FunctionRecord | None:
        methods = [
            value.function
            for value in self.resolver.resolve(call.callee)
            if isinstance(value, FunctionValue) and value.function.module.is_stub and value.receiver is not None
        ]
        return methods[0] if methods and roles(methods[0]) else None

    def sql_argument(self, call: CallRecord) -> Term | None:
        """The expression that a query runs."""
        argument = self.argument_of_role(call, "SQL") if place_of_sql(call) is not None else None
        return argument.term if argument is not None else None

    def any_sql_argument(self, call: CallRecord) -> Term | None:
        """The expression that a query of whatever driver runs."""
        method = self.driver_method(call) if place_of_sql(call) is not None else None
        argument = self._passed(call, method, "SQL") if method is not None and roles(method) & QUERY_ROLES else None
        return argument.term if argument is not None else None

    def style_of(self, call: CallRecord) -> str:
        """The role that says how a query's driver takes values; empty for `:name` with `values=`."""
        method = self.driver_method(call)
        classes = self.resolver.mro(method.owner)[0] if method is not None and method.owner is not None else ()
        names = {last_name(decorator) for cls in classes for decorator in cls.decorators}
        return next((style for style in _OTHER_STYLES if style in names), "")

    def argument_of_role(self, call: CallRecord, role: str) -> Argument | None:
        """The argument that a query passes for its parameter of a role: "SQL", "Binds" or "ManyBinds"."""
        method = self.driver_method(call) if call.arguments else None
        return self._passed(call, method, role) if method is not None and "query" in roles(method) else None

    def _passed(self, call: CallRecord, method: FunctionRecord, role: str) -> Argument | None:
        name = self.parameter_of_role(method, role)
        passed = argument_for(self.resolver, call, method, name) if name is not None else None
        found = next((argument for argument in call.arguments if argument.term is passed), None)
        if found is None or not isinstance(found.term, Choice):
            return found
        # The same each time, for what becomes of an argument is known by it.
        if id(found) not in self._chosen:
            term = as_passed(found.term)
            self._chosen[id(found)] = found if term is found.term else replace(found, term=term)
        return self._chosen[id(found)]

    def parameter_of_role(self, method: FunctionRecord, role: str) -> str | None:
        """The name of a method's parameter that has a role, alone or beside None."""
        for parameter in method.parameters:
            annotation = parameter.annotation
            options = (
                annotation.operands
                if isinstance(annotation, Computed)
                else annotation.options
                if isinstance(annotation, Choice)
                else (annotation,)
            )
            if any(option is not None and last_name(option) == role for option in options):
                return parameter.name
        return None

    def sibling(self, query: CallRecord, role: str) -> str | None:
        """The name of the method that the same object has for another role."""
        method = self.driver_method(query)
        if method is None or method.owner is None:
            return None
        return next((other.name for other in method.owner.methods.values() if role in roles(other)), None)


def place_of_sql(call: CallRecord) -> Argument | None:
    """The argument that is SQL if a call runs a query at all, which takes longer to know."""
    for argument in call.arguments:
        if argument.keyword is None:
            return argument if not argument.star else None
        if argument.keyword in SQL_PARAMETERS:
            return argument
    return None


def shown(call: CallRecord) -> str:
    """A call as messages show it: `database.fetch_one(...)`."""
    return shown_expression(call.module, call.node)


def shown_expression(module: ModuleRecord, node: cst.BaseExpression) -> str:
    """An expression as messages show it; of a call the arguments are left out."""
    if isinstance(node, cst.Await):
        return f"await {shown_expression(module, node.expression)}"
    if isinstance(node, cst.Call):
        return module.parsed.code_of(node.func) + ("(...)" if node.args else "()")
    return module.parsed.code_of(node)


def receiver(call: CallRecord) -> str:
    """What a method is called on, as written: `self.db` of `self.db.execute(...)`; empty for a plain function."""
    callee = call.node.func
    return call.module.parsed.code_of(callee.value) if isinstance(callee, cst.Attribute) else ""


def name_of_plain(function: FunctionRecord) -> str:
    """The name of a plain `def`, in which nothing can be awaited; empty for all else."""
    return "" if function.is_async or function.is_lambda or function.is_module else function.name


def numbered(parts: Sequence[str | Gap]) -> list[str | Hole]:
    """Parts as the SQL floor takes them: holes by number."""
    numbered: list[str | Hole] = []
    count = 0
    for part in parts:
        if isinstance(part, str):
            numbered.append(part)
        else:
            numbered.append(Hole(count))
            count += 1
    return numbered
