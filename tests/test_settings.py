"""Settings: which file counts, what it may say, and how a wrong word in it is reported."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from asyncdb_lint.settings import (
    DEFAULT_EXCLUDES,
    RuleSelection,
    Settings,
    SettingsError,
    SettingsResolver,
    parse_selectors,
    read_settings,
)


def write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "pyproject.toml"
    file.write_text(text)
    return file


def table(folder: Path, text: str) -> Settings:
    settings = read_settings(write(folder, f"[tool.asyncdb-lint]\n{text}\n"))
    assert settings is not None
    return settings


def problem(folder: Path, text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        read_settings(write(folder, text))
    return str(caught.value).removeprefix(f"{folder}/")


# Which file counts


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    settings = SettingsResolver().for_folder(tmp_path)
    assert settings.file is None
    assert settings.exclude == DEFAULT_EXCLUDES
    assert settings.enables("ADB101")
    assert not settings.enables("ADB003", default=False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[project]\nname = 'asyncdb-lint-user'\n",
        "[tool.other]\nselect = 3\n",
        "tool = 3  # asyncdb-lint\n",
        "this is not TOML, and nobody's business but the file's owner's",
    ],
)
def test_a_file_without_our_table_is_passed_by(tmp_path: Path, text: str) -> None:
    outer = write(tmp_path, "[tool.asyncdb-lint]\nselect = ['ADB1']\n")
    write(tmp_path / "app", text)
    assert SettingsResolver().for_folder(tmp_path / "app").file == outer


def test_the_nearest_table_counts_alone(tmp_path: Path) -> None:
    write(tmp_path, "[tool.asyncdb-lint]\nignore = ['ADB401']\n")
    write(tmp_path / "app", "[tool.asyncdb-lint]\nignore = ['ADB101']\n")
    resolver = SettingsResolver()
    inner, outer = resolver.for_folder(tmp_path / "app" / "deep"), resolver.for_folder(tmp_path / "other")
    assert (inner.enables("ADB101"), inner.enables("ADB401")) == (False, True)
    assert (outer.enables("ADB101"), outer.enables("ADB401")) == (True, False)


def test_fixed_settings_read_no_file(tmp_path: Path) -> None:
    write(tmp_path, "[tool.asyncdb-lint]\nselect = 'broken'\n")
    assert SettingsResolver(fixed=Settings()).for_folder(tmp_path).enables("ADB101")


def test_settings_can_be_keys_and_travel_to_workers(tmp_path: Path) -> None:
    settings = table(tmp_path, "select = ['ALL']\n[tool.asyncdb-lint.per-file-ignores]\n'tests/*' = ['ADB3']")
    assert pickle.loads(pickle.dumps(settings)) == settings
    assert hash(settings)


# Which rules are on


@pytest.mark.parametrize(
    ("text", "on", "off"),
    [
        ("", ["ADB101", "ADB401"], []),
        ("select = ['ALL']", ["ADB101", "ADB401"], []),
        ("select = ['ADB1']", ["ADB101", "ADB102"], ["ADB401"]),
        ("select = ['adb101']", ["ADB101"], ["ADB102"]),
        ("select = ['unawaited-query']", ["ADB101"], ["ADB102"]),
        ("ignore = ['ADB1']", ["ADB401"], ["ADB101", "ADB102"]),
        ("ignore = ['ALL']", [], ["ADB101", "ADB401"]),
        ("select = ['ADB1']\nignore = ['ADB101']", ["ADB102"], ["ADB101"]),
        ("select = ['ADB101']\nignore = ['ADB1']", ["ADB101"], ["ADB102"]),
        ("select = ['ADB101']\nignore = ['ADB101']", [], ["ADB101"]),
        ("select = ['ADB4']\nextend-select = ['ADB101']", ["ADB401", "ADB101"], ["ADB102"]),
    ],
)
def test_the_most_specific_prefix_decides_and_ignore_wins_a_tie(
    tmp_path: Path, text: str, on: list[str], off: list[str]
) -> None:
    settings = table(tmp_path, text)
    assert [code for code in [*on, *off] if settings.enables(code)] == on


def test_a_rule_that_is_off_by_default_runs_when_selected(tmp_path: Path) -> None:
    assert table(tmp_path, "select = ['ALL']").enables("ADB003", default=False)
    assert not table(tmp_path, "extend-select = ['ADB1']").enables("ADB003", default=False)


def test_the_command_line_select_starts_afresh_and_the_rest_refines(tmp_path: Path) -> None:
    settings = table(tmp_path, "select = ['ADB1']\nignore = ['ADB102']")
    assert settings.selecting(RuleSelection(select=("ADB1", "ADB4"))).enables("ADB102")
    assert not settings.selecting(RuleSelection(select=("ADB4",))).enables("ADB101")
    extended = settings.selecting(RuleSelection(extend_select=("ADB401",)))
    assert [extended.enables(code) for code in ("ADB101", "ADB102", "ADB401")] == [True, False, True]
    assert not settings.selecting(RuleSelection(ignore=("ADB1",))).enables("ADB101")


def test_selectors_may_be_repeated_and_comma_separated() -> None:
    assert parse_selectors(["ADB1, adb401", "ALL", " ,"], origin="--select") == ("ADB1", "ADB401", "ALL")


# Per-file ignores


@pytest.mark.parametrize(
    ("pattern", "file", "ignored"),
    [
        ("tests/*", "app/main.py", False),
        ("/main.py", "app/main.py", False),
        ("tests/*", "tests/test_app.py", True),
        ("tests/**", "tests/deep/test_app.py", True),
        ("main.py", "app/main.py", True),
        ("*.pyi", "app/main.pyi", True),
        ("!app/**", "app/main.py", False),
        ("!app/**", "tests/test_app.py", True),
    ],
)
def test_per_file_ignores(tmp_path: Path, pattern: str, file: str, ignored: bool) -> None:
    settings = table(tmp_path, f"[tool.asyncdb-lint.per-file-ignores]\n'{pattern}' = ['ADB3']")
    assert settings.ignores_in(tmp_path / file, "ADB301") is ignored
    assert not settings.ignores_in(tmp_path / file, "ADB101")


# What is wrong, and where


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\nsekect = ['ADB1']", "pyproject.toml:3: unknown setting `sekect`; did you mean `select`?"),
        ("zzz = 1", "pyproject.toml:2: unknown setting `zzz`"),
        ("select = 'ADB1'", "pyproject.toml:2: `select` must be a list of strings"),
        ("exclude = ['a', 1]", "pyproject.toml:2: `exclude` must be a list of strings"),
        ("ignore = ['ADB999']", "pyproject.toml:2: unknown rule `ADB999`; did you mean"),
        ("select = ['unawaited-qery']", "unknown rule `unawaited-qery`; did you mean `unawaited-query`?"),
        ("per-file-ignores = ['ADB1']", "`per-file-ignores` must be a table of file patterns"),
        ("[tool.asyncdb-lint.per-file-ignores]\n'tests/*' = 'ADB1'", "pyproject.toml:3: `tests/*` must be a list"),
        ("[tool.asyncdb-lint.per-file-ignors]\n'tests/*' = []", "pyproject.toml:2: unknown setting `per-file-ignors`"),
        ("select = [", "pyproject.toml:"),
    ],
)
def test_a_wrong_setting_names_its_line_and_the_nearest_word(tmp_path: Path, text: str, message: str) -> None:
    assert message in problem(tmp_path, f"[tool.asyncdb-lint]\n{text}\n")


def test_a_key_of_another_table_is_not_taken_for_ours(tmp_path: Path) -> None:
    text = "[tool.ruff]\nselect = ['E']\n[tool.asyncdb-lint]\nselect = 1\n"
    assert problem(tmp_path, text).startswith("pyproject.toml:4: ")


@pytest.mark.parametrize("text", ["tool.asyncdb-lint = 3\n", "[tool]\nasyncdb-lint = 'x'\n"])
def test_our_table_must_be_a_table(tmp_path: Path, text: str) -> None:
    assert "`tool.asyncdb-lint` must be a table" in problem(tmp_path, text)


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes("[tool.asyncdb-lint]\n# Ü".encode("latin-1"))
    with pytest.raises(SettingsError, match="is not UTF-8"):
        read_settings(tmp_path / "pyproject.toml")
