"""Whether a file may hold ignore comments at all: asked of every file of a run, so it needs nothing else."""

from __future__ import annotations

MARKER = "asyncdb-lint:"


def may_hold(data: bytes, *, has_findings: bool) -> bool:
    """Says whether a file may hold a comment that matters; a `# noqa` alone matters only where there are findings."""
    # Plain searches first: this is asked of every file of a project, and a pattern takes a hundred times as long.
    if MARKER.encode() in data:
        return True
    if has_findings:
        return b"noqa" in data.lower()
    # Line by line, so that no line of a hostile file is looked at twice.
    found = data.find(b"ADB")
    while found != -1:
        end = data.find(b"\n", found)
        line = data[data.rfind(b"\n", 0, found) + 1 : end if end != -1 else len(data)]
        if b"noqa" in line.lower():
            return True
        found = data.find(b"ADB", end) if end != -1 else -1
    return False
