"""`asyncdb-lint rule`: explains a rule, or lists them all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from asyncdb_lint.cli.shared import CLEAN, CannotRun, failures_as_one_line

if TYPE_CHECKING:
    from asyncdb_lint.pages import Page

_EPILOG = """
\b
Examples:
  asyncdb-lint rule ADB101                      what it finds, why it is bad, what to write instead
  asyncdb-lint rule unawaited-query             the same, by name
  asyncdb-lint rule --all                       one line for each rule
  asyncdb-lint rule --all --output-format json  everything, for tools
"""


@click.command(epilog=_EPILOG)
@click.argument("rule", metavar="[CODE]", required=False)
@click.option("--all", "every", is_flag=True, help="List all rules with their state.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
def rule(rule: str | None, every: bool, output_format: str) -> int:
    """Explain a rule, by its code or name, or list all rules."""
    if (rule is None) != every:
        raise CannotRun("name one rule, or ask for --all")
    with failures_as_one_line():
        pages = _all_pages() if rule is None else [_page(rule)]
    if output_format == "text":
        click.echo("\n".join(_listing(pages)) if every else pages[0].text.strip())
    else:
        from asyncdb_lint.report.as_json import pages_as_json

        click.echo(pages_as_json(pages) if every else pages_as_json(pages[0]))
    return CLEAN


def _page(word: str) -> Page:
    from asyncdb_lint.installed_plugins import is_plugin_code
    from asyncdb_lint.pages import load_page, rule_names
    from asyncdb_lint.settings import SettingsError, rule_code

    if is_plugin_code(word.upper(), whole=True):
        try:
            return load_page(word.upper())
        except KeyError as error:
            raise CannotRun(f"rule: the plugin has no rule `{word.upper()}`; see `rule --all`") from error
    try:
        return load_page(rule_code(word, origin="rule"))
    except SettingsError:
        # The name of a plugin's rule is known only while settings name the plugin.
        found = next((page for page in _all_pages() if page.name == word and page.code not in rule_names()), None)
        if found is None:
            raise
        return found


def _all_pages() -> list[Page]:
    """The pages of our rules, and of those of the plugins that the settings here name."""
    from pathlib import Path

    from asyncdb_lint.installed_plugins import plugin_rules
    from asyncdb_lint.pages import load_page, rule_names
    from asyncdb_lint.settings import SettingsResolver

    here = SettingsResolver().for_folder(Path.cwd())
    return [load_page(code) for code in (*rule_names(), *(rule.code for rule in plugin_rules(here.plugins)))]


def _listing(pages: Sequence[Page]) -> Iterator[str]:
    """One line a rule: code, name, severity, state, fix, what it finds."""
    width = max(len(page.name) for page in pages)
    for page in pages:
        severity, *others = page.facts
        fix = next((fact for fact in others if fact.endswith("fix")), "no fix").removesuffix(" fix")
        state = "on" if page.is_default else "off"
        yield f"{page.code}  {page.name:{width}}  {severity.lower():11}  {state:3}  {fix:14}  {page.finds}"
