"""ADB801 hardcoded-credentials: the password of a database is in the source."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes import cures
from .rule import Finding, Rule, Weakness

if TYPE_CHECKING:
    from ..semantics.facts import ModuleFacts


class HardcodedCredentials(Rule):
    """A password in a URL, a DSN or a keyword that is written out."""

    code, name = "ADB801", "hardcoded-credentials"
    severity, since = Severity.WARNING, "0.1.0"
    fix_availability = "unsafe"
    weakness = Weakness(9.8, cwe=(798, 259))

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each literal; the password itself is never shown."""
        for found in module.credentials:
            login = found.login
            user = f" of `{login.user}`" if login.user and "\0" not in login.user else " of a database"
            host = f" on `{login.host}`" if login.host and "\0" not in login.host else ""
            what, variable = ("it", "DATABASE_PASSWORD") if login.is_password_alone else ("the URL", "DATABASE_URL")
            harm = (
                " and nothing can take its place: every server runs with it, and whoever reads the repository, "
                "or its history, knows it"
                if found.is_for_this_machine
                else ": whoever reads the repository, or its history, can log in"
            )
            yield Finding(
                login.node,
                f"the password{user}{host} stands in the source{harm}",
                help=f'change the password and read {what} from the environment: `os.environ["{variable}"]`',
                fix=partial(cures.urls.read_from_environment, found),
            )
