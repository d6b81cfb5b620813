"""ADB801 hardcoded-credentials: the password of a database is in the source."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes.cures.urls import read_from_environment
from .rule import Finding, Rule

if TYPE_CHECKING:
    from ..semantics.facts import ModuleFacts


class HardcodedCredentials(Rule):
    """A password in a URL that is written out."""

    code, name = "ADB801", "hardcoded-credentials"
    severity, since = Severity.WARNING, "0.1.0"
    fix_availability = "unsafe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each literal; the password itself is never shown."""
        for found in module.credentials:
            url = found.url
            host = f" on `{url.host}`" if "\0" not in url.host else ""
            yield Finding(
                url.node,
                f"the password of `{url.user}`{host} stands in the source: whoever reads the repository, "
                "or its history, can log in",
                help='change the password and read the URL from the environment: `os.environ["DATABASE_URL"]`',
                fix=partial(read_from_environment, found),
            )
