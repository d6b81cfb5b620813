"""With what a program logs in to its databases: the URLs, DSNs and keywords that drivers are given."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from ..lazy import cst
from .reach import Origin
from .records import CallRecord, FunctionRecord, ModuleRecord
from .terms import Constant, Mapping, Term, last_name
from .urls import Urls
from .values import ClassValue, FunctionValue, MappingValue
from .written_urls import Spot, WrittenUrl

_ROLES = ("URL", "User", "Password", "Host", "DatabaseName")
_UNKNOWN = "\0"
_PAIR = re.compile(r"(\w+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|([^\s']*))")
_DSN = re.compile(rf"\s*{_PAIR.pattern}(?:\s+{_PAIR.pattern})*\s*")


class Login(NamedTuple):
    """Who logs in where with which password, as far as all of the password is written out."""

    written: WrittenUrl
    """The text with the password in it: a URL, a DSN, or the password alone."""
    module: ModuleRecord
    spot: Spot
    """Where the text is written; or handed to the driver, where it comes from a file that is not linted."""
    user: str
    password: str
    host: str
    """In small letters; empty for this machine, a NUL where it is not known."""
    database: str
    is_password_alone: bool = False
    """Whether the text is nothing but the password."""
    is_the_only_choice: bool = False
    """Whether no environment, setting or branch could have the program log in with something else."""

    @property
    def node(self) -> cst.BaseExpression:
        """What the text is written in."""
        return self.spot.node


class _Given(NamedTuple):
    """What a parameter is given, and where that is written."""

    term: Term
    spot: Spot
    module: ModuleRecord | None
    """None for a file that is not linted."""


class Logins:
    """Reads with what one project logs in."""

    def __init__(self, urls: Urls) -> None:
        self.urls = urls
        self.resolver = urls.resolver
        self.reach = urls.reach

    @cached_property
    def all(self) -> Sequence[Login]:
        """Every login with a password that is written out, outside of tests."""
        return tuple(
            login
            for module in self.resolver.modules
            if not module.is_stub and self.reach.module_kind(module) is not Origin.TEST
            for call in module.calls
            if (function := self._that_logs_in(call)) is not None
            for login in self._of(call, function)
        )

    def _that_logs_in(self, call: CallRecord) -> FunctionRecord | None:
        """The function of a driver that a call runs, if it takes what one logs in with."""
        for value in self.resolver.resolve(call.callee):
            function = value.function if isinstance(value, FunctionValue) else None
            if isinstance(value, ClassValue):
                function = self.resolver.method(value.cls, "__init__")
            if function is not None and function.module.is_stub and _taken(function):
                return function
        return None

    def _of(self, call: CallRecord, function: FunctionRecord) -> Iterator[Login]:
        given: dict[str, _Given] = {}
        offset = 1 if function.is_method else 0
        for name, role in _taken(function).items():
            position = next(at for at, parameter in enumerate(function.parameters) if parameter.name == name)
            argument = call.argument(position - offset, name)
            if argument is not None:
                given.setdefault(role, _Given(argument.term, Spot(argument), call.module))
        given |= self._in_mappings(call, function)
        if "URL" in given:
            choices = self._written(call, given["URL"])
            for written in choices:
                read = _in_url if written.has_authority else _in_dsn
                login = read(written, *self._place(written, call, given["URL"]), _is_certain(written, len(choices)))
                if login is not None:
                    yield login
        if "Password" in given:
            passwords = self._written(call, given["Password"])
            user, host, database = (self._text(call, given, role) for role in ("User", "Host", "DatabaseName"))
            for written in passwords:
                if written.written and _UNKNOWN not in written.written:
                    yield Login(
                        written,
                        *self._place(written, call, given["Password"]),
                        user,
                        written.written,
                        host.lower(),
                        database,
                        is_password_alone=True,
                        is_the_only_choice=_is_certain(written, len(passwords)),
                    )

    def _in_mappings(self, call: CallRecord, function: FunctionRecord) -> dict[str, _Given]:
        """What `**options` passes, where the dict is written out."""
        taken = _taken(function)
        return {
            taken[key.value]: _Given(value, Spot(argument), self._home(mapping.term))
            for argument in call.arguments
            if argument.star == "**"
            for mapping in self.resolver.resolve(argument.term)
            if isinstance(mapping, MappingValue)
            for key, value in mapping.term.entries
            if isinstance(key, Constant) and isinstance(key.value, str) and key.value in taken
        }

    def _home(self, mapping: Mapping) -> ModuleRecord | None:
        """The module that a dict is written in, if it is linted."""
        return next((module for module in self.resolver.modules if mapping in module.collections), None)

    def _place(self, written: WrittenUrl, call: CallRecord, given: _Given) -> tuple[ModuleRecord, Spot]:
        is_linted = given.module is not None and written.module in self.resolver.modules
        return (written.module, written.spot) if is_linted else (call.module, given.spot)

    def _written(self, call: CallRecord, given: _Given) -> Sequence[WrittenUrl]:
        return self.urls.written_for(call, given.term, given.spot, given.module)

    def _text(self, call: CallRecord, given: dict[str, _Given], role: str) -> str:
        """What one argument is; empty where there is none."""
        if role not in given:
            return ""
        texts = {written.written for written in self._written(call, given[role])}
        return texts.pop() if len(texts) == 1 else _UNKNOWN


def _taken(function: FunctionRecord) -> dict[str, str]:
    """The parameters that take what one logs in with, and what each of them takes."""
    return {
        parameter.name: role
        for parameter in function.parameters
        if parameter.annotation is not None and (role := last_name(parameter.annotation)) in _ROLES
    }


def _is_certain(written: WrittenUrl, choices: int) -> bool:
    return choices == 1 and written.reader is None and not written.is_setting


def _in_url(written: WrittenUrl, module: ModuleRecord, spot: Spot, is_certain: bool) -> Login | None:
    if written.password is None:
        return None
    database = written.path.strip("/")
    return Login(
        written, module, spot, written.user, written.password, written.host, database, is_the_only_choice=is_certain
    )


def _in_dsn(written: WrittenUrl, module: ModuleRecord, spot: Spot, is_certain: bool) -> Login | None:
    """`host=db user=shop password=...`, as libpq reads it."""
    if _DSN.fullmatch(written.written) is None:
        return None
    options = {match[1]: match[2] or match[3] or "" for match in _PAIR.finditer(written.written)}
    password = options.get("password", "")
    if not password or _UNKNOWN in password:
        return None
    return Login(
        written,
        module,
        spot,
        options.get("user", ""),
        password,
        options.get("host", "").lower(),
        options.get("dbname", ""),
        is_the_only_choice=is_certain,
    )
