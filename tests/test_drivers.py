"""The stubs say what the installed libraries are: same members, same kinds, same parameters."""

from __future__ import annotations

import ast
import asyncio
import builtins
import importlib
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, WrapperDescriptorType

import aiosqlite
import asyncpg
import databases.core
import databases.interfaces
import pytest
from databases.backends.common import records
from sqlalchemy.ext.asyncio import create_async_engine

import asyncdb_lint
from asyncdb_lint.semantics.queries import SQL_PARAMETERS

PACKAGE = Path(asyncdb_lint.__file__).parent
DRIVERS = PACKAGE / "drivers"
LIBRARIES = PACKAGE / "libraries"
ROLES = "asyncdb_lint.drivers.roles"

# Special methods that a stub declares because they decide what an object can be used for.
PROTOCOLS = {"__init__", "__aenter__", "__aexit__", "__await__", "__call__", "__str__", "__repr__", "__eq__"}


def definitions(path: Path) -> dict[str, ast.stmt]:
    """The classes, functions and variables of a stub, by name."""
    return dict(named(ast.parse(path.read_text(encoding="utf-8")).body))


def named(body: list[ast.stmt]) -> Iterator[tuple[str, ast.stmt]]:
    for statement in body:
        match statement:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name, statement
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name, statement


def members(stub: ast.stmt) -> dict[str, ast.stmt]:
    assert isinstance(stub, ast.ClassDef)
    return dict(named(stub.body))


def decorators(stub: ast.stmt) -> list[str]:
    assert isinstance(stub, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    return [ast.unparse(decorator) for decorator in stub.decorator_list]


def kind_in_stub(stub: ast.stmt) -> str:
    match stub:
        case ast.AnnAssign():
            return "attribute"
        case ast.AsyncFunctionDef():
            return "coroutine function"
        case ast.FunctionDef() if "property" in decorators(stub):
            return "property"
        case ast.FunctionDef(returns=ast.Subscript(value=ast.Name(id="AsyncGenerator"))):
            return "async generator"
        case ast.FunctionDef(returns=ast.Subscript(value=ast.Name(id="AbstractContextManager"))):
            return "context manager"
    return "function"


def kind_in_library(member: object) -> str:
    if isinstance(member, property):
        return "property"
    if inspect.iscoroutinefunction(member):
        return "coroutine function"
    if inspect.isasyncgenfunction(member):
        return "async generator"
    if inspect.isgeneratorfunction(inspect.unwrap(member) if callable(member) else member):
        return "context manager"
    return "function" if inspect.isfunction(member) else "attribute"


def parameters_in_stub(stub: ast.stmt) -> list[tuple[str, str, bool]]:
    """Name, kind and whether there is a default, of every parameter."""
    assert isinstance(stub, ast.FunctionDef | ast.AsyncFunctionDef)
    source = ast.unparse(ast.Module([plain(stub)], []))
    namespace: dict[str, Callable[..., object]] = {}
    exec(source, namespace)
    return parameters_in_library(namespace[stub.name])


def plain(stub: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.FunctionDef:
    """The same signature without annotations and decorators."""
    arguments = ast.parse(ast.unparse(stub)).body[0]
    assert isinstance(arguments, ast.FunctionDef | ast.AsyncFunctionDef)
    for node in ast.walk(arguments.args):
        if isinstance(node, ast.arg):
            node.annotation = None
    body: list[ast.stmt] = [ast.Pass()]
    return ast.fix_missing_locations(ast.FunctionDef(stub.name, arguments.args, body, [], lineno=1))


def parameters_in_library(function: Callable[..., object]) -> list[tuple[str, str, bool]]:
    return [
        (parameter.name, parameter.kind.description, parameter.default is not parameter.empty)
        for parameter in inspect.signature(function).parameters.values()
    ]


DATABASES = definitions(DRIVERS / "databases.pyi")
CLASSES = ["Database", "Connection", "Transaction", "DatabaseURL"]


# Private, and yet what much code goes through: `async with database.transaction() as t: await t._connection.execute()`.
USED_ALL_THE_SAME = {"_connection"}


def public(cls: type, instance: object | None) -> dict[str, object]:
    """Public members and protocols of a class, and the attributes of its instances."""
    found = {
        name: member
        for name, member in vars(cls).items()
        if not name.startswith("_") or name in PROTOCOLS | USED_ALL_THE_SAME
    }
    if instance is not None:
        found |= {name: value for name, value in vars(instance).items() if not name.startswith("_")}
    return found


INSTANCES = {"Database": lambda: databases.core.Database("sqlite:///never-opened.db")}


@pytest.mark.parametrize("name", CLASSES)
def test_the_stub_of_databases_has_the_members_of_the_library(name: str) -> None:
    cls = getattr(databases.core, name)
    library = public(cls, INSTANCES[name]() if name in INSTANCES else None)
    stub = members(DATABASES[name])
    assert set(stub) == set(library)
    assert {member: kind_in_stub(stub[member]) for member in stub} == {
        member: kind_in_library(library[member]) for member in stub
    }


@pytest.mark.parametrize("name", CLASSES)
def test_the_stub_of_databases_has_the_parameters_of_the_library(name: str) -> None:
    cls = getattr(databases.core, name)
    functions = {
        member: stub
        for member, stub in members(DATABASES[name]).items()
        if kind_in_stub(stub) not in {"attribute", "property"} and member not in {"__str__", "__repr__", "__eq__"}
    }
    assert {member: parameters_in_stub(stub) for member, stub in functions.items()} == {
        member: parameters_in_library(getattr(cls, member)) for member in functions
    }


def test_the_stub_of_databases_has_every_class_of_its_core() -> None:
    own = {
        name
        for name, value in vars(databases.core).items()
        if inspect.isclass(value) and value.__module__ == "databases.core" and not name.startswith("_")
    }
    assert own == set(CLASSES)
    assert set(databases.__all__) <= set(DATABASES)
    assert set(CLASSES) | {"Record"} == {name for name, stub in DATABASES.items() if isinstance(stub, ast.ClassDef)}


def test_records_have_the_members_of_the_stub() -> None:
    stub = set(members(DATABASES["Record"]))
    assert stub == {name for name in dir(records.Record) if name in vars(records.Record) and is_offered(name)}
    assert issubclass(records.Record, databases.interfaces.Record)


def is_offered(name: str) -> bool:
    return name in {"_mapping", "keys", "values", "__getitem__", "__getattr__", "__iter__", "__len__"}


@pytest.mark.parametrize("module", ["databases.core", "databases.interfaces"])
def test_submodules_of_databases_export_the_same_classes(module: str) -> None:
    exported = set(exports(DRIVERS / f"{module}.pyi"))
    assert exported <= set(DATABASES)
    assert exported == {name for name in DATABASES if hasattr(importlib.import_module(module), name)}


def exports(path: Path) -> Iterator[str]:
    """Names that a stub imports as themselves, which is how a stub says that it re-exports them."""
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.ImportFrom):
            yield from (alias.name for alias in statement.names if alias.asname == alias.name)


STUBS = sorted([*DRIVERS.glob("*.pyi"), *LIBRARIES.glob("*.pyi")])


@pytest.mark.parametrize("path", STUBS, ids=[path.stem for path in STUBS])
def test_stubs_use_only_roles_that_exist(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    known = set(definitions(DRIVERS / "roles.pyi"))
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "role"
    }
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == ROLES
        for alias in node.names
    }
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert used | imported <= known
    assert imported <= names, "imported and used nowhere"


def test_every_role_is_used() -> None:
    texts = "".join(path.read_text(encoding="utf-8") for path in STUBS if path.name != "roles.pyi")
    unused = [
        name
        for name, stub in definitions(DRIVERS / "roles.pyi").items()
        if not any(
            sign in texts
            for sign in (
                [f"@role.{name}\n"] if isinstance(stub, ast.FunctionDef) else [f": {name}", f"| {name}", f"-> {name}"]
            )
        )
    ]
    assert unused == []


def test_sql_comes_first_and_has_a_known_name() -> None:
    functions = [
        node
        for path in STUBS
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    named = [
        (number, argument.arg)
        for function in functions
        for number, argument in enumerate([*function.args.args, *function.args.kwonlyargs])
        if argument.annotation is not None and "SQL" in ast.unparse(argument.annotation)
    ]
    assert {number for number, _ in named} == {1}, "behind `self`"
    assert {name for _, name in named} == SQL_PARAMETERS


# Members of earlier releases, which code that the linter reads may still use.
FORMER = {
    "fastapi": {"FastAPI.add_event_handler"},
    "starlette.applications": {
        "Starlette.route",
        "Starlette.exception_handler",
        "Starlette.on_event",
        "Starlette.add_event_handler",
    },
    "starlette.routing": {"Router.route", "Router.on_event", "Router.add_event_handler"},
    "sqlalchemy.engine": {"Engine.execute"},
}
FORMER_PARAMETERS = {"on_startup", "on_shutdown", "loop"}
# What the interpreter sets on instances only.
INSTANCE_ATTRIBUTES = {"FastAPI.router", "FastAPI.dependency_overrides", "Starlette.state", "AsyncSession.sync_session"}
NEWER_THAN_PYTHON_3_10 = {"asyncio": {"TaskGroup", "Runner", "timeout", "timeout_at", "Timeout"}}
# `databases` is compared to the letter above, and its backends are signatures of functions elsewhere.
OTHER_DRIVERS = [
    path for path in DRIVERS.glob("*.pyi") if path.stem != "roles" and path.stem.split(".")[0] != "databases"
]
LIBRARY_STUBS = sorted([*LIBRARIES.glob("*.pyi"), *OTHER_DRIVERS])


@pytest.mark.filterwarnings("ignore")  # deprecated members are part of what is checked
@pytest.mark.parametrize("path", LIBRARY_STUBS, ids=[path.stem for path in LIBRARY_STUBS])
def test_stubs_of_libraries_say_what_the_libraries_are(path: Path) -> None:
    module = builtins if path.stem == "builtins" else importlib.import_module(path.stem)
    problems = [f"{name} is not exported" for name in exports(path) if not hasattr(module, name)]
    for name, stub in definitions(path).items():
        if not hasattr(module, name) and name in NEWER_THAN_PYTHON_3_10.get(path.stem, ()):
            continue
        problems.extend(differences(module, name, getattr(module, name, None), stub))
        if isinstance(stub, ast.ClassDef):
            for member, inner in members(stub).items():
                own = getattr(getattr(module, name, None), member, None)
                problems.extend(differences(module, f"{name}.{member}", own, inner))
    assert problems == []


def differences(module: ModuleType, name: str, found: object, stub: ast.stmt) -> Iterator[str]:
    if name in FORMER.get(module.__name__, ()) or name in INSTANCE_ATTRIBUTES:
        return
    if found is None:
        yield f"{name} does not exist"
        return
    if not isinstance(stub, ast.FunctionDef | ast.AsyncFunctionDef):
        return
    if "property" in decorators(stub):
        if not isinstance(found, property):
            yield f"{name} is no property"
        return
    is_async = isinstance(stub, ast.AsyncFunctionDef)
    # Built-in coroutine functions and async protocols of C do not say that they are; a wrapper that checks something
    # first hands on the coroutine of what it wraps.
    if inspect.isfunction(found) and not isinstance(stub.returns, ast.Subscript):
        if inspect.iscoroutinefunction(inspect.unwrap(found)) != is_async:
            yield f"{name} is {'no ' * is_async}coroutine function"
    yield from different_parameters(name, found, stub)


def startable(path: Path) -> Iterator[str]:
    for name, stub in definitions(path).items():
        functions = members(stub) if isinstance(stub, ast.ClassDef) else {"": stub}
        for member, function in functions.items():
            if isinstance(function, ast.FunctionDef) and "Startable[" in ast.unparse(function.returns or function):
                yield f"{path.stem}.{name}.{member}".rstrip(".")


STARTABLE = sorted(name for path in OTHER_DRIVERS for name in startable(path))


@pytest.mark.parametrize("name", STARTABLE)
def test_what_can_be_awaited_and_entered_is_no_plain_coroutine_function(name: str) -> None:
    parts = name.split(".")
    length = next(n for n in range(len(parts), 0, -1) if ".".join(parts[:n]) in {path.stem for path in OTHER_DRIVERS})
    found: object = importlib.import_module(".".join(parts[:length]))
    for part in parts[length:]:
        found = getattr(found, part)
    assert callable(found)
    assert not inspect.iscoroutinefunction(found)


def unstarted() -> dict[str, Callable[[], object]]:
    return {
        "aiosqlite.connect": lambda: aiosqlite.connect(":memory:"),
        "asyncpg.create_pool": lambda: asyncpg.create_pool(loop=asyncio.new_event_loop()),
        "create_async_engine().connect": lambda: create_async_engine("sqlite+aiosqlite://").connect(),
    }


@pytest.mark.parametrize("name", unstarted())
def test_objects_that_work_once_they_are_started_can_be_awaited_and_entered(name: str) -> None:
    made = unstarted()[name]()
    assert hasattr(made, "__await__")
    assert hasattr(made, "__aenter__")


def different_parameters(name: str, found: object, stub: ast.stmt) -> Iterator[str]:
    if isinstance(found, WrapperDescriptorType):  # `__init__` of a class written in C: `(*args, **kwargs)`
        return
    try:
        assert callable(found)
        library = inspect.signature(found).parameters
    except ValueError:  # many built-ins have no signature
        return
    takes_any = any(parameter.kind is parameter.VAR_KEYWORD for parameter in library.values())
    positional = [p.name for p in library.values() if p.kind in {p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD}]
    asked = [entry for entry in parameters_in_stub(stub) if entry[0] not in FORMER_PARAMETERS]
    if "classmethod" in decorators(stub):
        asked = asked[1:]
    for at, (parameter, kind, _) in enumerate(asked):
        if kind.startswith("variadic"):
            continue
        if parameter not in library and not (takes_any and kind == "keyword-only"):
            yield f"{name} has no parameter {parameter}"
        elif kind.startswith("positional") and positional[at : at + 1] != [parameter]:
            yield f"{name} has parameter {parameter} at another position"
