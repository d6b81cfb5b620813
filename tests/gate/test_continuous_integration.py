"""The shell steps of the GitHub Action and of the GitLab job, run by bash with a recorder in the linter's place."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.gate.repository import Repository
from tests.project_tree import ROOT

ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
GITLAB = yaml.safe_load((ROOT / "ci" / "gitlab.yml").read_text())
OUTPUTS = ["--output", "sarif:out.sarif", "--output", "github", "--output", "markdown:summary.md"]


def step(name: str) -> dict[str, Any]:
    (found,) = [step for step in ACTION["runs"]["steps"] if step.get("name") == name]
    return found


def lint(folder: Path, **given: str) -> list[str]:
    """Runs the step that lints, and returns the arguments that the linter gets."""
    record(folder / "asyncdb-lint" / "bin" / "asyncdb-lint")
    inputs = {name: value.get("default", "") for name, value in ACTION["inputs"].items()}
    environment = {
        "PATHS": inputs["paths"], "SINCE": inputs["since"], "ARGUMENTS": inputs["arguments"], "BASE": "",
        "SARIF": "out.sarif", "RUNNER_TEMP": str(folder), "GITHUB_STEP_SUMMARY": "summary.md",
    }  # fmt: skip
    assert set(step("Lint")["env"]) <= set(environment)
    return bash(step("Lint")["run"], folder, {**environment, **given}).split("\0")[:-1]


def record(program: Path) -> None:
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text("#!/usr/bin/env bash\nprintf '%s\\0' \"$@\"\n")
    program.chmod(0o755)


def bash(script: str, folder: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script], cwd=folder,
        env={**os.environ, **environment}, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return done.stdout


@pytest.mark.parametrize(
    ("given", "arguments"),
    [
        ({}, ["--", "."]),
        ({"BASE": "main"}, ["--since=origin/main", "--", "."]),
        ({"BASE": "main", "SINCE": "none"}, ["--", "."]),
        ({"SINCE": "v1.0"}, ["--since=v1.0", "--", "."]),
        ({"PATHS": "src\nwith space\n"}, ["--", "src", "with space"]),
        (
            {"ARGUMENTS": "--select=ADB1\n--config=src = ['a b']\n"},
            ["--select=ADB1", "--config=src = ['a b']", "--", "."],
        ),
        # Names of branches are other people's text.
        ({"BASE": "$(touch was-run);`touch was-run`"}, ["--since=origin/$(touch was-run);`touch was-run`", "--", "."]),
    ],
)
def test_the_action_lints_with_what_it_is_given(tmp_path: Path, given: dict[str, str], arguments: list[str]) -> None:
    assert lint(tmp_path, **given) == ["check", *OUTPUTS, *arguments]
    assert not (tmp_path / "was-run").exists()


def test_no_step_pastes_what_others_write_into_its_script() -> None:
    for each in ACTION["runs"]["steps"]:
        assert "${{" not in each.get("run", "")


def test_the_action_fetches_what_a_shallow_checkout_lacks(repository: Repository, tmp_path: Path) -> None:
    repository.write("app.py", "")
    repository.commit()
    repository.git("checkout", "--quiet", "-b", "work")
    repository.commit()
    repository.git("clone", "--quiet", "--depth=1", f"file://{repository.root}", str(tmp_path / "clone"))
    clone = Repository(tmp_path / "clone")
    for _ in range(2):
        bash(step("Fetch the base branch")["run"], clone.root, {"BASE": "main"})
    assert clone.git("merge-base", "HEAD", "origin/main") == repository.git("rev-parse", "main")


@pytest.mark.parametrize(("base", "since"), [("", []), ("abc123", ["--since=abc123"])])
def test_the_gitlab_job_lints_what_a_merge_request_changes(tmp_path: Path, base: str, since: list[str]) -> None:
    job = GITLAB["asyncdb-lint"]
    (script,) = job["script"]
    record(tmp_path / "bin" / "asyncdb-lint")
    variables = {**job["variables"], "CI_MERGE_REQUEST_DIFF_BASE_SHA": base, "ASYNCDB_LINT_PATHS": "src tests"}
    out = bash(script.replace("/tmp/asyncdb-lint", str(tmp_path)), tmp_path, variables)
    report = ["--output", "gitlab:gl-code-quality-report.json", "--output", "full"]
    assert out.split("\0")[:-1] == ["check", *since, *report, "--", "src", "tests"]
    assert job["artifacts"]["reports"]["codequality"] == "gl-code-quality-report.json"
