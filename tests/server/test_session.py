"""A session that is kept finds what a run from scratch finds."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from asyncdb_lint.parsing import ParsedModule, parse
from asyncdb_lint.project import LintResult, lint_files
from asyncdb_lint.session import Session
from asyncdb_lint.settings import Settings
from tests.command import BROKEN, PITFALL, QUIET

FIXTURES = Path(__file__).parent.parent / "fixtures"
SETTINGS = Settings()


def _same(kept: LintResult, fresh: LintResult) -> None:
    assert kept.diagnostics == fresh.diagnostics
    assert kept.sources == fresh.sources


@pytest.mark.parametrize("folder", ["app", "pitfalls"])
def test_findings_stay_those_of_the_command_line_through_edits(folder: str, tmp_path: Path) -> None:
    root = tmp_path / folder
    shutil.copytree(FIXTURES / folder, root, ignore=shutil.ignore_patterns("__pycache__"))
    files = sorted(root.rglob("*.py"))
    if folder == "pitfalls":
        files = files[:12]
        for other in set(root.rglob("*.py")) - set(files):
            other.unlink()
    (tmp_path / "asyncdb-lint.toml").write_text("")
    session, chance = Session(), random.Random(7)
    unsaved: dict[Path, bytes] = {}
    found: set[str] = set()
    for _ in range(30):
        file = chance.choice(files)
        lines = (unsaved.get(file) or file.read_bytes()).splitlines(keepends=True)
        place = chance.randrange(len(lines) + 1)
        match chance.choice(["remove", "add", "break", "await", "await", "restore", "restore", "restore"]):
            case "remove" if lines:
                del lines[min(place, len(lines) - 1)]
            case "add":
                lines.insert(place, b"# a line\n")
            case "break":
                lines.append(BROKEN.encode())
            case "await":
                lines = [line.replace(b"await ", b"") for line in lines]
            case _:
                lines = file.read_bytes().splitlines(keepends=True)
        unsaved[file] = b"".join(lines)
        session.begin_round()
        # The file that is edited comes first, and the others take what has been linked for it.
        one = lint_files([file], settings=SETTINGS, overrides=unsaved, session=session)
        kept = lint_files(files, settings=SETTINGS, overrides=unsaved, session=session)
        session.end_round()
        session.prepare(file)
        fresh = lint_files(files, settings=SETTINGS, overrides=unsaved)
        _same(kept, fresh)
        assert one.diagnostics == tuple(d for d in fresh.diagnostics if d.path == file)
        found.update(diagnostic.code for diagnostic in fresh.diagnostics)
    assert found - {"ADB001"}


def test_a_module_that_begins_to_be_edited_gets_its_tree_before_the_next_edit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "asyncdb-lint.toml").write_text("")
    app, other = tmp_path / "app.py", tmp_path / "other.py"
    app.write_text(QUIET)
    other.write_text(QUIET)
    parsed: list[Path] = []

    def counted(path: Path, data: bytes) -> ParsedModule:
        parsed.append(path)
        return parse(path, data)

    monkeypatch.setattr("asyncdb_lint.session.parse", counted)
    session = Session()
    lint_files([app, other], settings=SETTINGS, session=session)
    assert parsed == []
    session.prepare(app)
    session.prepare(app)
    assert parsed == [app]
    edited = lint_files([app, other], settings=SETTINGS, session=session, overrides={app: PITFALL.encode()})
    assert [diagnostic.code for diagnostic in edited.diagnostics] == ["ADB101"]
    assert parsed == [app]


def test_a_broken_file_that_others_import_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "asyncdb-lint.toml").write_text("")
    plain, app = tmp_path / "plain.py", tmp_path / "app.py"
    plain.write_text(BROKEN)
    app.write_text(QUIET + "\n\nfrom plain import thing\n\n\nasync def run():\n    await thing(database)\n")
    found = lint_files([plain, app], settings=SETTINGS)
    assert [(diagnostic.code, diagnostic.path) for diagnostic in found.diagnostics] == [("ADB001", plain)]


def test_files_on_disk_are_looked_at_when_they_are_said_to_have_changed(tmp_path: Path) -> None:
    (tmp_path / "asyncdb-lint.toml").write_text("")
    app, other = tmp_path / "app.py", tmp_path / "other.py"
    app.write_text(QUIET)
    session = Session()

    def codes() -> list[str]:
        found = lint_files([app], settings=SETTINGS, session=session)
        return [diagnostic.code for diagnostic in found.diagnostics]

    assert codes() == []
    app.write_text(PITFALL)
    assert codes() == []
    session.look_again()
    assert codes() == ["ADB101"]
    other.write_text("from app import name_of\n\n\nasync def run():\n    name_of(1)\n")
    session.look_again()
    session.begin_round()
    assert codes() == ["ADB101"]
    session.end_round()
    assert session.sizes()["files"] == 2
    app.unlink()
    session.look_again()
    assert codes() == ["ADB001"]


def test_a_run_that_is_stopped_leaves_the_session_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "asyncdb-lint.toml").write_text("")
    files = [tmp_path / f"app_{number}.py" for number in range(5)]
    for file in files:
        file.write_text(PITFALL)
    session = Session()
    steps = 0

    class Stop(Exception):
        pass

    def stop_at(limit: int) -> None:
        nonlocal steps
        steps += 1
        if steps > limit:
            raise Stop

    for limit in range(1, 200, 9):
        steps = 0
        session.checkpoint = lambda limit=limit: stop_at(limit)  # type: ignore[misc]
        with pytest.raises(Stop):
            lint_files(files, settings=SETTINGS, overrides={files[0]: f"# {limit}\n".encode()}, session=session)
        session.checkpoint = lambda: None
        _same(
            lint_files(files, settings=SETTINGS, session=session),
            lint_files(files, settings=SETTINGS),
        )
