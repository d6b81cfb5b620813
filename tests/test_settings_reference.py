"""What is written about settings agrees with their declarations: the schema, the documentation, the examples.

`python -m tests.test_settings_reference` writes the documentation's list of settings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from asyncdb_lint.installed_plugins import installed_plugins
from asyncdb_lint.settings import Settings, SettingsResolver
from asyncdb_lint.settings.options import OPTIONS, Option
from asyncdb_lint.settings.reading import checked, read_inline
from asyncdb_lint.settings.schema import make_schema, shipped_schema

PAGE = Path(__file__).parent.parent / "docs" / "settings.md"
BLOCK = re.compile(r"(?<=<!-- settings -->\n).*?(?=<!-- /settings -->)", re.DOTALL)


def section(option: Option) -> str:
    return (
        f"### {option.name}\n\n{option.text}\n\n"
        f"Takes {option.kind.value}. Default: `{option.default}`\n\n"
        f"```toml\n{option.name} = {option.example}\n```\n\n"
    )


def reference() -> str:
    return "\n" + "".join(map(section, OPTIONS.values()))


def test_the_shipped_schema_is_that_of_the_settings_and_rules() -> None:
    assert shipped_schema() == make_schema(), "run `python -m asyncdb_lint.settings.schema`"


def test_the_documentation_lists_all_settings() -> None:
    found = BLOCK.search(PAGE.read_text(encoding="utf-8"))
    assert found is not None
    assert found.group() == reference(), "run `python -m tests.test_settings_reference`"


def test_every_setting_has_a_place_in_the_resolved_settings() -> None:
    apart = {"extend", "select", "extend-select", "ignore"}
    assert {name.replace("-", "_") for name in OPTIONS.keys() - apart} <= set(Settings.__dataclass_fields__)


@pytest.fixture(autouse=True)
def example_plugin(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Installs what the example of `plugins` names; only its metadata are looked at."""
    site = tmp_path_factory.mktemp("site")
    info = site / "acme_rules-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-rules\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[asyncdb_lint.rules]\nACME = acme_rules:RULES\n")
    monkeypatch.syspath_prepend(site)
    installed_plugins.cache_clear()
    yield
    installed_plugins.cache_clear()


@pytest.mark.parametrize("option", OPTIONS.values(), ids=lambda option: option.name)
def test_examples_are_accepted_and_are_no_defaults(option: Option) -> None:
    values = checked(read_inline(f"{option.name} = {option.example}", origin="example"))
    assert values
    if option.default not in ("...", "none"):
        defaults = checked(read_inline(f"{option.name} = {option.default}", origin="default"))
        assert defaults != values


def test_a_file_of_all_examples_is_honoured(tmp_path: Path) -> None:
    apart = ("extend", "plugins")
    lines = [f"{option.name} = {option.example}" for option in OPTIONS.values() if option.name not in apart]
    (tmp_path / "asyncdb-lint.toml").write_text("\n".join(lines))
    settings = SettingsResolver().for_folder(tmp_path)
    assert settings.database_types == ("app.db.Db",)
    assert settings.options_of("ADB003") == {"min-length": 10}


def test_the_schema_knows_what_the_reader_refuses() -> None:
    schema = json.loads(shipped_schema())
    assert schema["additionalProperties"] is False
    assert list(schema["properties"]) == list(OPTIONS)
    assert "unawaited-query" in schema["definitions"]["rule"]["anyOf"][0]["enum"]
    assert schema["properties"]["rules"]["properties"]["ADB003"]["properties"]["min-length"]["type"] == "integer"


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(BLOCK.sub(lambda _: reference(), text), encoding="utf-8")
