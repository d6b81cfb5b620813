"""A file of the cache in parts: what one run writes the next one reads, and nothing that is damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from asyncdb_lint.project_file import ProjectFile


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "project" / "kept.project"


def save(file: ProjectFile, **parts: bytes) -> None:
    for name, data in parts.items():
        file.put(name, "tag", data)
    file.save(set)


def test_what_was_put_is_there_before_and_after_it_is_saved(place: Path) -> None:
    file = ProjectFile(place, "key")
    file.put("one", "tag", b"1\n2")
    assert file.part("one", "tag") == b"1\n2"
    save(file, two=b"")
    again = ProjectFile(place, "key")
    assert (again.part("one", "tag"), again.part("two", "tag")) == (b"1\n2", b"")
    assert again.digest("one", "tag") == file.digest("one", "tag")


def test_a_part_with_another_tag_is_none(place: Path) -> None:
    save(ProjectFile(place, "key"), one=b"1")
    file = ProjectFile(place, "key")
    assert file.part("one", "other") is None
    assert file.digest("one", "other") is None


def test_a_file_with_another_key_is_none(place: Path) -> None:
    save(ProjectFile(place, "key"), one=b"1")
    assert ProjectFile(place, "other").part("one", "tag") is None


def test_a_part_is_read_alone_or_with_all_others(place: Path) -> None:
    save(ProjectFile(place, "key"), one=b"1" * 100, two=b"2" * 100)
    alone, together = ProjectFile(place, "key"), ProjectFile(place, "key")
    together.read_all()
    assert alone.part("two", "tag") == together.part("two", "tag") == b"2" * 100


def test_a_new_part_comes_behind_all_others_in_place_of_the_old_one(place: Path) -> None:
    save(ProjectFile(place, "key"), one=b"1", two=b"2")
    file = ProjectFile(place, "key")
    file.put("one", "new tag", b"3")
    seen: list[str] = []
    file.save(lambda names: seen.extend(names) or set(names))
    again = ProjectFile(place, "key")
    assert seen == ["two", "one"]
    assert (again.part("one", "new tag"), again.part("two", "tag")) == (b"3", b"2")


def test_what_nobody_wants_any_more_is_let_go_of(place: Path) -> None:
    save(ProjectFile(place, "key"), one=b"1", two=b"2")
    ProjectFile(place, "key").save(lambda names: {"two"})
    assert ProjectFile(place, "key").part("one", "tag") is None
    assert ProjectFile(place, "key").part("two", "tag") == b"2"


def test_two_runs_at_once_keep_what_each_has_found(place: Path) -> None:
    one, two = ProjectFile(place, "key"), ProjectFile(place, "key")
    save(one, one=b"1")
    save(two, two=b"2")
    again = ProjectFile(place, "key")
    assert (again.part("one", "tag"), again.part("two", "tag")) == (b"1", b"2")


def test_a_file_that_another_run_replaces_gives_the_part_or_none(place: Path) -> None:
    save(ProjectFile(place, "key"), one=b"1" * 50, two=b"2" * 50)
    reader = ProjectFile(place, "key")
    save(ProjectFile(place, "key"), zero=b"0" * 70, one=b"7" * 50)
    assert reader.part("two", "tag") in (b"2" * 50, None)
    assert reader.part("one", "tag") in (b"1" * 50, None)


@pytest.mark.parametrize("damaged", range(0, 200, 7))
def test_no_turned_bit_changes_a_part(place: Path, damaged: int) -> None:
    save(ProjectFile(place, "key"), one=b"1" * 20, two=b"2" * 20)
    data = bytearray(place.read_bytes())
    data[damaged % len(data)] ^= 4
    place.write_bytes(data)
    file = ProjectFile(place, "key")
    assert file.part("one", "tag") in (b"1" * 20, None)
    assert file.part("two", "tag") in (b"2" * 20, None)
