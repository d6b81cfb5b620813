"""`asyncdb-lint rule`: explains rules."""

from __future__ import annotations

import click

from asyncdb_lint.cli.shared import CLEAN, CannotRun, failures_as_one_line


@click.command()
@click.argument("rule", metavar="[CODE]", required=False)
@click.option("--all", "every", is_flag=True, help="Explain all rules.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
def rule(rule: str | None, every: bool, output_format: str) -> int:
    """Explain a rule, by its code or name, or all rules."""
    from asyncdb_lint.pages import load_page, rule_names
    from asyncdb_lint.settings import rule_code

    if (rule is None) != every:
        raise CannotRun("name one rule, or ask for --all")
    with failures_as_one_line():
        pages = [load_page(code) for code in ([rule_code(rule, origin="rule")] if rule else rule_names())]
    if output_format == "text":
        click.echo("\n\n".join(page.text.strip() for page in pages))
    else:
        from asyncdb_lint.report.as_json import pages_as_json

        click.echo(pages_as_json(pages) if every else pages_as_json(pages[0]))
    return CLEAN
