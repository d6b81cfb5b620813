"""The speed benchmark: it measures what it says, and its table says what was measured. No test depends on how fast."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.speed.__main__ import main
from benchmarks.speed.children import PARSE
from benchmarks.speed.imports import own_times
from benchmarks.speed.measuring import Command, Measured, Run, measure, peak_of_tree, run_once
from benchmarks.speed.tables import Line, Target, compare, seconds, table
from benchmarks.speed.trees import ChangedFile, copied

APP = Path(__file__).parent / "fixtures" / "app"


def program(name: str, code: str, *arguments: str, folder: Path = APP) -> Command:
    return Command(name, (sys.executable, "-c", code, *arguments), folder, frozenset({0}))


def measured(*walls: float, problem: str = "") -> Measured:
    return Measured([Run(wall, wall, 2048, problem) for wall in walls])


def test_the_linter_and_bare_parsing_are_measured_side_by_side(tmp_path: Path) -> None:
    listed = tmp_path / "files.txt"
    listed.write_text("".join(f"{file}\n" for file in sorted(APP.rglob("*.py"))))
    ours = Command("ours", (sys.executable, "-m", "asyncdb_lint", "check", "--isolated", "--quiet", "."), APP)
    found = measure([ours, program("bare", PARSE, str(listed))], 1, timeout=120, warm_up=False)
    assert [(name, len(item.runs), item.problem) for name, item in found.items()] == [("ours", 1, ""), ("bare", 1, "")]
    assert all(run.cpu > 0 and run.wall > 0 and run.peak > 1024 for item in found.values() for run in item.runs)
    line = compare("app", found["ours"], "bare", found["bare"], Target(1.0))
    assert line.ratio == found["ours"].runs[0].wall / found["bare"].runs[0].wall


def test_commands_take_turns_and_the_first_round_does_not_count(tmp_path: Path) -> None:
    log = tmp_path / "log"
    write = "import sys; open(sys.argv[1], 'a').write(sys.argv[2])"
    found = measure([program(name, write, str(log), name) for name in "ab"], 2, timeout=60)
    assert log.read_text() == "ababab"
    assert [len(item.runs) for item in found.values()] == [2, 2]


def test_a_command_that_fails_or_takes_too_long_is_run_once_and_says_so(tmp_path: Path) -> None:
    found = measure(
        [program("fails", "raise SystemExit(3)"), program("hangs", "import time; time.sleep(600)")], 3, timeout=1
    )
    assert [(item.problem, len(item.runs)) for item in found.values()] == [
        ("fails with 3", 1),
        ("not done after 1 s", 1),
    ]


def test_what_is_done_before_a_run_is_not_measured_and_changes_a_file(tmp_path: Path) -> None:
    file = tmp_path / "app.py"
    file.write_text("x = 1\n")
    changed = ChangedFile(file)
    command = Command("run", (sys.executable, "-c", "pass"), tmp_path, before=changed.change)
    run_once(command, 60)
    first = file.read_text()
    run_once(command, 60)
    assert first.startswith("x = 1\n")
    assert file.read_text() != first


def test_memory_is_that_of_all_processes() -> None:
    hold = "import time; data = b'x' * 40_000_000; time.sleep(0.5)"
    start = f"subprocess.Popen([sys.executable, '-c', {hold!r}])"
    two = f"import subprocess, sys; [process.wait() for process in [{start}, {start}]]"
    assert peak_of_tree(program("two", two), 60) > 80_000


def test_medians_ratios_and_targets() -> None:
    line = compare("a", measured(3, 1, 2), "b", measured(4, 4, 1), Target(0.5))
    assert (line.ratio, line.verdict) == (0.5, "met")
    assert compare("a", measured(3), "b", measured(2), Target(1.0)).verdict == "**missed**"
    assert compare("a", measured(1), "b", measured(20), Target(20, at_least=True), inverse=True).verdict == "met"
    assert compare("a", measured(1), "b", measured(19), Target(20, at_least=True), inverse=True).verdict == "**missed**"


def test_a_tool_that_was_ended_is_at_least_as_slow_as_that() -> None:
    ended = measured(600, problem="not done after 600 s")
    assert compare("a", measured(1), "b", ended, Target(20, at_least=True), inverse=True).verdict == "met; at least"
    unclear = compare("a", measured(100), "b", ended, Target(20, at_least=True), inverse=True)
    assert (unclear.ratio, unclear.verdict) == (None, "b not done after 600 s")
    failed = compare("a", measured(1), "b", measured(1, problem="fails with 2"), Target(1))
    assert (failed.ratio, failed.verdict) == (None, "b fails with 2")


def test_the_table() -> None:
    assert [seconds(value) for value in (0.0123, 1.5, 250.4)] == ["12 ms", "1.50 s", "250 s"]
    shown = table([Line("x", "1 s", "y", "2 s", 0.5, Target(1)), Line("z", "1 s", "y", "—")])
    assert shown.splitlines()[2:] == [
        "| x | 1 s | y | 2 s | 0.50x | ≤ 1x | met |",
        "| z | 1 s | y | — | — | — | not measured |",
    ]


def test_copies_import_each_from_its_own_packages(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "shop").mkdir(parents=True)
    (tree / "shop" / "db.py").write_text("import os\nfrom .x import y\n")
    (tree / "main.py").write_text("from shop import db\nfrom shopping import z\n")
    one, many = copied(tree, tmp_path / "copies", copies=3)
    assert sorted(path.relative_to(one).as_posix() for path in one.rglob("*.py")) == [
        "part0/main_0.py",
        "part0/shop_0/db.py",
    ]
    assert len(list(many.rglob("*.py"))) == 6
    assert (many / "part2" / "main_2.py").read_text() == "from shop_2 import db\nfrom shopping import z\n"
    assert (many / "part2" / "shop_2" / "db.py").read_text() == "import os\nfrom .x import y\n"


def test_import_times() -> None:
    report = (
        "import time: self [us] | cumulative | imported package\nimport time:       210 |        310 |   click.core\n"
    )
    assert own_times(report) == {"click.core": 210}


@pytest.mark.parametrize(
    ("words", "problem"),
    [(["--only", "cold,nothing"], "no part nothing"), (["--only", "hook"], "name a folder of database-heavy")],
)
def test_wrong_use_is_told_before_anything_is_made(tmp_path: Path, words: list[str], problem: str) -> None:
    result = CliRunner().invoke(main, [*words, "--cache", str(tmp_path / "cache")])
    assert result.exit_code == 2
    assert problem in result.output
    assert not (tmp_path / "cache").exists()
