"""The rules' Markdown pages: documentation for people, and the list of codes and names for the command line.

A page is found without importing its rule, so that listing, explaining and selecting rules stays cheap.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

_FILE_NAME = re.compile(r"(?P<code>ADB\d{3})-(?P<name>[a-z0-9-]+)\.md")


class Page(NamedTuple):
    """One rule's page."""

    code: str
    name: str
    text: str

    @property
    def facts(self) -> tuple[str, ...]:
        """The line under the title, such as `("Error", "safe fix", "since 0.1.0")`."""
        lines = [line.strip() for line in self.text.splitlines() if line.strip()]
        return tuple(part.strip() for part in lines[1].split("·")) if len(lines) > 1 else ()

    @property
    def is_default(self) -> bool:
        """Whether the rule runs unless it is deselected."""
        return "off by default" not in self.facts

    @property
    def cwe(self) -> tuple[str, ...]:
        """The weaknesses it finds, `("CWE-89",)`, of a rule of security."""
        return next((tuple(fact.split(", ")) for fact in self.facts if fact.startswith("CWE-")), ())

    @property
    def security_severity(self) -> str | None:
        """How bad they are by the scale of CVSS, `"8.8"`."""
        named = "security severity "
        return next((fact.removeprefix(named) for fact in self.facts if fact.startswith(named)), None)

    @property
    def finds(self) -> str:
        """What the rule finds, as the end of a sentence: the first one of the summary."""
        sentence = re.sub(r"^(?:Finds|Reports) ", "", first_sentence(self.summary))
        start = sentence[:1] if sentence[1:2].isupper() else sentence[:1].lower()
        return start + sentence[1:]

    @property
    def summary(self) -> str:
        """The first paragraph of "What it does", on one line."""
        found = re.search(r"^## What it does\s*\n+(.+?)(?:\n\s*\n|\Z)", self.text, re.MULTILINE | re.DOTALL)
        return " ".join(found[1].split()) if found else ""


def first_sentence(text: str) -> str:
    """The first sentence of a text; a full stop inside code or an abbreviation ends none."""
    found = re.match(r"(?:`[^`]*`|[^`.:]|[.:](?!\s|$))+", text)
    return found[0] if found else text


@functools.cache
def rule_names() -> Mapping[str, str]:
    """Returns the name of every rule by its code, in the order of the codes."""
    names = {found["code"]: found["name"] for file in _folder().iterdir() if (found := _FILE_NAME.fullmatch(file.name))}
    return MappingProxyType(dict(sorted(names.items())))


def load_page(code: str) -> Page:
    """Reads the page of a rule by its code; raises KeyError for a code that has none.

    The rule of a plugin has one that is made of what it says about itself; the plugin is loaded for it.
    """
    if code not in rule_names():
        # Only what no rule of ours is called pays for looking at what is installed.
        from asyncdb_lint.installed_plugins import plugin_page

        return plugin_page(code)
    return Page(code, rule_names()[code], page_file(code).read_text(encoding="utf-8"))


def page_file(code: str) -> Path:
    """Where the page of a rule lies; raises KeyError for a code that has none."""
    return _folder() / f"{code}-{rule_names()[code]}.md"


def _folder() -> Path:
    shipped = Path(__file__).parent / "_pages"
    # An editable install runs from the source tree, where the pages lie beside the package.
    return shipped if shipped.is_dir() else Path(__file__).parent.parent / "rules"
