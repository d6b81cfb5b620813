"""The linter as a library."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

import asyncdb_lint
from asyncdb_lint import fix_source, lint_paths, lint_source
from asyncdb_lint.baseline import Baseline, BaselineError
from asyncdb_lint.files import MissingPath
from asyncdb_lint.settings import RuleSelection, Settings

HEAD = 'from databases import Database\n\ndatabase = Database("sqlite:///app.db")\n\n\n'
SOUND = HEAD + 'async def count():\n    return await database.fetch_val("SELECT 1")\n'
PITFALL = HEAD + 'async def count():\n    value = database.fetch_val("SELECT 1")\n    return value == 0\n'
FIXED = PITFALL.replace("= database.", "= await database.")
NO_AWAITS = Settings(selections=(RuleSelection(ignore=("ADB1",)),))


def test_sound_code_has_no_findings_and_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(SOUND)
    assert lint_source(SOUND) == []
    assert lint_paths([tmp_path]) == []
    assert fix_source(SOUND, unsafe=True) == asyncdb_lint.FixResult(SOUND, 0, ())


def test_no_paths_have_no_findings() -> None:
    assert lint_paths([]) == []


def test_a_source_is_linted_as_text_and_as_bytes(tmp_path: Path) -> None:
    (found,) = lint_source(PITFALL, path=tmp_path / "app.py")
    assert (found.code, found.path, found.range.start.line) == ("ADB101", tmp_path / "app.py", 7)
    latin = b"# coding: latin-1\n# Gr\xf6\xdfe\n" + PITFALL.encode()
    assert [found.code for found in lint_source(latin)] == ["ADB101"]


def test_a_source_counts_instead_of_what_is_saved(tmp_path: Path) -> None:
    file = tmp_path / "app.py"
    file.write_text(PITFALL)
    assert lint_source(SOUND, path=file) == []
    assert file.read_text() == PITFALL


def test_a_source_is_seen_in_its_project(tmp_path: Path) -> None:
    (tmp_path / "db.py").write_text(HEAD)
    source = "from db import database\n\nasync def count():\n    database.execute('SELECT 1')\n"
    assert [found.code for found in lint_source(source, path=tmp_path / "app.py")] == ["ADB101"]


def test_settings_choose_the_rules(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(PITFALL)
    assert lint_source(PITFALL, settings=NO_AWAITS) == []
    assert lint_paths([tmp_path], settings=NO_AWAITS) == []
    assert fix_source(PITFALL, settings=NO_AWAITS).source == PITFALL


def test_paths_have_the_settings_of_their_project(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(PITFALL)
    assert [found.code for found in lint_paths([str(tmp_path)])] == ["ADB101"]
    (tmp_path / "pyproject.toml").write_text("[tool.asyncdb-lint]\nignore = ['ADB101']\n")
    assert lint_paths([tmp_path]) == []


def test_what_a_baseline_knows_is_left_out_everywhere(tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    app.write_text(PITFALL)
    known = Baseline.of(tmp_path / "known.json", lint_paths([app]), {app: PITFALL})
    known.path.write_text(known.text())
    (tmp_path / "asyncdb-lint.toml").write_text('baseline = "known.json"\n')
    settings = Settings(root=tmp_path, baseline="known.json")
    assert lint_paths([app]) == lint_source(PITFALL, path=app, settings=settings) == []
    assert fix_source(PITFALL, path=app, settings=settings) == asyncdb_lint.FixResult(PITFALL, 0, ())
    assert [found.code for found in lint_source(PITFALL, path=app)] == ["ADB101"]
    known.path.write_text("{")
    with pytest.raises(BaselineError, match=r"known\.json: is no baseline"):
        lint_source(PITFALL, path=app, settings=settings)


def test_a_path_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MissingPath):
        lint_paths([tmp_path / "gone"])


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_source_is_fixed_in_memory_and_then_at_rest(newline: str) -> None:
    result = fix_source(PITFALL.replace("\n", newline))
    assert result == asyncdb_lint.FixResult(FIXED.replace("\n", newline), 1, ())
    assert fix_source(result.source).source == result.source


def test_what_does_not_parse_is_a_finding_and_left_alone() -> None:
    result = fix_source("def f(:\n")
    assert (result.source, [found.code for found in result.diagnostics]) == ("def f(:\n", ["ADB001"])


def test_unsafe_fixes_wait_to_be_asked_for() -> None:
    source = (
        HEAD.replace("\n\n\n", "\n")
        + "from fastapi import FastAPI\napp = FastAPI()\n\n"
        + '@app.get("/")\ndef users():\n    return database.fetch_all("SELECT 1")\n'
    )
    assert fix_source(source).source == source
    fixed = fix_source(source, unsafe=True)
    assert "async def users():\n    return await database" in fixed.source
    assert fixed.diagnostics == ()


@pytest.mark.parametrize("module", ["asyncdb_lint.api", "asyncdb_lint.settings.model", "asyncdb_lint.report.lines"])
def test_examples_in_docstrings_are_true(module: str) -> None:
    assert doctest.testmod(importlib.import_module(module)).failed == 0
