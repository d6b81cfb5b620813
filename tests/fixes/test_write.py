"""Files on disk: old or new, never between, and never what someone else just wrote."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from asyncdb_lint.fixes import CannotWrite, Rewritten, refusal, unified_diff, write_atomically, write_together


@pytest.mark.parametrize(
    ("encoding", "bom", "text"),
    [("utf-8", False, "é\n"), ("utf-8", True, "é\r\n"), ("iso8859-1", False, "# coding: latin-1\né\r")],
)
def test_encoding_mark_line_ends_and_mode_survive(tmp_path: Path, encoding: str, bom: bool, text: str) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(b"old")
    file.chmod(0o751)
    write_atomically(file, text, encoding=encoding, has_bom=bom, expected=b"old")
    assert file.read_bytes() == b"\xef\xbb\xbf" * bom + text.encode(encoding)
    assert file.stat().st_mode & 0o777 == 0o751
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.py"]


def test_a_symbolic_link_stays_and_its_target_is_written(tmp_path: Path) -> None:
    target, link = tmp_path / "real" / "a.py", tmp_path / "link.py"
    target.parent.mkdir()
    target.write_text("old")
    link.symlink_to(target)
    write_atomically(link, "new")
    assert link.is_symlink()
    assert target.read_text() == "new"


@pytest.mark.parametrize("expected", [b"read before", "read before"])
def test_a_file_that_changed_since_is_not_touched(tmp_path: Path, expected: bytes | str) -> None:
    file = tmp_path / "a.py"
    file.write_text("written since")
    with pytest.raises(CannotWrite, match=r"a\.py: has changed since it was read"):
        write_atomically(file, "new", expected=expected)
    assert file.read_text() == "written since"


def test_what_cannot_be_written_says_so_and_leaves_nothing_behind(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("old")
    with pytest.raises(CannotWrite, match="does not have"):
        write_atomically(file, "é", encoding="ascii")
    file.chmod(0o444)
    with pytest.raises(CannotWrite, match="is read-only"):
        write_atomically(file, "new")
    with pytest.raises(CannotWrite, match="not a regular file"):
        write_atomically(tmp_path, "new")
    with pytest.raises(CannotWrite, match="cannot be written"):
        write_atomically(tmp_path / "missing.py", "new")
    assert file.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.py"]


def test_of_several_files_all_are_written_or_none(tmp_path: Path) -> None:
    a, b, c = (tmp_path / name for name in ("a.py", "b.py", "c.py"))
    for file in (a, b, c):
        file.write_text("old")
    write_together([Rewritten(file, "new", expected="old") for file in (a, b)])
    assert (a.read_text(), b.read_text()) == ("new", "new")
    with pytest.raises(CannotWrite, match=r"c\.py: has changed since it was read"):
        write_together([Rewritten(a, "newer", expected="new"), Rewritten(c, "newer", expected="something else")])
    assert (a.read_text(), c.read_text()) == ("new", "old")
    assert len(list(tmp_path.iterdir())) == 3


def test_a_rename_that_fails_is_undone_for_the_files_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = tmp_path / "a.py", tmp_path / "b.py"
    for file in (a, b):
        file.write_text("old")
    real = Path.replace

    def fails_for_b(self: Path, target: Path) -> Path:
        if target.name == "b.py":
            raise OSError(28, "No space left on device")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", fails_for_b)
    with pytest.raises(CannotWrite, match=r"b\.py: cannot be written: No space left"):
        write_together([Rewritten(a, "new"), Rewritten(b, "new")])
    assert (a.read_text(), b.read_text()) == ("old", "old")
    assert len(list(tmp_path.iterdir())) == 2


def test_what_speaks_against_writing_is_known_before(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("old")
    assert refusal(file) is None
    file.chmod(0o444)
    assert refusal(file) == f"{file}: is read-only"
    assert str(refusal(tmp_path / "missing.py")).endswith("missing.py: cannot be written: No such file or directory")


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_a_kill_at_any_moment_leaves_the_file_old_or_new(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    texts = {"a" * 3_000_000, "b" * 3_000_000}
    file.write_text("a" * 3_000_000)
    code = (
        "import pathlib, sys\nfrom asyncdb_lint.fixes import write_atomically\n"
        "while True:\n    for c in 'ba': write_atomically(pathlib.Path(sys.argv[1]), c * 3_000_000)\n"
    )
    for delay in (0.2, 0.25, 0.31):
        process = subprocess.Popen([sys.executable, "-c", code, str(file)])
        time.sleep(delay)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert file.read_text() in texts


def test_a_diff_is_what_patch_reads() -> None:
    old, new = b"a\r\nb\x0cb\nc", b"a\r\nb\x0cB\nc\n"
    assert unified_diff(b"a.py", old, new) == (
        b"--- a.py\n+++ a.py\n@@ -1,3 +1,3 @@\n a\r\n-b\x0cb\n-c\n\\ No newline at end of file\n+b\x0cB\n+c\n"
    )
    assert not unified_diff(b"a.py", old, old)
