"""What is restored from a summary is what was walked, down to the nodes, which are fetched when somebody asks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import libcst as cst
import pytest

from asyncdb_lint.cache import Cache
from asyncdb_lint.diagnostics import Diagnostic
from asyncdb_lint.full_tree import FullTree
from asyncdb_lint.parsing import parse
from asyncdb_lint.project import lint_files
from asyncdb_lint.semantics.module_walk import walk_module
from asyncdb_lint.semantics.records import ModuleRecord
from asyncdb_lint.semantics.summary import restored, written
from asyncdb_lint.semantics.summary_forms import FORMS, form_of
from asyncdb_lint.semantics.terms import UNKNOWN, Unknown, last_name
from asyncdb_lint.session import Session
from asyncdb_lint.settings import RuleSelection, Settings
from tests.test_cache import APP, DB, FIXTURES, Folder, cut, empty, in_secret, of_another_version

PATH = Path("module.py")
TREES = [path for folder in ("app", "pitfalls", "corrected") for path in sorted((FIXTURES / folder).rglob("*.py"))]


def walked(text: str | bytes, path: Path = PATH) -> ModuleRecord:
    data = text.encode() if isinstance(text, str) else text
    parsed = parse(path, data)
    return walk_module(ModuleRecord(path, parsed), FullTree(parsed.tree))


def through_json(record: ModuleRecord) -> list[list[object]]:
    return json.loads(json.dumps(written(record)))


def never() -> ModuleRecord:
    raise AssertionError("nobody has asked for a node")


def nodes(record: ModuleRecord) -> Iterator[cst.CSTNode]:
    """The nodes of what rules ask about most."""
    for call in record.calls:
        yield call.node
        yield call.statement
        yield from (use.node for use in call.uses)
        yield from (argument.node for argument in call.arguments)
    for function in record.functions:
        yield function.node
        yield from (context.node for context in (*function.tries, *function.withs, *function.loops))
        yield from (returned.node for returned in function.returns_at.values())


def test_every_field_of_what_is_noted_has_a_form() -> None:
    assert {cls.__name__ for cls in FORMS} >= {"ModuleRecord", "CallRecord", "Use", "Attribute", "Hole"}
    assert {cls.__name__ for cls, forms in FORMS.items() if not forms} == {"Term", "Unknown"}


def test_a_field_of_a_new_kind_needs_one() -> None:
    with pytest.raises(TypeError, match=r"how set\[Term\] is written down"):
        form_of("set[Term]")


@pytest.mark.parametrize("path", TREES, ids=lambda path: path.stem)
def test_what_is_restored_is_what_was_written(path: Path) -> None:
    summary = through_json(walked(path.read_bytes(), path))
    again = restored(summary, path, lambda: walked(path.read_bytes(), path))
    assert through_json(again) == summary


@pytest.mark.parametrize("path", TREES, ids=lambda path: path.stem)
def test_nodes_are_those_of_a_walk(path: Path) -> None:
    record = walked(path.read_bytes(), path)
    again = restored(through_json(record), path, lambda: walked(path.read_bytes(), path))
    found = list(zip(nodes(again), nodes(record), strict=True))
    assert found or not record.calls
    for node, original in found:
        assert again.parsed.range_of(node) == record.parsed.range_of(original)
        assert node.deep_equals(original)


def test_what_is_not_a_node_needs_no_tree() -> None:
    record = restored(through_json(walked("def load(limit=3):\n    return rows(limit)\n")), PATH, never)
    (function,) = record.functions
    (call,) = record.calls
    assert (function.name, call.function, function.module) == ("load", function, record)
    assert [returned.term for returned in function.returns_at.values()] == [call.result]


def test_nobody_reads_what_nobody_asks_for() -> None:
    summary = through_json(walked("def load(limit=3):\n    return rows(limit)\n"))

    def still_names_the_call(number: int) -> bool:
        record = restored([*summary[:number], "no JSON", *summary[number + 1 :]], PATH, never)
        try:
            return last_name(record.calls[0].callee) == "rows"
        except ValueError:
            return False

    needed = [number for number in range(1, len(summary)) if not still_names_the_call(number)]
    assert 0 < len(needed) < 6 < len(summary) / 4


def test_what_stands_at_a_node_is_found_by_it() -> None:
    text = "def load():\n    return 1\n"
    record = restored(through_json(walked(text)), PATH, lambda: walked(text))
    (function,) = record.functions
    (returned,) = function.returns_at.values()
    assert function.returns_at[id(returned.node)] is returned


def test_an_attribute_that_nothing_has_is_missing_without_a_walk() -> None:
    record = restored(through_json(walked("rows()")), PATH, never)
    assert not hasattr(record.calls[0], "base")
    assert getattr(record.calls[0].callee, "node", None) is None


def test_the_unknown_stays_the_one_unknown() -> None:
    record = restored(through_json(walked("value = yield_[lambda: 0](*[x for x in y])")), PATH, never)
    assert all(term is UNKNOWN for terms in record.bindings.values() for term in terms if isinstance(term, Unknown))


CONSTANTS = ["1", "True", "1.0", "1e999", "-0.0", "2j", "b'\\xff'", "'\\ud800'", "...", "None", "10 ** 9", "'\\x00'"]


@pytest.mark.parametrize("constant", CONSTANTS)
def test_constants_are_what_they_were(constant: str) -> None:
    def value(record: ModuleRecord) -> str:
        return repr([(type(term), getattr(term, "value", None)) for term in record.bindings["x"]])

    record = walked(f"x = {constant}\n")
    assert value(restored(through_json(record), PATH, never)) == value(record)


def test_no_summary_depends_on_the_order_of_a_set() -> None:
    script = (
        "import sys, json; from tests.test_summaries import walked, written, TREES;"
        "print([hash(1), [json.dumps(written(walked(path.read_bytes(), path))) for path in TREES]])"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parent.parent,
            capture_output=True,
            check=True,
            timeout=300,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


# -- kept on disk ------------------------------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Folder:
    """A project whose app forgets an await."""
    return Folder(tmp_path)


def walks(project: Folder, *names: str) -> int:
    """How many modules a run of its own has to walk."""
    session = Session(cache=Cache(project.cache_folder))
    files = [project.root / name for name in names] or project.files
    found = lint_files(files, settings=project.settings, session=session).diagnostics
    assert found == lint_files(files, settings=project.settings).diagnostics
    return session.sizes()["modules"]


def test_only_what_has_changed_is_walked(project: Folder) -> None:
    query = "from db import database\n\n\nasync def more():\n    return await database.{}('SELECT 1')\n"
    project.write("more.py", query.format("fetch_all"))
    assert walks(project) == 3
    project.write("more.py", query.format("fetch_one"))
    assert walks(project, "more.py") == 1


def test_what_a_finding_stands_in_is_walked_once_more(project: Folder) -> None:
    walks(project)
    project.write("db.py", DB + "\nmore = 1\n")
    assert walks(project) == 2
    assert walks(project) == 0


def test_what_a_finding_stands_in_is_not_walked_if_nobody_sees_a_change_elsewhere(project: Folder) -> None:
    walks(project)
    project.write("db.py", "# a comment\n" + DB)
    assert walks(project) == 1
    assert walks(project) == 0


def test_settings_share_what_is_known_of_modules(project: Folder) -> None:
    walks(project)
    session = Session(cache=Cache(project.cache_folder))
    settings = Settings(root=project.root, selections=(RuleSelection(select=("ADB402",)),))
    lint_files(project.files, settings=settings, session=session)
    assert session.sizes()["modules"] == 0


def test_a_change_of_what_others_use_counts(project: Folder) -> None:
    assert project.codes() == ["ADB101"]
    project.write("db.py", "class Database:\n    def execute(self, query): ...\n\n\ndatabase = Database()\n")
    assert project.codes() == []


def turn_a_bit(path: Path) -> None:
    header, index, rest = path.read_bytes().split(b"\n", 2)
    path.write_bytes(b"\n".join([header, index, bytes([rest[0] ^ 4]) + rest[1:]]))


def of_other_modules(path: Path) -> None:
    header, index, rest = path.read_bytes().split(b"\n", 2)
    path.write_bytes(b"\n".join([header, index, rest[::-1]]))


@pytest.mark.parametrize("damage", [cut, empty, of_another_version, turn_a_bit, of_other_modules])
def test_what_is_damaged_is_no_summary(project: Folder, damage: Callable[[Path], None]) -> None:
    project.lint()
    damage(project.kept)
    project.write("plain.py", "from db import database\n\n\nasync def f():\n    await database.execute('')\n")
    assert project.codes() == ["ADB101"]
    assert walks(project) == 0


def test_files_that_are_gone_leave_nothing(project: Folder) -> None:
    project.write("more.py", APP)
    project.lint()
    (project.root / "more.py").unlink()
    project.write("app.py", APP + "\n")
    project.lint()
    kept = project.names_of_parts("module ")
    assert {Path(path).name for path in kept} & {"app.py", "db.py", "more.py"} == {"app.py", "db.py"}


def test_what_no_summary_can_hold_is_walked_every_time(project: Folder) -> None:
    project.write("app.py", f"{APP}\n\nx = {'9' * 4200}\n")
    sys.set_int_max_str_digits(4300)
    assert project.codes() == ["ADB101"]
    project.write("app.py", f"{APP}\n\nx = 0x{'f' * 9000}\n")
    assert project.codes() == ["ADB101"]
    project.write("plain.py", APP)
    assert project.codes() == ["ADB101", "ADB101"]


def test_a_read_that_was_kept_secret_is_not_believed(project: Folder) -> None:
    """A summary is kept under the content of its file, not under its stamp."""
    project.lint()
    in_secret(project.root / "db.py", "database = None\n")
    project.write("app.py", APP + "\n")
    assert project.codes() == []


def test_whole_trees_find_the_same_after_a_change(tmp_path: Path) -> None:
    for name in ("pitfalls", "corrected"):
        shutil.copytree(FIXTURES, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        (tmp_path / name / "asyncdb-lint.toml").write_text("")
    shutil.rmtree(tmp_path / "corrected" / "pitfalls")
    files = sorted(tmp_path.rglob("*.py"))
    cache = Cache(tmp_path / "cache")

    def lint() -> tuple[Diagnostic, ...]:
        session = Session(cache=cache, keeps=False)
        return lint_files(files, settings=Settings(root=tmp_path), session=session).diagnostics

    first = lint()
    assert len(first) > 50
    for changed in files[:: len(files) // 4]:
        changed.write_text(changed.read_text() + "\n\n# a comment\n")
        assert lint() == first
    for changed in files[:: len(files) // 4]:
        changed.write_text(f"# a comment\n{changed.read_text()}")
        assert lint() == lint_files(files, settings=Settings(root=tmp_path)).diagnostics
