"""`--since`: only what a branch has changed counts, compared without running what a repository's settings name."""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path

import pytest

from asyncdb_lint.diagnostics import Position, Range
from asyncdb_lint.revisions import Changes, Comparison, RevisionError
from tests.command import BROKEN, FIXED, PITFALL, QUIET, Project
from tests.gate.repository import Repository, new_repository

OTHER = "\n\nasync def drop():\n    database.execute('DELETE FROM users')\n"


def findings(project: Project, *arguments: str) -> list[tuple[str, str, int]]:
    ran = project.check("--output-format=json", *arguments)
    assert ran.code in (0, 1), ran.err
    return [
        (f["code"], os.path.relpath(f["filename"], project.root), f["location"]["row"]) for f in json.loads(ran.out)
    ]


def changes(comparison: Comparison, file: Path) -> list[int]:
    return sorted(comparison.changes(file, file.read_bytes().decode()).lines)


def test_only_findings_on_changed_lines_count(repository: Repository) -> None:
    repository.write("app.py", PITFALL)
    repository.write("untouched.py", PITFALL)
    repository.commit()
    assert findings(repository, "--since", "HEAD") == []
    repository.write("app.py", "# moved down\n\n" + PITFALL + OTHER)
    changed = [("ADB101", "app.py", 14)]
    assert [found for found in findings(repository, "--since=HEAD") if found[0] == "ADB101"] == changed
    repository.git("checkout", "--quiet", "-b", "work")
    repository.commit()
    assert findings(repository, "--since=HEAD") == []
    assert [found for found in findings(repository, "--since=main") if found[0] == "ADB101"] == changed
    # What has happened on the other branch since is not ours.
    repository.git("checkout", "--quiet", "main")
    repository.write("untouched.py", QUIET)
    repository.commit()
    repository.git("checkout", "--quiet", "work")
    assert [found for found in findings(repository, "--since=main") if found[0] == "ADB101"] == changed


@pytest.mark.parametrize(
    "name", ["plain.py", "with space.py", "ünïcödé.py", "new\nline.py", 'quo"te.py', "back\\slash.py", "tab\t.py"]
)
def test_renames_are_followed_whatever_the_names(repository: Repository, name: str) -> None:
    repository.write("folder/old.py", PITFALL)
    repository.commit()
    repository.git("mv", "folder/old.py", name)
    repository.write(name, PITFALL + "# changed\n")
    comparison = Comparison.with_revision("HEAD", repository.root)
    assert changes(comparison, repository.root / name) == [9]
    repository.commit()
    assert changes(Comparison.with_revision("HEAD~1", repository.root), repository.root / name) == [9]


def test_untracked_and_ignored_files_are_new(repository: Repository) -> None:
    repository.write(".gitignore", "ignored.py\n")
    repository.commit()
    for name in ("untracked.py", "ignored.py"):
        repository.write(name, PITFALL)
    assert findings(repository, "--since=HEAD") == [("ADB101", "untracked.py", 7)]
    assert findings(repository, "--since=HEAD", "ignored.py") == [("ADB101", "ignored.py", 7)]


def test_line_ends_are_no_change_and_deletions_are_gaps(repository: Repository) -> None:
    repository.write("app.py", QUIET)
    repository.commit()
    file = repository.write("app.py", QUIET.replace("\n", "\r\n"))
    comparison = Comparison.with_revision("HEAD", repository.root)
    assert comparison.changes(file, file.read_bytes().decode()) == Changes(frozenset())
    without = comparison.changes(file, QUIET.replace('database = Database("sqlite:///app.db")\n', ""))
    assert without == Changes(frozenset(), frozenset({2}))
    assert without.touch(Range(Position(2, 1), Position(3, 1)))
    assert not without.touch(Range(Position(3, 1), Position(3, 9)))


def test_a_place_that_explains_a_finding_counts(repository: Repository) -> None:
    before = QUIET.replace("return await database.fetch_one(", "row = await database.fetch_one(")
    lost = before.replace("await ", "").replace("async def", "async def") + "    print(1)\n    return row is None\n"
    repository.write("app.py", lost.replace("return row is None", "return 1"))
    repository.commit()
    repository.write("app.py", lost)
    (found,) = findings(repository, "--since=HEAD", "--select=ADB101")
    assert found == ("ADB101", "app.py", 7), "the call stands on a line that is as it was, its use does not"


def test_a_file_that_cannot_be_parsed_counts_if_anything_in_it_has_changed(repository: Repository) -> None:
    repository.write("old.py", BROKEN)
    repository.write("new.py", QUIET)
    repository.commit()
    repository.write("new.py", QUIET.replace("async def", "async de"))
    assert {found[:2] for found in findings(repository, "--since=HEAD")} == {("ADB001", "new.py")}


def test_fixes_stay_within_what_has_changed(repository: Repository) -> None:
    repository.write("old.py", PITFALL)
    repository.commit()
    repository.write("new.py", PITFALL)
    assert repository.check("--since=HEAD", "--fix", "-q").code == 0
    assert (repository.read("old.py"), repository.read("new.py")) == (PITFALL, FIXED)


def test_standard_input_is_compared_with_the_file_it_stands_for(repository: Repository) -> None:
    repository.write("app.py", PITFALL)
    repository.commit()
    arguments = ("-", "--stdin-filename=app.py", "--since=HEAD", "-q")
    assert repository.check(*arguments, stdin=PITFALL).code == 0
    assert repository.check(*arguments, stdin=PITFALL + OTHER).code == 1


# What cannot be compared


def refusal(project: Project, *arguments: str) -> str:
    ran = project.check(*arguments)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
    return ran.err


def test_without_a_repository_or_commit_it_says_what_to_do(project: Project, repository: Repository) -> None:
    outside = Project(project.root / "outside")
    outside.write("app.py", QUIET)
    said = refusal(outside, "--since=HEAD")
    assert said == f"error: --since: {outside.root} is in no Git work tree; lint a clone, or leave out --since\n"
    repository.write("app.py", QUIET)
    assert "the repository has no commit yet; commit first" in refusal(repository, "--since=main")
    without_git = outside.check("--since=HEAD", PATH=str(outside.root))
    assert without_git.err == "error: --since: Git is not installed; install it, or leave out --since\n"


@pytest.mark.parametrize("revision", ["mian", "", "--help", "-n1", "HEAD:app.py", "main..HEAD", "a\nb"])
def test_what_is_no_revision_is_told(repository: Repository, revision: str) -> None:
    repository.write("app.py", QUIET)
    repository.commit()
    with pytest.raises(RevisionError, match=r"is no revision of this repository; fetch it|name a revision, such as"):
        Comparison.with_revision(revision, repository.root)


def test_a_shallow_clone_is_told_how_to_get_its_history(repository: Repository, tmp_path: Path) -> None:
    repository.write("app.py", QUIET)
    repository.commit()
    repository.git("checkout", "--quiet", "-b", "work")
    repository.commit()
    repository.git("clone", "--quiet", "--depth=1", f"file://{repository.root}", str(tmp_path / "clone"))
    clone = Repository(tmp_path / "clone")
    said = refusal(clone, "--since=origin/main")
    assert "`origin/main` is no revision of this repository; this clone is shallow: fetch its history with" in said
    assert "fetch-depth: 0" in said
    clone.git("fetch", "--quiet", "--depth=1", "origin", "main:refs/remotes/origin/main")
    repository.git("checkout", "--quiet", "main")
    repository.commit("Elsewhere")
    clone.git("fetch", "--quiet", "--depth=1", "origin", "+main:refs/remotes/origin/main")
    assert "have no commit in common; this clone is shallow" in refusal(clone, "--since=origin/main")


def test_other_repositories_inside_are_left_out(repository: Repository) -> None:
    repository.write("app.py", QUIET)
    repository.commit()
    inner = new_repository(repository.root / "vendored")
    inner.write("app.py", PITFALL)
    ran = repository.check("--since=HEAD", "-q")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith(f"warning: --since: {inner.root / 'app.py'} left out: not part of the repository")


def test_nothing_that_a_repository_configures_is_run(repository: Repository, tmp_path: Path) -> None:
    marker = tmp_path / "was-run"
    run = f"touch {shlex.quote(str(marker))}; cat"
    repository.write("app.py", PITFALL)
    repository.write("old.py", PITFALL + OTHER)
    repository.commit()
    repository.git("mv", "old.py", "moved.py")
    repository.write("app.py", PITFALL + OTHER)
    repository.write(".gitattributes", "*.py filter=evil diff=evil\n")
    for name in ("filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "diff.evil.textconv",
                 "diff.evil.command", "diff.external", "core.fsmonitor", "core.pager", "core.sshCommand",
                 "core.alternateRefsCommand", "gpg.program"):  # fmt: skip
        repository.git("config", name, run)
    hooks = repository.root / ".git" / "hooks"
    for name in ("post-index-change", "fsmonitor-watchman", "reference-transaction"):
        hook = hooks / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {shlex.quote(str(marker))}\n")
        hook.chmod(0o755)
    index = (repository.root / ".git" / "index").read_bytes()
    assert ("ADB101", "app.py", 12) in findings(repository, "--since=HEAD")
    assert not marker.exists()
    assert (repository.root / ".git" / "index").read_bytes() == index
    # The same settings do run when Git itself is asked to read the work tree.
    repository.git("status")
    assert marker.exists()


def test_a_missing_object_is_told_and_not_fetched(repository: Repository, tmp_path: Path) -> None:
    marker = tmp_path / "was-run"
    repository.write("app.py", PITFALL)
    repository.commit()
    blob = repository.git("rev-parse", "HEAD:app.py").strip()
    repository.write("app.py", PITFALL + OTHER)
    (repository.root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    repository.git("config", "remote.origin.url", f"ext::sh -c touch% {marker}")
    repository.git("config", "remote.origin.promisor", "true")
    repository.git("config", "extensions.partialClone", "origin")
    repository.git("config", "protocol.ext.allow", "always")
    assert "the clone lacks contents of old files" in refusal(repository, "--since=HEAD")
    assert not marker.exists()
