"""Passwords of databases that are written in the source, as far as they look like real ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import PurePath
from typing import NamedTuple

from .logins import Login, Logins
from .reach import Origin, Reach
from .records import ModuleRecord

_EXAMPLE_FOLDERS = {"docs", "doc", "docs_src", "examples", "example", "samples", "sample", "tutorial", "tutorials"}
_LOOPBACK = re.compile(r"localhost|127\.[\d.]+|::1|0\.0\.0\.0|[^.]*\.localhost|/.*|")
# How a container on a developer's machine reaches that machine.
_OF_DEVELOPERS = "host.docker.internal"
_EXAMPLE_HOST = re.compile(
    r"(?:.*\.)?example(?:\.\w+)?|.*\.(?:test|invalid)|(?:your|my|some|the|db|database)*[-_]?(?:host(?:name)?|server|address)"
)
# What tutorials and templates write where a password belongs.
_STAND_IN = re.compile(
    r"(?:(?:my|your|the|some|a|db|database|postgres(?:ql)?|mysql|maria(?:db)?|user|test|dev|local|app|super)[-_ ]?)*"
    r"(?:passw(?:or|0r)?d|pass|pwd|pw|secret|change[-_]?(?:me|this|it)|replace[-_]?(?:me|this)|example|placeholder|dummy"
    r"|redacted|hidden|x{2,}|\*+|\.{3,}|root|admin|postgres(?:ql)?|mysql|test(?:ing|er)?|dev|local|docker|guest|demo"
    r"|sample|none|null|foo|bar|baz|user|abc|qwerty|tiger)[-_]?\d*!?",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"0?1?2?3?4?5?6?7?8?9?0?|(\d)\1*")
_TO_BE_FILLED_IN = re.compile(r"[<{\[$(]|%\(|%s|__")


class Credentials(NamedTuple):
    """A login whose password is to be read in the source."""

    login: Login
    are_the_only_ones: bool
    """Whether the project has no other password in it: then there is no doubt which one the environment names."""

    @property
    def is_for_this_machine(self) -> bool:
        """Whether the database is on the machine that the program runs on."""
        return _LOOPBACK.fullmatch(self.login.host) is not None


class Passwords:
    """Finds the passwords in the source of one project."""

    def __init__(self, logins: Logins, reach: Reach) -> None:
        self.logins = logins
        self.reach = reach

    def in_module(self, module: ModuleRecord) -> Sequence[Credentials]:
        """The real passwords that are written in a module."""
        if self.reach.module_kind(module) is Origin.TEST or set(PurePath(module.path).parts[-6:-1]) & _EXAMPLE_FOLDERS:
            return ()
        texts = {login.written.written for login in self._all}
        # Each literal once.
        found = {id(login.node): login for login in reversed(self._all) if login.module is module}
        return [Credentials(login, len(texts) == 1) for login in reversed(found.values())]

    @cached_property
    def _all(self) -> tuple[Login, ...]:
        return tuple(login for login in self.logins.all if is_credential(login))


def is_credential(login: Login) -> bool:
    """Whether a login holds a password that would let somebody in somewhere."""
    if _EXAMPLE_HOST.fullmatch(login.host) or login.host == _OF_DEVELOPERS:
        return False
    # With nothing that could take its place, what is meant for this machine is what every server runs with.
    if _LOOPBACK.fullmatch(login.host) and not login.is_the_only_choice:
        return False
    password = login.password
    if _STAND_IN.fullmatch(password) or _COUNTED.fullmatch(password) or _TO_BE_FILLED_IN.match(password):
        return False
    # `shop:shop@db/shop` is how a container on a laptop is set up.
    return password.lower() not in {login.user.lower(), login.host, login.database.lower()}
