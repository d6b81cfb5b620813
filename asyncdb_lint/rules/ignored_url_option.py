"""ADB802 ignored-url-option: an option in the URL that the driver never gets to see."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes import cures
from .rule import Finding, Rule

if TYPE_CHECKING:
    from ..semantics.facts import IgnoredOption, ModuleFacts


class IgnoredUrlOption(Rule):
    """An option of a URL that is dropped without a word."""

    code, name = "ADB802", "ignored-url-option"
    severity, since = Severity.ERROR, "0.1.0"
    fix_availability = "safe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each option."""
        for found in module.ignored_url_options:
            yield Finding(
                found.option.piece.node,
                f"`{found.option.name}` in this URL is dropped without a word: {_effect(found)}",
                help=_advice(found),
                fix=partial(cures.urls.name_the_option, found),
            )


def _effect(found: IgnoredOption) -> str:
    if "ssl" in (found.read_as, found.keyword) and found.option.value not in ("disable", "allow", "prefer"):
        return "passwords and rows travel in clear wherever the server does not insist on TLS"
    return f"`{found.driver.name}` never gets to see it"


def _advice(found: IgnoredOption) -> str:
    name, value = found.option.name, found.option.value or "..."
    if found.read_as is not None:
        return f"write `{found.read_as}={value}`"
    if found.keyword is not None and found.keyword != name:
        return f"pass it by keyword, where it belongs to `{found.keyword}`: `Database(url, {found.keyword}=...)`"
    if found.keyword is not None:
        return f"pass it by keyword: `Database(url, {name}={value})`"
    read = ", ".join(f"`{option}`" for option in found.driver.in_url.defaults)
    return f"leave it out: of a URL's query only {read} are read"
