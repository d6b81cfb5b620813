"""While somebody types, the editor shows what a run finds that knows nothing of what was before."""

from __future__ import annotations

from pathlib import Path

from benchmarks.editor.replay import replay
from benchmarks.editor.typist import large_app
from tests.server.editor import scenario


@scenario
async def test_every_keystroke_of_a_session_finds_what_a_fresh_run_finds(tmp_path: Path) -> None:
    root, file = large_app(tmp_path, 200, broken=True)
    codes, differences = await replay(root, file, 165)
    assert differences == []
    assert {"ADB001", "ADB101", "ADB401"} <= codes
