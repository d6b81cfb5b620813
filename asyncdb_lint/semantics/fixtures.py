"""What pytest passes for a parameter: the fixture of that name, here or in the nearest conftest.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .records import FunctionRecord, ModuleRecord
from .terms import Constant, Result, decorating, last_name
from .values import CoroutineValue, FunctionValue, GeneratorValue, Values, united

if TYPE_CHECKING:
    from .resolve import Resolver


def given(resolver: Resolver, function: FunctionRecord, name: str) -> Values | None:
    """What a test or fixture gets for a parameter; None if it is neither, or no fixture has that name."""
    if not (function.name.startswith("test") or is_fixture(function)):
        return None
    for module in _modules_in_sight(resolver, function.module):
        for fixture in module.functions:
            if is_fixture(fixture) and _fixture_name(fixture) == name and fixture is not function:
                return _value(resolver, fixture)
    return None


def is_fixture(function: FunctionRecord) -> bool:
    """Whether a function is decorated as a fixture, by pytest or one of its plugins."""
    return any(last_name(decorating(decorator)) == "fixture" for decorator in function.decorators)


def _fixture_name(function: FunctionRecord) -> str:
    for decorator in function.decorators:
        if isinstance(decorator, Result):
            for argument in decorator.call.arguments:
                if argument.keyword == "name" and isinstance(argument.term, Constant):
                    return str(argument.term.value)
    return function.name


def _modules_in_sight(resolver: Resolver, module: ModuleRecord) -> list[ModuleRecord]:
    above = [folder / "conftest.py" for folder in module.path.parents]
    by_path = {other.path: other for other in resolver.modules if other.path.name == "conftest.py"}
    return [module, *(by_path[path] for path in above if path in by_path and by_path[path] is not module)]


def _value(resolver: Resolver, fixture: FunctionRecord) -> Values:
    groups: list[Values] = []
    for value in resolver.called(FunctionValue(fixture), None):
        match value:
            case GeneratorValue():
                groups.append(resolver.yielded(fixture))
            case CoroutineValue():
                groups.append(resolver.awaited(value))
            case _:
                groups.append((value,))
    return united(groups)
