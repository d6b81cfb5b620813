"""The editor shows what the command line prints, on trees as they really are."""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks.editor.agreement import Comparison, compare
from tests.command import BROKEN, PITFALL, Project
from tests.server.editor import scenario

FIXTURES = Path(__file__).parent.parent / "fixtures"


def copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))


def agreed(found: Comparison) -> set[str]:
    """The codes that are found everywhere in the same places, and nothing else anywhere."""
    assert found.differences() == []
    assert found.command_line == found.workspace == found.open_files
    return {code for _, code, *_ in found.command_line}


@scenario
async def test_on_all_pitfalls_and_their_corrected_twins(tmp_path: Path) -> None:
    project = Project(tmp_path)
    copy(FIXTURES, tmp_path / "fixtures")
    project.write("asyncdb-lint.toml", "")
    found = await compare(project.root)
    assert len(agreed(found)) > 40


@scenario
async def test_on_a_package_with_settings_of_its_own(tmp_path: Path) -> None:
    project = Project(tmp_path)
    copy(FIXTURES / "app", tmp_path / "src" / "app")
    for path in sorted((FIXTURES / "pitfalls").glob("adb[1-5]*.py")):
        project.write(f"src/routes/{path.name}", path.read_text("utf-8"))
    project.write("src/routes/generated/adb.py", PITFALL)
    project.write("src/old/adb.py", PITFALL)
    project.write(".gitignore", "generated/\n")
    project.write(
        "pyproject.toml",
        """\
        [tool.asyncdb-lint]
        ignore = ["ADB3"]
        extend-exclude = ["old"]
        [tool.asyncdb-lint.per-file-ignores]
        "src/routes/adb2*" = ["ALL"]
        """,
    )
    project.write("src/routes/own/asyncdb-lint.toml", 'extend-select = ["ADB003"]\n')
    project.write("src/routes/own/accepted.py", PITFALL.replace("})\n", "})  # asyncdb-lint: ignore[ADB101]\n", 1))
    codes = agreed(await compare(project.root))
    assert {"ADB003", "ADB101", "ADB401", "ADB502"} <= codes
    assert not [code for code in codes if code.startswith(("ADB2", "ADB3"))]


@scenario
async def test_on_files_that_editors_and_parsers_read_differently(project: Project) -> None:
    project.write("windows.py", PITFALL.replace("\n", "\r\n"))
    project.write("marked.py", b"\xef\xbb\xbf" + PITFALL.encode())
    project.write("wide.py", PITFALL.replace("user = data", "print('\U0001f40d'); user = data"))
    project.write("feed.py", "\f\n# \v \x1c \u2028\n" + PITFALL)
    project.write("broken.py", PITFALL + BROKEN)
    found = await compare(project.root)
    assert agreed(found) == {"ADB001", "ADB101"}
    assert len({path for path, *_ in found.command_line}) == 5
