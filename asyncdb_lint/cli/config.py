"""`asyncdb-lint config`: explains settings."""

from __future__ import annotations

import click

from asyncdb_lint.cli.shared import CLEAN, CannotRun


@click.command()
@click.argument("setting", metavar="[NAME]", required=False)
@click.option("--schema", is_flag=True, help="Print the JSON schema of asyncdb-lint.toml.")
def config(setting: str | None, schema: bool) -> int:
    """Explain a setting, or list all settings."""
    from asyncdb_lint.settings.options import OPTIONS
    from asyncdb_lint.settings.selectors import did_you_mean

    if schema:
        if setting is not None:
            raise CannotRun("--schema is that of all settings: name none")
        from asyncdb_lint.settings.schema import shipped_schema

        click.echo(shipped_schema(), nl=False)
    elif setting is None:
        width = max(map(len, OPTIONS))
        for option in OPTIONS.values():
            click.echo(f"{option.name:{width}}  {option.text.partition('. ')[0].removesuffix('.')}")
    elif setting not in OPTIONS:
        nearest = did_you_mean(setting, OPTIONS) or "; see `asyncdb-lint config`"
        raise CannotRun(f"config: unknown setting `{setting}`{nearest}")
    else:
        option = OPTIONS[setting]
        click.echo(
            f"{option.name}: {option.text}\n\n"
            f"Takes {option.kind.value}.\n"
            f"Default: {option.default}\n"
            f"Example: {option.name} = {option.example}"
        )
    return CLEAN
