"""The accuracy benchmark: its mutations make the pitfall and nothing else, and it counts what it should."""

from __future__ import annotations

import ast
import csv
import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from asyncdb_lint.session import Session
from benchmarks.accuracy.changes import compare, findings_of
from benchmarks.accuracy.corpus import Repository, lint_repository, read_repositories
from benchmarks.accuracy.exclusions import Exclusion, read_exclusions
from benchmarks.accuracy.labels import judge, read_labels
from benchmarks.accuracy.mutation import Mutation, broken, rounds
from benchmarks.accuracy.mutators import MUTATORS
from benchmarks.accuracy.recall import measure_repository
from benchmarks.accuracy.sites import Project, read_project
from benchmarks.accuracy.tables import recall_by_kind, share
from benchmarks.accuracy.verdicts import identified, precision, read_verdicts, write_verdicts

FILES = {
    "app/db.py": """
        from databases import Database

        database = Database("sqlite:///app.db")
        """,
    "app/users.py": """
        import psycopg2

        from app.db import database


        async def by_name(name: str):
            query = "SELECT id FROM users WHERE name = :name AND kind = :kind"
            values = {"name": name, "kind": 1}
            return await database.fetch_one(query, values)


        def all_users():
            return database.fetch_all("SELECT id FROM users")


        async def is_known(name: str):
            return bool(await by_name(name))


        async def stream():
            async for row in database.iterate("SELECT id FROM users"):
                print(row)


        async def move(name: str):
            async with database.transaction():
                first = await database.fetch_one("SELECT 1")
                second = await database.fetch_one("SELECT 2")
            return first, second


        def report(cursor: psycopg2.extensions.cursor):
            cursor.execute("SELECT 1")
        """,
    "app/main.py": """
        from __future__ import annotations

        from fastapi import FastAPI, HTTPException

        from app import users
        from app.db import database

        app = FastAPI()


        @app.on_event("startup")
        async def startup():
            await database.connect()


        @app.get("/users/{name}")
        async def read(name: str):
            return await users.by_name(name)


        @app.get("/users")
        async def read_all():
            return await users.all_users()


        @app.get("/known")
        async def known(name: str):
            return await users.is_known(name=name)


        @app.post("/users")
        async def create(name: str):
            try:
                await database.execute("INSERT INTO users (name) VALUES (:name)", {"name": name})
            except Exception as error:
                raise HTTPException(status_code=409) from error
            return {"name": name}
        """,
}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    root = tmp_path / "shop"
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip(), encoding="utf-8")
    (root / "pyproject.toml").touch()
    return Repository("shop", root, "databases")


@pytest.fixture
def project(repository: Repository) -> Project:
    return read_project(repository, [])


def made(project: Project, kind: str) -> list[Mutation]:
    return list(next(item for item in MUTATORS if item.kind == kind).make(project))


def lines_of(project: Project, mutation: Mutation) -> tuple[str, str]:
    """The whole broken text, and the line on which the finding is due."""
    data, expected = broken(project.sources[mutation.path], [mutation])
    text = data.decode()
    ast.parse(text)
    return text, text.splitlines()[expected[0].first_line - 1].strip()


def test_only_real_queries_are_sites(project: Project) -> None:
    found = {(site.receiver, site.method) for site in project.query_sites}
    assert found == {("database", name) for name in ("fetch_one", "fetch_all", "iterate", "execute")}


def test_an_annotated_cursor_of_another_driver_is_no_site(project: Project) -> None:
    assert not [site for site in project.query_sites if site.receiver == "cursor"]


def test_wrappers_are_project_functions_that_query(project: Project) -> None:
    assert sorted(site.method for site in project.wrapper_sites) == ["all_users", "by_name", "by_name", "is_known"]


def test_an_exclusion_takes_a_receiver_out(repository: Repository, tmp_path: Path) -> None:
    table = tmp_path / "exclusions.tsv"
    table.write_text(
        "repository\tpath\treceiver\tmethod\treason\nshop\tapp/main.py\tdatabase\t\ttry\n", encoding="utf-8"
    )
    sites = read_project(repository, read_exclusions(table)).query_sites
    assert {site.source.path.name for site in sites} == {"users.py"}


@pytest.mark.parametrize(
    ("kind", "due"),
    [
        ("forgotten-await", "return database.fetch_one(query, values)"),
        ("forgotten-await-of-wrapper", "return users.is_known(name=name)"),
        ("forgotten-await-of-lifecycle", "database.connect()"),
        ("database-in-handler", 'database = PerRequestDatabase("postgresql://localhost/app")'),
        ("plain-for", 'for row in database.iterate("SELECT id FROM users"):'),
        ("plain-with", "with database.transaction():"),
        ("gather-in-transaction", 'first = await asyncio.gather(database.fetch_one("SELECT 1"))'),
    ],
)
def test_a_mutation_makes_the_pitfall_where_the_finding_is_due(project: Project, kind: str, due: str) -> None:
    assert due in {lines_of(project, mutation)[1] for mutation in made(project, kind)}


def test_a_bound_value_moves_into_the_text_and_out_of_the_values(project: Project) -> None:
    (inside,) = made(project, "interpolated-value")
    assert "execute(f\"INSERT INTO users (name) VALUES ('{name}')\", {})" in lines_of(project, inside)[0]
    (behind,) = made(project, "interpolated-value-behind-handler")
    text = lines_of(project, behind)[0]
    assert "query = f\"SELECT id FROM users WHERE name = '{name}' AND kind = :kind\"" in text
    assert 'values = {"kind": 1}' in text


def test_a_place_that_makes_no_pitfall_is_left_out(repository: Repository) -> None:
    kind = "interpolated-value-behind-handler"
    harmless = Exclusion("shop", "app/users.py", "by_name.name", kind)
    assert not made(read_project(repository, [harmless]), kind)


def test_values_are_dropped_and_keys_misspelt_one_at_a_time(project: Project) -> None:
    dropped = [lines_of(project, mutation)[0] for mutation in made(project, "dropped-bind")]
    assert any('values = {"kind": 1}' in text for text in dropped)
    assert any('values = {"name": name}' in text for text in dropped)
    assert any('VALUES (:name)", {})' in text for text in dropped)
    renamed = [lines_of(project, mutation)[0] for mutation in made(project, "renamed-bind")]
    assert any('{"name": name, "kind_id": 1}' in text for text in renamed)


def test_the_only_value_goes_with_its_comma(repository: Repository) -> None:
    (repository.root / "app/touch.py").write_text(
        "from app.db import database\n\n\n"
        "async def touch(number: int):\n"
        '    await database.execute("UPDATE users SET seen = 1 WHERE id = :id", {"id": number,})\n'
    )
    project = read_project(repository, [])
    (only,) = (item for item in made(project, "dropped-bind") if item.path.stem == "touch")
    assert 'WHERE id = :id", {})' in lines_of(project, only)[0]


def test_what_tests_pass_comes_from_nobody_outside(repository: Repository) -> None:
    kind = "interpolated-value-behind-handler"
    (repository.root / "tests").mkdir()
    (repository.root / "app/users.py").rename(repository.root / "tests/helpers.py")
    assert not made(read_project(repository, []), kind)


def test_a_guard_goes_and_the_write_stays(project: Project) -> None:
    (mutation,) = made(project, "removed-guard")
    text = lines_of(project, mutation)[0]
    assert "except" not in text
    assert "await database.execute" in text


def test_a_guard_of_the_whole_app_leaves_nothing_to_remove(repository: Repository) -> None:
    main = repository.root / "app/main.py"
    main.write_text(main.read_text() + "\napp.add_exception_handler(Exception, print)\n")
    assert not made(read_project(repository, []), "removed-guard")


def test_every_place_is_broken_once_and_neighbours_apart(project: Project) -> None:
    mutations = [item for mutator in MUTATORS[:2] for item in mutator.make(project)]
    batches = rounds(mutations, 3)
    assert sorted(map(id, (item for batch in batches for item in batch))) == sorted(map(id, mutations))
    for batch in batches:
        assert not [(a, b) for a in batch for b in batch if a is not b and a.overlaps(b)]


def test_many_places_of_one_file_are_broken_at_once_and_found_at_their_lines(project: Project) -> None:
    mutations = [*made(project, "database-in-handler"), *made(project, "forgotten-await-of-lifecycle")]
    (source,) = {project.sources[mutation.path] for mutation in mutations}
    data, expected = broken(source, mutations)
    lines = data.decode().splitlines()
    assert lines[expected[0].first_line - 1].strip().startswith("database = PerRequestDatabase")
    assert lines[expected[1].first_line - 1].strip() == "database.connect()"


def test_recall_counts_found_and_missed_places(repository: Repository) -> None:
    kinds = ["forgotten-await", "forgotten-await-of-wrapper", "forgotten-await-of-lifecycle", "database-in-handler"]
    outcomes = measure_repository(repository, kinds, [], 2)
    assert len(outcomes) == 4 + 4 + 1 + 1
    assert [item.mutation.shown for item in outcomes if not item.is_found] == []


def test_a_miss_has_a_cause(repository: Repository) -> None:
    extra = repository.root / "app/extra.py"
    extra.write_text("async def run(unknown):\n    return await unknown.database.fetch_all('SELECT 1')\n")
    outcomes = measure_repository(repository, ["forgotten-await"], [], 1)
    (missed,) = [item for item in outcomes if not item.is_found]
    assert missed.mutation.path == extra
    assert missed.cause


def test_a_rule_that_does_not_exist_is_said_so_and_not_counted() -> None:
    page = recall_by_kind([])
    codes = {line.split("|")[2].strip(): line for line in page.splitlines()[2:]}
    assert "no such place" in codes["ADB101"]
    assert share(999, 1000) == "0.999"
    assert share(9999, 10000) == "0.999"
    assert share(3, 3) == "1.000"


@pytest.fixture
def leaky(repository: Repository) -> Repository:
    """The repository with one forgotten await."""
    (repository.root / "app/leak.py").write_text(
        "from app.db import database\n\n\nasync def clean():\n    database.execute('DELETE FROM visits')\n"
    )
    return repository


def test_verdicts_survive_moved_lines_and_give_precision(leaky: Repository, tmp_path: Path) -> None:
    seen = list(identified(leaky, lint_repository(leaky.files(), leaky.session(), codes=["ADB101"])))
    table = tmp_path / "verdicts.tsv"
    assert write_verdicts(table, seen, {}) == 1
    table.write_text(table.read_text().replace("\t5\t\t", "\t5\ttrue\tnever runs"))
    leak = leaky.root / "app/leak.py"
    leak.write_text("\n\n" + leak.read_text())
    moved = list(identified(leaky, lint_repository(leaky.files(), leaky.session(), codes=["ADB101"])))
    known = read_verdicts(table)
    (row,) = precision(moved, known)
    assert (row.rule, row.findings, row.true, row.false, row.value) == ("ADB101", 1, 1, 0, 1.0)
    assert write_verdicts(table, moved, known) == 0
    assert "database" not in table.read_text()


def test_a_finding_that_goes_does_not_pass_its_verdict_on(leaky: Repository) -> None:
    leak = leaky.root / "app/leak.py"
    leak.write_text(leak.read_text() + "\n\nasync def again():\n    database.execute('DELETE FROM visits')\n")
    both = lint_repository(leaky.files(), leaky.session(), codes=["ADB101"])
    first, second = (item.key for item in identified(leaky, both))
    (left,) = (item.key for item in identified(leaky, both[1:]))
    assert first != second == left


def test_what_lies_in_one_repository_is_one_project(tmp_path: Path) -> None:
    root = tmp_path / "checkouts" / "shop"
    for folder, text in {
        "orders": "from databases import Database\n\ndatabase = Database('sqlite:///orders.db')\n",
        "prices": "import requests\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/')\n"
        "async def prices():\n    return requests.get('https://prices.example').json()\n",
    }.items():
        (root / folder).mkdir(parents=True)
        (root / folder / "alembic.ini").touch()
        (root / folder / "main.py").write_text(text)
    (shop,) = read_repositories(None, root.parent)
    assert shop.group == "databases"
    found = lint_repository(shop.files(), shop.session(), codes=["ADB601"])
    assert [shop.relative(item.path) for item in found] == ["prices/main.py"]
    # Without knowing that, the half without a database is none of this linter's business.
    assert not lint_repository(shop.files(), Session(), codes=["ADB601"])


def test_labels_are_found_missed_and_alarmed(leaky: Repository, tmp_path: Path) -> None:
    rows = [
        ("app/leak.py", 4, "unawaited", "true_bug", "discarded"),
        ("app/users.py", 8, "unawaited", "true_bug", "invented: awaited"),
        (
            "app/users.py",
            13,
            "benign-but-tempting",
            "benign",
            "plain def returns the coroutine; callers await",
        ),
        ("app/leak.py", 5, "benign-but-tempting", "benign", "invented: plain def returns the coroutine"),
        ("app/leak.py", 5, "n_plus_one", "true_bug", "a rule to come"),
    ]
    table = tmp_path / "labels.tsv"
    with table.open("w", newline="") as file:
        writer = csv.writer(file, delimiter="\t")
        writer.writerow(("repo", "path", "line", "kind", "label", "why"))
        writer.writerows(("shop", *row) for row in rows)
    seen = list(identified(leaky, lint_repository(leaky.files(), leaky.session())))
    says = [answer.says for answer in judge(read_labels(table), seen)]
    assert says[:4] == ["found", "missed", "quiet", "alarmed"]
    assert says[4] in ("rule not implemented", "missed")


def test_changes_tell_what_appeared_and_what_vanished(leaky: Repository, tmp_path: Path) -> None:
    def checked(name: str) -> str:
        command = [sys.executable, "-m", "asyncdb_lint", "check", "--isolated", "--exit-zero"]
        done = subprocess.run(
            [*command, "--output-format", "json", str(leaky.root)], capture_output=True, check=True, text=True
        )
        target = tmp_path / f"{name}.json"
        target.write_text(done.stdout)
        return str(target)

    before = findings_of(checked("before"), [leaky])
    assert "ADB101" in [item.key.rule for item in before]
    empty = tmp_path / "empty.json"
    empty.write_text(json.dumps([]))
    after = findings_of(str(empty), [leaky])
    appeared, vanished = compare(before, after)
    assert (len(appeared), len(vanished)) == (0, len(before))
    appeared, vanished = compare(after, findings_of(".", [leaky]))
    assert (len(appeared), len(vanished)) == (len(before), 0)


def test_the_commands_run(leaky: Repository, tmp_path: Path) -> None:
    misses = tmp_path / "misses.jsonl"
    command = [sys.executable, "-m", "benchmarks.accuracy", "recall", str(leaky.root.parent), "--workers", "1"]
    done = subprocess.run(
        [*command, "--only", "shop", "--kind", "forgotten-await", "--misses", str(misses)],
        cwd=Path(__file__).parent.parent, capture_output=True, check=True, text=True,
    )  # fmt: skip
    assert "| `await` of a query removed | ADB101 | 4 | 4 | 1.000 | 1 | met |" in done.stdout
    assert misses.read_text() == ""
