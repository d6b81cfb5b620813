"""What a linted repository cannot do: run code, read or write outside of itself, or make a message be obeyed."""

from __future__ import annotations

import json
import shlex
import unicodedata
from pathlib import Path

import pytest

from asyncdb_lint.cli import main
from tests.command import PITFALL, QUIET, Project
from tests.gate.repository import Repository
from tests.outputs.readers import azure_commands, github_commands

SECRET = "hunter2"


@pytest.fixture
def outside(repository: Repository) -> Path:
    """A folder beside the repository, with things that are none of its business."""
    folder = repository.root.parent / "outside"
    (folder / "pkg").mkdir(parents=True)
    (folder / "secret.toml").write_text(f'{SECRET} = "{SECRET}"\n')
    (folder / "pkg" / "__init__.py").write_text("")
    (folder / "pkg" / "db.py").write_text(PITFALL.replace("users", SECRET))
    return folder


def contents(folder: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file() and not file.is_symlink()}


# Reading


@pytest.mark.parametrize(
    ("links", "settings", "problem"),
    [
        ({"asyncdb-lint.toml": "secret.toml"}, None, "this link leads out of the project"),
        ({".asyncdb-lint.toml": "secret.toml"}, None, "this link leads out of the project"),
        ({"asyncdb-lint.toml": "/dev/zero"}, None, "this link leads out of the project"),
        ({"pyproject.toml": "/dev/zero"}, None, "this link leads out of the project"),
        ({}, "extend = '../outside/secret.toml'", "`extend` leads out of the project"),
        ({"near.toml": "secret.toml"}, "extend = 'near.toml'", "`extend` leads out of the project"),
        ({"near": "."}, "extend = 'near/secret.toml'", "`extend` leads out of the project"),
        ({}, "baseline = '../outside/secret.toml'", "`baseline` must be the name of a file inside the project"),
        ({}, "baseline = '/etc/passwd'", "`baseline` must be the name of a file inside the project"),
        ({"known.json": "secret.toml"}, "baseline = 'known.json'", "`baseline` leads out of the project"),
        ({"near": "."}, "baseline = 'near/known.json'", "`baseline` leads out of the project"),
        ({}, "src = ['../outside']", "`src` must be a list of folders inside the project"),
        ({}, "src = ['/']", "`src` must be a list of folders inside the project"),
        ({}, "plugins = ['../outside/pkg']", "no installed package offers rules as"),
        ({}, "cache-dir = '../outside'", "unknown setting `cache-dir`"),
    ],
)
def test_no_setting_leads_out(
    repository: Repository, outside: Path, links: dict[str, str], settings: str | None, problem: str
) -> None:
    for name, target in links.items():
        (repository.root / name).symlink_to(outside / target)
    if settings is not None:
        repository.write("asyncdb-lint.toml", settings + "\n")
    repository.write("app.py", QUIET)
    before = contents(outside)
    for command in (["check"], ["baseline"], ["check", "--fix", "--unsafe-fixes"]):
        ran = repository.run(*command)
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
        assert problem in ran.err
        assert SECRET not in ran.err
    assert contents(outside) == before


def test_the_same_files_may_be_named_on_the_command_line(repository: Repository, outside: Path) -> None:
    settings = outside / "settings.toml"
    settings.write_text('ignore = ["ADB1"]\n')
    (repository.root / "asyncdb-lint.toml").symlink_to(settings)
    repository.write("app.py", PITFALL)
    assert repository.check().code == 2
    assert repository.check("--config", str(settings)).code == 0
    assert repository.run("baseline", "--config", str(settings), "--file", str(outside / "known.json")).code == 0
    assert (outside / "known.json").is_file()


def test_links_inside_of_a_project_and_files_of_others_are_no_matter(repository: Repository, outside: Path) -> None:
    repository.write("shared/settings.toml", 'ignore = ["ADB1"]\n')
    (repository.root / "asyncdb-lint.toml").symlink_to("shared/settings.toml")
    (outside / "pyproject.toml").write_text("[project]\n")
    (repository.root / "pyproject.toml").symlink_to(outside / "pyproject.toml")
    repository.write("app.py", PITFALL)
    assert repository.check().code == 0


@pytest.mark.parametrize("name", ["pkg", "pkg/db.py"])
def test_links_in_the_tree_are_neither_linted_nor_followed_by_imports(
    repository: Repository, outside: Path, name: str
) -> None:
    link = repository.root / name
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(outside / name)
    repository.write("asyncdb-lint.toml", 'src = ["pkg"]\n')
    repository.write("app.py", f"from pkg.db import database\n{PITFALL.partition(')')[2]}")
    before = contents(outside)
    ran = repository.check("--output-format=json", "--fix", "--unsafe-fixes", "--select=ALL")
    assert SECRET not in ran.out
    assert {Path(found["filename"]).name for found in json.loads(ran.out)} <= {"app.py"}
    assert contents(outside) == before


@pytest.mark.parametrize("name", [".gitignore", ".ignore", "pyproject.toml"])
def test_a_link_to_what_has_no_end_is_not_read(repository: Repository, name: str) -> None:
    repository.write("asyncdb-lint.toml", "")
    (repository.root / name).symlink_to("/dev/zero")
    repository.write("app.py", PITFALL)
    assert repository.check("-q").code == 1


# Running


def test_a_bare_repository_among_the_files_is_not_asked(repository: Repository, tmp_path: Path) -> None:
    marker = tmp_path / "was-run"
    run = f"touch {shlex.quote(str(marker))}"
    repository.write("app.py", QUIET)
    repository.git("init", "--quiet", "--bare", "vendored")
    bare = repository.root / "vendored"
    for name in ("core.fsmonitor", "core.sshCommand", "core.pager", "diff.external"):
        repository.git("config", "--file", str(bare / "config"), name, run)
    repository.git("config", "--file", str(bare / "config"), "core.bare", "false")
    repository.git("config", "--file", str(bare / "config"), "core.worktree", str(repository.root))
    repository.write("vendored/app.py", PITFALL)
    ran = Project(bare).check("--since=HEAD")
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
    assert "--since: " in ran.err
    assert not marker.exists()


# Messages

EVIL = "\x1b[31m\x1b]0;t\x07\u202e\u2066\x9b31m\n::error::pwned\r##vso[task.complete]##[add-mask]<script>"
OBEYED = {"Cc", "Cf", "Cs", "Zl", "Zp"}
NAME = EVIL.replace("/", "|")


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", NAME],
        ["check", f"--select={EVIL}"],
        ["check", f"--config={EVIL}"],
        ["check", f"--config={json.dumps(EVIL.replace(chr(0x7), ''))} = 1"],
        ["check", f"--config=severity = {{ ADB1 = {json.dumps(EVIL)} }}"],
        ["check", f"--baseline={NAME}"],
        ["check", f"--since={EVIL}"],
        ["check", f"--output={EVIL}"],
        ["check", f"--output=json:{NAME}/app.py/x"],
        ["check", f"--output-format={EVIL}"],
        ["check", f"--{EVIL}"],
        ["check", f"--stdin-filename={NAME}"],
        ["rule", EVIL],
        ["config", EVIL],
        ["baseline", f"--file={NAME}/no/x.json"],
        [EVIL],
        ["check", "-v", NAME + ".d"],
        ["check", "--show-files", NAME + ".d"],
        ["check", "--show-settings", NAME + ".d"],
        ["check", "--config=force-exclude = true", f"--config=exclude = [{json.dumps(EVIL)}]", "--show-settings"],
        ["check", "--since=HEAD", NAME + ".d"],
        ["check", "--fix", NAME + ".d"],
        ["check", "--diff", "--color=always", NAME + ".d"],
        ["check", NAME + ".s"],
        ["check", NAME + ".b"],
        ["check", NAME + ".l"],
    ],
    ids=lambda arguments: " ".join(word for word in arguments if word.isprintable()) or "command",
)
def test_no_message_is_obeyed(
    project: Project, arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("d", "s", "b", "l"):
        project.write(f"{NAME}.{folder}/{NAME}.py", PITFALL).chmod(0o444)
    project.write(f"{NAME}.s/asyncdb-lint.toml", f"{json.dumps('set ' + chr(0x1B) + EVIL.replace(chr(7), ''))} = 1\n")
    project.write(f"{NAME}.b/asyncdb-lint.toml", "baseline = 'known.json'\n")
    project.write(f"{NAME}.b/known.json", f'["{chr(0x1B)}')
    (project.root / f"{NAME}.l" / "asyncdb-lint.toml").symlink_to(f"/etc/{NAME}")
    project.write("app.py", QUIET)
    monkeypatch.chdir(project.root)
    main(arguments)
    said = capsys.readouterr()
    text = said.out.replace("\x1b[", "") if "--color=always" in arguments else said.out
    assert said.err or said.out
    for shown in (text, said.err):
        assert not {character for character in shown if unicodedata.category(character) in OBEYED} - {"\n"}
        assert github_commands(shown) == []
        assert azure_commands(shown) == []


@pytest.mark.parametrize("command", ["::stop-commands::x", "  ::error::x", "##[add-mask]x", "##vso[task.complete]x"])
def test_a_diff_is_to_the_letter_but_in_the_log_of_a_ci_service(project: Project, command: str) -> None:
    text = PITFALL.replace("async def", f'"""\n{command}\n"""\nasync def')
    project.write("app.py", text)
    exact = project.check("--diff", GITHUB_ACTIONS="", TF_BUILD="").out
    assert f"\n {command}\n" in exact
    for name in ("GITHUB_ACTIONS", "TF_BUILD"):
        ran = project.check("--diff", **{name: "true"})
        assert ran.code == 1
        assert "+    user = await database" in ran.out
        assert github_commands(ran.out) == azure_commands(ran.out) == []
        harmless = project.write("app.py", PITFALL)
        assert project.check("--diff", **{name: "true"}) == project.check("--diff", GITHUB_ACTIONS="", TF_BUILD="")
        harmless.write_text(text)
