"""What several mutators ask of code: literals, names bound once, handlers."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from ..sites import Site
from ..source import Function, dotted

_ROUTE_METHODS = frozenset(
    {"get", "post", "put", "patch", "delete", "head", "options", "trace", "api_route", "websocket"}
)


def is_test(relative: str) -> bool:
    """Whether a module, by its path in the project, belongs to the tests."""
    *folders, name = relative.removesuffix(".py").split("/")
    return bool({"test", "tests"} & set(folders)) or name.startswith("test_") or name in ("conftest", "test", "tests")


def is_handler(function: Function) -> bool:
    """Whether a function is a path operation: `@x.get("/...")` stands on it."""
    return any(_is_route(decorator.decorator) for decorator in function.node.decorators)


def _is_route(decorator: cst.BaseExpression) -> bool:
    if not isinstance(decorator, cst.Call) or not isinstance(decorator.func, cst.Attribute):
        return False
    if decorator.func.attr.value not in _ROUTE_METHODS:
        return False
    path = argument(decorator, 0, "path")
    return isinstance(path, cst.BaseString)


def argument(call: cst.Call, position: int, keyword: str) -> cst.BaseExpression | None:
    """An argument by place or keyword; None where `*` or `**` hides it."""
    plain = [item for item in call.args if item.keyword is None]
    for item in call.args:
        if item.star:
            return None
        if item.keyword is not None and item.keyword.value == keyword:
            return item.value
    return plain[position].value if position < len(plain) else None


def behind_name(site: Site, node: cst.BaseExpression | None) -> cst.BaseExpression | None:
    """The expression a local name stands for, if the function binds it once and only passes it on."""
    if not isinstance(node, cst.Name) or site.function is None:
        return node
    source = site.source
    bound: list[cst.BaseExpression] = []
    for name in source.nodes(cst.Name):
        if name.value != node.value or source.function_of(name) is not site.function:
            continue
        parent = source.parent(name)
        if isinstance(parent, cst.AssignTarget):
            assignment = source.parent(parent)
            bound += [assignment.value] if isinstance(assignment, cst.Assign) else []
        elif isinstance(parent, cst.AnnAssign) and parent.target is name and parent.value is not None:
            bound.append(parent.value)
        elif not isinstance(parent, cst.Arg) and name is not node:
            return None
    mentions = [
        name
        for name in source.nodes(cst.Name)
        if name.value == node.value and source.function_of(name) is site.function
    ]
    return bound[0] if len(bound) == 1 and len(mentions) == 2 else None


@dataclass(frozen=True, slots=True)
class Bind:
    """One entry of a literal dict of values."""

    key: str
    node: cst.DictElement
    value: cst.BaseExpression


def binds(node: cst.BaseExpression | None) -> list[Bind] | None:
    """The entries of `{"name": ...}`; None for anything but a literal dict with plain text keys."""
    if not isinstance(node, cst.Dict):
        return None
    found: list[Bind] = []
    for element in node.elements:
        if not isinstance(element, cst.DictElement) or not isinstance(element.key, cst.SimpleString):
            return None
        key = element.key.evaluated_value
        if not isinstance(key, str):
            return None
        found.append(Bind(key, element, element.value))
    return found


def text_type_of(site: Site, value: cst.BaseExpression) -> bool:
    """Whether a value is a parameter of the function that is annotated `str`."""
    if not isinstance(value, cst.Name) or site.function is None:
        return False
    parameter = site.function.parameters().get(value.value)
    if parameter is None or parameter.annotation is None:
        return False
    return dotted(parameter.annotation.annotation) == "str"
