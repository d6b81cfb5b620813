"""Which files are linted: everything below a folder, less what Git, the defaults and the settings leave out."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from asyncdb_lint.files import MissingPath, find_files, is_left_out
from asyncdb_lint.settings import Settings, SettingsResolver


def tree(root: Path, *files: str, **texts: str) -> None:
    """Makes Python files, and ignore files by keyword: `gitignore`, `ignore`, `pyproject`."""
    names = {"gitignore": ".gitignore", "ignore": ".ignore", "pyproject": "pyproject.toml"}
    for name in (*files, *(names[key] for key in texts)):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    for key, text in texts.items():
        (root / names[key]).write_text(text)


def repository(root: Path) -> None:
    subprocess.run(["git", "init", "--quiet", root], check=True)


def found(root: Path, *paths: str, force_exclude: bool = False) -> list[str]:
    selection = find_files([root / path for path in paths or ("",)], SettingsResolver(), force_exclude=force_exclude)
    assert selection.unreadable == ()
    return [file.relative_to(root).as_posix() for file in selection.files]


# What is found


def test_an_empty_folder_has_no_files(tmp_path: Path) -> None:
    assert found(tmp_path) == []


def test_python_files_and_stubs_in_a_stable_order(tmp_path: Path) -> None:
    tree(tmp_path, "b.py", "a/z.py", "a/b/c.pyi", "a.py", "notes.txt", "a/data.pyc", "script")
    assert found(tmp_path) == ["a/b/c.pyi", "a/z.py", "a.py", "b.py"]


def test_a_file_is_found_once_however_often_it_is_named(tmp_path: Path) -> None:
    tree(tmp_path, "a/b.py")
    assert found(tmp_path, "a/b.py", "a", "", "a/../a/b.py") == ["a/b.py"]


def test_a_named_file_needs_no_suffix(tmp_path: Path) -> None:
    tree(tmp_path, "script")
    assert found(tmp_path, "script") == ["script"]


def test_a_folder_named_like_a_module_is_a_folder(tmp_path: Path) -> None:
    tree(tmp_path, "odd.py/inner.py")
    assert found(tmp_path) == ["odd.py/inner.py"]


def test_a_missing_path_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MissingPath, match=r"gone\.py: no such file or folder"):
        find_files([tmp_path / "gone.py"], SettingsResolver())


def test_loops_of_links_end_and_links_are_not_followed(tmp_path: Path) -> None:
    tree(tmp_path, "a/b.py")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (tmp_path / "a" / "again.py").symlink_to(tmp_path / "a" / "b.py")
    (tmp_path / "a" / "broken.py").symlink_to(tmp_path / "nothing.py")
    assert found(tmp_path) == ["a/b.py"]


def test_a_link_that_is_named_is_followed(tmp_path: Path) -> None:
    tree(tmp_path, "real/b.py")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert found(tmp_path, "link") == ["link/b.py"]


def test_what_is_no_regular_file_is_passed_by(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    assert found(tmp_path) == []


# Ignore files


def test_the_default_excludes_are_never_entered(tmp_path: Path) -> None:
    tree(tmp_path, "app.py", ".venv/lib/a.py", "sub/node_modules/b.py", "build/c.py", "x/site-packages/d.py")
    tree(tmp_path, "virtual/e.py", "builder/f.py")
    assert found(tmp_path) == ["app.py", "builder/f.py", "virtual/e.py"]


def test_ignore_files_count_without_a_repository(tmp_path: Path) -> None:
    tree(tmp_path, "a.py", "gen/b.py", gitignore="gen/\n")
    assert found(tmp_path) == ["a.py"]


def test_ignore_files_of_the_folders_above_count_up_to_the_repository(tmp_path: Path) -> None:
    tree(tmp_path, gitignore="*.py\n")
    repo = tmp_path / "repo"
    tree(repo, "app/a.py", "app/gen_b.py", gitignore="gen_*.py\n")
    repository(repo)
    assert found(repo, "app") == ["app/a.py"]


def test_deeper_and_later_lines_win(tmp_path: Path) -> None:
    repository(tmp_path)
    tree(tmp_path, "a.py", "keep.py", "sub/a.py", "sub/keep.py", gitignore="*.py\n!keep.py\n")
    tree(tmp_path / "sub", gitignore="!a.py\nkeep.py\n")
    assert found(tmp_path) == ["keep.py", "sub/a.py"]


def test_an_anchored_pattern_holds_for_its_own_folder(tmp_path: Path) -> None:
    repository(tmp_path)
    tree(tmp_path, "sub/a.py", "sub/deep/a.py", "a.py")
    tree(tmp_path / "sub", gitignore="/a.py\n")
    assert found(tmp_path) == ["a.py", "sub/deep/a.py"]


def test_a_file_in_an_ignored_folder_cannot_be_brought_back(tmp_path: Path) -> None:
    repository(tmp_path)
    tree(tmp_path, "gen/keep.py", gitignore="gen/\n!gen/keep.py\n")
    assert found(tmp_path) == []


def test_dot_ignore_goes_before_gitignore(tmp_path: Path) -> None:
    repository(tmp_path)
    tree(tmp_path, "a.py", "b.py", gitignore="a.py\n", ignore="!a.py\nb.py\n")
    assert found(tmp_path) == ["a.py"]


def test_gits_own_exclude_file_counts_also_from_a_work_tree(tmp_path: Path) -> None:
    main = tmp_path / "main"
    tree(main, "a.py", "local.py")
    repository(main)
    git = ["git", "-C", str(main), "-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "--quiet", "-m", "all"], check=True)
    subprocess.run([*git, "worktree", "add", "--quiet", tmp_path / "other"], check=True, capture_output=True)
    (main / ".git" / "info" / "exclude").write_text("local.py\n")
    assert found(main) == ["a.py"]
    assert found(tmp_path / "other") == ["a.py"]


def test_we_agree_with_git(tmp_path: Path) -> None:
    repository(tmp_path)
    folders = ("", "src/", "src/gen/", "tests/", "tests/data/")
    files = [f"{folder}{name}.py" for folder in folders for name in ("a", "b", "x_gen", "keep")]
    tree(tmp_path, *files, gitignore="*_gen.py\n/tests/data/*\n!/tests/data/keep.py\nsrc/**/b.py\n# a.py\n\\!a.py\n")
    tree(tmp_path / "src", gitignore="gen\n!x_gen.py\n")
    listed = subprocess.run(
        ["git", "-C", tmp_path, "ls-files", "--others", "--exclude-standard", "*.py"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert sorted(found(tmp_path)) == sorted(listed.stdout.split())


# Settings


def test_exclude_replaces_the_defaults_and_extend_exclude_adds(tmp_path: Path) -> None:
    tree(tmp_path / "one", "a.py", "build/b.py", "old/c.py", pyproject="[tool.asyncdb-lint]\nexclude = ['old']\n")
    tree(
        tmp_path / "two", "a.py", "build/b.py", "old/c.py", pyproject="[tool.asyncdb-lint]\nextend-exclude = ['old']\n"
    )
    assert found(tmp_path) == ["one/a.py", "one/build/b.py", "two/a.py"]


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("nothing", ["app/v1/m.py", "app/v2/m.py", "m.py"]),
        ("app/v1", ["app/v2/m.py", "m.py"]),
        ("/m.py", ["app/v1/m.py", "app/v2/m.py"]),
        ("m.py", []),
        ("app/*/m.py", ["m.py"]),
        ("v*/", ["m.py"]),
    ],
)
def test_exclude_patterns_are_those_of_gitignore(tmp_path: Path, pattern: str, left: list[str]) -> None:
    tree(
        tmp_path, "m.py", "app/v1/m.py", "app/v2/m.py", pyproject=f"[tool.asyncdb-lint]\nextend-exclude = ['{pattern}']"
    )
    assert found(tmp_path) == left


# Files that are named


def test_a_named_file_or_folder_is_taken_though_excluded(tmp_path: Path) -> None:
    tree(tmp_path, "gen/a.py", "build/b.py", gitignore="gen/\n")
    assert found(tmp_path, "gen/a.py", "build") == ["build/b.py", "gen/a.py"]


def test_force_exclude_leaves_them_out(tmp_path: Path) -> None:
    repository(tmp_path)
    tree(tmp_path, "a.py", "gen/a.py", "build/deep/b.py", "old/x/c.py", gitignore="gen/\n")
    tree(tmp_path, pyproject="[tool.asyncdb-lint]\nextend-exclude = ['old']\n")
    paths = ("a.py", "gen/a.py", "gen", "build/deep/b.py", "old/x/c.py")
    assert found(tmp_path, *paths, force_exclude=True) == ["a.py"]


def test_a_repository_inside_a_folder_named_build_is_linted(tmp_path: Path) -> None:
    repo = tmp_path / "build" / "repo"
    tree(repo, "a.py")
    repository(repo)
    assert found(repo, "a.py", force_exclude=True) == ["a.py"]


def test_a_file_that_is_not_saved_yet_can_be_judged(tmp_path: Path) -> None:
    repository(tmp_path)
    tree(tmp_path, "app/a.py", gitignore="*_gen.py\n")
    assert is_left_out(tmp_path / "app" / "x_gen.py", SettingsResolver())
    assert not is_left_out(tmp_path / "app" / "x.py", SettingsResolver())


def test_a_folder_that_cannot_be_read_is_named_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree(tmp_path, "a.py", "locked/b.py")
    scan = os.scandir

    # Root, as tests in containers often are, may read every folder, so the refusal has to be made.
    def refuse(folder: str) -> object:
        if folder.endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return scan(folder)

    monkeypatch.setattr("asyncdb_lint.files.os.scandir", refuse)
    selection = find_files([tmp_path], SettingsResolver())
    assert list(selection.files) == [tmp_path / "a.py"]
    assert selection.unreadable == (f"{tmp_path / 'locked'}: Permission denied",)


def test_what_a_walk_has_come_by_is_what_a_walk_of_a_folder_in_it_finds(tmp_path: Path) -> None:
    repository(tmp_path)
    tree(tmp_path, "app/a.py", "app/inner/b.py", "app/x_gen.py", "app/venv/c.py", "other/d.py", gitignore="*_gen.py\n")
    defaults = SettingsResolver(fixed=Settings())
    seen = find_files([tmp_path], defaults).seen
    for folder in (tmp_path, tmp_path / "app", tmp_path / "app" / "inner"):
        assert seen.files_below(folder) == tuple(find_files([folder], defaults).files)
    assert seen.files_below(tmp_path / "app" / "venv") is None


def test_a_walk_that_leaves_out_more_than_the_defaults_does_not_speak_for_all_files(tmp_path: Path) -> None:
    tree(tmp_path, "app/a.py", "app/gen/b.py", "asyncdb-lint.toml")
    (tmp_path / "asyncdb-lint.toml").write_text('extend-exclude = ["gen"]\n')
    assert find_files([tmp_path], SettingsResolver()).seen.files_below(tmp_path) is None
