"""Holds the language server to the findings of the command line, folder by folder.

    python -m benchmarks.editor.agreement FOLDER...

Each folder is linted by `asyncdb-lint check`, by a server that lints the whole workspace, and by one that has every
file open. The table has how many findings each has; differences are printed below it, and make the exit code 1.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlparse

from lsprotocol import types
from pygls.lsp.client import LanguageClient

MOST_SECONDS = 600.0
Place = tuple[str, str, int, int, int, int]
"""File, code, and where it begins and ends, all from 1."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the command line, a whole workspace and open files show of one folder."""

    folder: Path
    files: int
    command_line: Counter[Place]
    workspace: Counter[Place]
    open_files: Counter[Place]
    seconds: float

    def differences(self) -> list[str]:
        """One line for each finding that is not the same everywhere."""
        lines = []
        for name, found in (("workspace", self.workspace), ("open files", self.open_files)):
            lines += [f"{name} lacks {_shown(place)}" for place in (self.command_line - found).elements()]
            lines += [f"{name} adds {_shown(place)}" for place in (found - self.command_line).elements()]
        return lines


@dataclass(eq=False)
class Window:
    """A client that has one folder open, and what it is shown."""

    client: LanguageClient = field(default_factory=lambda: LanguageClient("agreement", "1"))
    shown: dict[str, list[types.Diagnostic]] = field(default_factory=dict)

    async def start(self, folder: Path, mode: str) -> None:
        """Starts a server for a folder."""

        @self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def _(params: types.PublishDiagnosticsParams) -> None:
            self.shown[params.uri] = list(params.diagnostics)

        @self.client.feature(types.WINDOW_LOG_MESSAGE)
        def _(_: types.LogMessageParams) -> None:
            """Debug information goes into the log, too."""

        await self.client.start_io(sys.executable, "-m", "asyncdb_lint", "server")
        # The command line counts columns in characters, and so does this encoding.
        general = types.GeneralClientCapabilities(position_encodings=[types.PositionEncodingKind.Utf32])
        document = types.TextDocumentClientCapabilities(diagnostic=types.DiagnosticClientCapabilities())
        greeting = types.InitializeParams(
            capabilities=types.ClientCapabilities(general=general, text_document=document),
            workspace_folders=[types.WorkspaceFolder(folder.as_uri(), folder.name)],
            initialization_options={"settings": {"diagnosticMode": mode}},
        )
        await self.client.initialize_async(greeting)
        self.client.initialized(types.InitializedParams())

    async def everything(self) -> None:
        """Waits until the whole folder is linted."""
        command = types.ExecuteCommandParams("asyncdb-lint.printDebugInformation")
        while ", all files linted" not in await self.client.workspace_execute_command_async(command):  # noqa: ASYNC110
            await asyncio.sleep(0.05)  # there is no event for it

    async def open(self, files: Iterable[Path]) -> None:
        """Opens files, then asks for the diagnostics of each."""
        uris = []
        for file in files:
            try:
                text = file.read_bytes().decode("utf-8-sig")
            except UnicodeDecodeError:
                # An editor would decode it as its coding line says; what it would send is not the point here.
                continue
            item = types.TextDocumentItem(file.as_uri(), "python", 1, text)
            self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
            uris.append(item.uri)
        for uri in uris:
            params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
            report = await self.client.text_document_diagnostic_async(params)
            if isinstance(report, types.RelatedFullDocumentDiagnosticReport):
                self.shown[uri] = list(report.items)

    def places(self, folder: Path) -> Counter[Place]:
        """What is shown."""
        return Counter(
            (
                Path(unquote(urlparse(uri).path)).relative_to(folder).as_posix(),
                str(item.code),
                item.range.start.line + 1,
                item.range.start.character + 1,
                item.range.end.line + 1,
                item.range.end.character + 1,
            )
            for uri, items in self.shown.items()
            for item in items
        )

    async def stop(self) -> None:
        """Leaves, and waits for the server to leave."""
        await self.client.shutdown_async(None)
        self.client.exit(None)
        await self.client.stop()


def command_line(folder: Path) -> Counter[Place]:
    """What the command line finds."""
    return Counter(
        (
            Path(line["filename"]).resolve().relative_to(folder).as_posix(),
            line["code"],
            line["location"]["row"],
            line["location"]["column"],
            line["end_location"]["row"],
            line["end_location"]["column"],
        )
        for line in json.loads(_check(folder, "--output-format=json", "--exit-zero"))
    )


def files_in(folder: Path) -> list[Path]:
    """The files that the command line lints."""
    return [folder / line for line in _check(folder, "--show-files").splitlines()]


async def compare(folder: Path) -> Comparison:
    """Lints a folder in all ways."""
    expected, files = command_line(folder), files_in(folder)
    whole, opened = Window(), Window()
    begun = time.perf_counter()
    await whole.start(folder, "workspace")
    await asyncio.wait_for(whole.everything(), MOST_SECONDS)
    seconds = time.perf_counter() - begun
    await whole.stop()
    await opened.start(folder, "openFiles")
    await asyncio.wait_for(opened.open(files), MOST_SECONDS)
    await opened.stop()
    return Comparison(folder, len(files), expected, whole.places(folder), opened.places(folder), seconds)


def main() -> int:
    """Reads the command line; the exit code says whether all agree."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.editor.agreement")
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    folders = [folder.resolve() for folder in parser.parse_args().folders if folder.is_dir()]
    differences: list[str] = []
    _tell("| folder | files | command line | workspace | open files | seconds |\n|---|---:|---:|---:|---:|---:|")
    for folder in folders:
        found = asyncio.run(compare(folder))
        counts = " | ".join(str(each.total()) for each in (found.command_line, found.workspace, found.open_files))
        _tell(f"| {folder.name} | {found.files} | {counts} | {found.seconds:.1f} |")
        differences += [f"{folder.name}: {line}" for line in found.differences()]
    _tell("\n" + ("\n".join(differences) or "no differences"))
    return 1 if differences else 0


def _check(folder: Path, *options: str) -> str:
    command = [sys.executable, "-m", "asyncdb_lint", "check", *options]
    ran = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)  # noqa: S603 - nothing is foreign
    return ran.stdout


def _shown(place: Place) -> str:
    path, code, line, column, *_ = place
    return f"{code} at {path}:{line}:{column}"


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
