"""Holds the server to fresh runs of the linter while somebody types.

    python -m benchmarks.editor.replay [FOLDER FILE] --edits 300

After every keystroke, what the server shows of the file is compared with what a run finds that knows nothing of any
earlier one. Differences are printed, and make the exit code 1.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from asyncdb_lint.files import find_files
from asyncdb_lint.runner import lint
from asyncdb_lint.settings import Settings, SettingsResolver
from benchmarks.editor.typist import PLAIN, Typist, large_app

_LINES = 400
_TYPED = (
    PLAIN,
    "found = database.fetch_all('SELECT id FROM users')",
    "database.execute(f'DELETE FROM {credentials.name}')",
)

Shown = tuple[int, int, int, int, str, str]
"""Where a finding begins and ends, from 0, its code and what it says."""


async def replay(root: Path, file: Path, edits: int) -> tuple[set[str], list[str]]:
    """Types; returns the codes that were found on the way, and what was not the same."""
    settings = find_files([file], SettingsResolver()).files[file]
    typist = Typist(root, file, _TYPED)
    await typist.start()
    codes: set[str] = set()
    differences: list[str] = []
    for number in range(edits):
        await typist.keystroke()
        shown, expected = _shown(typist), _fresh(file, typist.text, settings)
        codes.update(code for *_, code, _ in expected)
        differences += [f"keystroke {number}: the server lacks {found}" for found in expected - shown]
        differences += [f"keystroke {number}: the server adds {found}" for found in shown - expected]
    await typist.stop()
    return codes, differences


def _shown(typist: Typist) -> set[Shown]:
    return {
        (
            found.range.start.line,
            found.range.start.character,
            found.range.end.line,
            found.range.end.character,
            str(found.code),
            found.message.partition("\nhelp: ")[0],
        )
        for found in typist.found
    }


def _fresh(file: Path, text: str, settings: Settings) -> set[Shown]:
    found = lint({file: settings}, overrides={file: text.encode()}).diagnostics
    return {
        (
            finding.range.start.line - 1,
            finding.range.start.column - 1,
            finding.range.end.line - 1,
            finding.range.end.column - 1,
            finding.code,
            finding.message,
        )
        for finding in found
    }


def main() -> int:
    """Reads the command line; the exit code says whether all was the same."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.editor.replay")
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("file", type=Path, nargs="?", help="the file to type into, inside the folder")
    parser.add_argument("--edits", type=int, default=300)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        if given.folder is None:
            root, file = large_app(Path(made), _LINES, broken=True)
        else:
            root = given.folder.absolute()
            file = root / given.file
        codes, differences = asyncio.run(replay(root, file, given.edits))
    sys.stdout.write(f"{given.edits} keystrokes, found on the way: {', '.join(sorted(codes)) or 'nothing'}\n")
    sys.stdout.write("\n".join([*differences, f"{len(differences)} differences"]) + "\n")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
