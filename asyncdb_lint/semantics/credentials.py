"""Passwords of databases that are written in the source, as far as they look like real ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath

from .reach import Origin, Reach
from .records import ModuleRecord
from .urls import Urls
from .written_urls import WrittenUrl

_EXAMPLE_FOLDERS = {"docs", "doc", "docs_src", "examples", "example", "samples", "sample", "tutorial", "tutorials"}
_THIS_MACHINE = re.compile(r"localhost|127\.[\d.]+|::1|0\.0\.0\.0|host\.docker\.internal|[^.]*\.localhost|")
_EXAMPLE_HOST = re.compile(
    r"(?:.*\.)?example(?:\.\w+)?|.*\.(?:test|invalid)|(?:your|my|some|the|db|database)*[-_]?(?:host(?:name)?|server|address)"
)
# What tutorials and templates write where a password belongs.
_STAND_IN = re.compile(
    r"(?:(?:my|your|the|some|a|db|database|postgres(?:ql)?|mysql|maria(?:db)?|user|test|dev|local|app|super)[-_ ]?)*"
    r"(?:passw(?:or|0r)?d|pass|pwd|pw|secret|change[-_]?(?:me|this|it)|replace[-_]?(?:me|this)|example|placeholder|dummy"
    r"|redacted|hidden|x{2,}|\*+|\.{3,}|root|admin|postgres(?:ql)?|mysql|test(?:ing|er)?|dev|local|docker|guest|demo"
    r"|sample|none|null|foo|bar|baz|user|1?2?3?4?5?6?7?8?9?0?)[-_]?\d*!?",
    re.IGNORECASE,
)
_TO_BE_FILLED_IN = re.compile(r"[<{\[$(]|%\(|%s|__")


@dataclass(frozen=True, slots=True)
class Credentials:
    """A URL with a password in it."""

    url: WrittenUrl
    are_the_only_ones: bool
    """Whether the project has no other URL with a password: then there is no doubt which one the environment names."""


class Passwords:
    """Finds the passwords in the URLs of one project."""

    def __init__(self, urls: Urls, reach: Reach) -> None:
        self.urls = urls
        self.reach = reach

    def in_module(self, module: ModuleRecord) -> Sequence[Credentials]:
        """The URLs with real passwords that are written in a module."""
        if self.reach.module_kind(module) is Origin.TEST or set(PurePath(module.path).parts[-6:-1]) & _EXAMPLE_FOLDERS:
            return ()
        texts = {url.written for url in self._all}
        return [Credentials(url, len(texts) == 1) for url in self._all if url.module is module]

    @cached_property
    def _all(self) -> tuple[WrittenUrl, ...]:
        """Each literal once."""
        return tuple({id(url.node): url for url in self.urls.all if is_credential(url)}.values())


def is_credential(url: WrittenUrl) -> bool:
    """Whether a URL holds a password that would let somebody in somewhere."""
    password = url.password
    if password is None or _THIS_MACHINE.fullmatch(url.host) or _EXAMPLE_HOST.fullmatch(url.host):
        return False
    if _STAND_IN.fullmatch(password) or _TO_BE_FILLED_IN.match(password):
        return False
    # `shop:shop@db/shop` is how a container on a laptop is set up.
    return password.lower() not in {url.user.lower(), url.host, url.path.strip("/").lower()}
