"""Rules of other packages: off until settings name them, and only ever code that the user has installed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from asyncdb_lint.report.outputs import format_names
from tests.command import PITFALL, QUIET, Project, Ran

PACKAGE = Path(__file__).parent.parent / "fixtures" / "plugin"
WRITE = QUIET.replace("return await database.fetch_one", "await database.execute").replace(
    "SELECT name FROM", "DELETE FROM"
)
ROOT = str(Path(__file__).parent.parent.parent)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the example package is installed into, as `pip` does it."""
    copy = shutil.copytree(PACKAGE, tmp_path_factory.mktemp("package") / "plugin")
    target = tmp_path_factory.mktemp("site")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation",
         "--target", target, copy], check=True, timeout=120,
    )  # fmt: skip
    return target


def check(project: Project, site: Path | None, *arguments: str) -> Ran:
    return project.check(*arguments, PYTHONPATH=f"{site}:{ROOT}" if site else ROOT)


def codes(project: Project, site: Path, *arguments: str) -> list[str]:
    ran = check(project, site, "--output-format=json", *arguments)
    assert ran.err == ""
    return [finding["code"] for finding in json.loads(ran.out)]


def test_a_plugin_is_off_until_settings_name_it(project: Project, site: Path) -> None:
    project.write("app.py", WRITE)
    assert codes(project, site) == []
    assert codes(project, site, "--select=ACME") == [], "to select a rule is not to load a plugin"
    project.write("asyncdb-lint.toml", 'plugins = ["ACME"]\n')
    assert codes(project, site) == ["ACME001"]
    assert codes(project, site, "--ignore=ACME001") == []
    assert codes(project, site, "--select=ADB1") == []
    assert codes(project, None or site, "--isolated") == []


def test_its_rules_take_settings_and_comments_like_others(project: Project, site: Path) -> None:
    project.write("app.py", WRITE)
    project.write(
        "asyncdb-lint.toml",
        'plugins = ["ACME"]\nseverity = { ACME = "error" }\nrules.ACME001.prefix = "name_"\n',
    )
    assert codes(project, site) == []
    project.write("asyncdb-lint.toml", 'plugins = ["ACME"]\nseverity = { ACME = "info" }\n')
    assert "ACME001" in check(project, site).out
    assert check(project, site, "-q", "--fail-on=warning").code == 0
    project.write("app.py", WRITE.replace('": user_id})', '": user_id})  # asyncdb-lint: ignore[ACME001] for now'))
    assert codes(project, site) == []
    project.write("app.py", QUIET + "# asyncdb-lint: ignore[ACME001] for now\nX = 1\n")
    assert codes(project, site) == ["ADB002"]


@pytest.mark.parametrize("output_format", format_names())
def test_every_format_shows_what_it_finds(project: Project, site: Path, output_format: str) -> None:
    project.write("app.py", WRITE)
    ran = check(project, site, "--config=plugins = ['ACME']", f"--output-format={output_format}")
    assert (ran.code, ran.err) == (1, "")
    assert "ACME001" in ran.out
    if output_format == "sarif":
        (rule,) = json.loads(ran.out)["runs"][0]["tool"]["driver"]["rules"]
        assert (rule["id"], rule["name"]) == ("ACME001", "write-outside-store")
        assert rule["shortDescription"]["text"] == "A write in a function that is not meant for it"
        assert rule["help"]["markdown"].startswith(
            "# write-outside-store (ACME001)\n\nWarning · no fix · since 1.0.0\n"
        )


def test_its_rules_are_explained_like_others(project: Project, site: Path) -> None:
    path = f"{site}:{ROOT}"
    ran = project.run("rule", "acme001", PYTHONPATH=path)
    assert (ran.code, ran.err) == (0, "")
    assert "`prefix` (store_): How functions are named that may write." in ran.out
    assert "A rule of the plugin `ACME`, which comes with `acme-rules` 1.2.0." in ran.out
    assert "ACME" not in project.run("rule", "--all", PYTHONPATH=path).out, "no settings name it"
    assert project.run("rule", "write-outside-store", PYTHONPATH=path).code == 2
    project.write("asyncdb-lint.toml", 'plugins = ["ACME"]\n')
    assert project.run("rule", "write-outside-store", PYTHONPATH=path).out == ran.out
    lines = project.run("rule", "--all", PYTHONPATH=path).out.splitlines()
    assert [line.split()[:4] for line in lines[-2:]] == [
        ["ACME001", "write-outside-store", "warning", "on"],
        ["ACME900", "always-failing", "information", "off"],
    ]
    listed = json.loads(project.run("rule", "--all", "--output-format=json", PYTHONPATH=path).out)
    said = {
        "code": "ACME900",
        "since": "1.2.0",
        "default": False,
        "cwe": ["CWE-20", "CWE-400"],
        "security_severity": "7.5",
    }
    assert said.items() <= listed[-1].items()
    gone = project.run("rule", "ACME002", PYTHONPATH=path)
    assert gone == Ran(2, "", "error: rule: the plugin has no rule `ACME002`; see `rule --all`\n")


@pytest.mark.parametrize("arguments", [["--statistics"], ["--show-settings"], ["--add-ignore=later"], ["--diff"]])
def test_it_goes_with_every_way_to_run(project: Project, site: Path, arguments: list[str]) -> None:
    project.write("app.py", WRITE)
    ran = check(project, site, "--config=plugins = ['ACME']", *arguments)
    assert ran.code in (0, 1)
    assert "Traceback" not in ran.err
    assert "ACME001" in ran.out + project.read("app.py") or arguments == ["--diff"]


def test_what_fails_in_a_plugin_is_told_as_its_problem(project: Project, site: Path) -> None:
    project.write("app.py", WRITE)
    ran = check(project, site, "--config=plugins = ['ACME']", "--select=ACME9")
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "the rule ACME900 of a plugin failed: LookupError: there is nothing; report it to the plugin's" in ran.err


@pytest.mark.parametrize(
    ("plugins", "problem"),
    [
        ("['GONE']", "`plugins`: no installed package offers rules as `GONE`; install it into the environment of"),
        ("['acme_rules']", "`plugins`: no installed package offers rules as `acme_rules`; install it"),
        ("['./rules.py']", "`plugins`: no installed package offers rules as `./rules.py`; install it"),
        ("['ADB']", "`plugins`: `ADB` is the prefix of the linter's own rules"),
        ("'ACME'", "`plugins` must be a list of strings"),
    ],
)
def test_a_wrong_name_is_one_line(project: Project, site: Path, plugins: str, problem: str) -> None:
    project.write("asyncdb-lint.toml", f"\nplugins = {plugins}\n")
    project.write("app.py", QUIET)
    ran = check(project, site)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.startswith(f"error: asyncdb-lint.toml:2: {problem}")


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        (
            "code, name, severity = 'ADB101', 'my-rule', Severity.INFO",
            "has the code `ADB101`; a code is EVIL and three",
        ),
        ("code, name, severity = 'EVIL001', 'unawaited-query', Severity.INFO", "has the name `unawaited-query`, as"),
        ("code, name, severity = 'EVIL001', 'My Rule', Severity.INFO", "has the name `My Rule`; a name is of small"),
        ("code, name, severity = 'EVIL001', 'my-rule', 'info'", "has a severity that is no `Severity`"),
        ("code, name = 'EVIL001', 'my-rule'", "lacks `severity`"),
        ("code = 1 / 0", "cannot be loaded: ZeroDivisionError: division by zero"),
    ],
)
def test_a_plugin_that_is_wrong_is_one_line(project: Project, tmp_path: Path, rule: str, problem: str) -> None:
    site = tmp_path / "site"
    write_package(site, f"from asyncdb_lint.plugins import *\nclass R(Rule):\n    {rule}\nRULES = [R]\n")
    app = Project(tmp_path / "project")
    app.write("app.py", PITFALL)
    ran = check(app, site, "--config=plugins = ['EVIL']")
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
    assert problem in ran.err


def write_package(folder: Path, code: str) -> None:
    (folder / "evil-1.0.dist-info").mkdir(parents=True)
    (folder / "evil-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n")
    (folder / "evil-1.0.dist-info" / "entry_points.txt").write_text("[asyncdb_lint.rules]\nEVIL = evil:RULES\n")
    (folder / "evil.py").write_text(code)


def test_a_linted_repository_cannot_bring_code_of_its_own(project: Project, tmp_path: Path) -> None:
    marker = tmp_path / "was-run"
    code = f"open({str(marker)!r}, 'w')\nRULES = []\n"
    write_package(project.root, code)
    for name in ("libcst", "sqlglot", "tomllib", "acme_rules", "pathspec"):
        project.write(f"{name}.py", code)
    project.write("app.py", PITFALL)
    assert check(project, None, "-q").code == 1
    # Not even where the path names the current folder.
    for path in (ROOT, f"{project.root}:{ROOT}"):
        project.write("asyncdb-lint.toml", 'plugins = ["EVIL"]\n')
        for name in ("libcst", "sqlglot", "tomllib", "pathspec"):
            (project.root / f"{name}.py").unlink(missing_ok=path != ROOT)
        ran = project.check(PYTHONPATH=path)
        assert ran.code == 2
        assert "no installed package offers rules as `EVIL`" in ran.err
    assert not marker.exists()
