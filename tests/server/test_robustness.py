"""Whatever a client sends, the server lives; and when the client leaves, it goes."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command import PITFALL, Project


class Wire:
    """A server, spoken to in bytes."""

    def __init__(self, root: Path) -> None:
        command = [sys.executable, "-m", "asyncdb_lint", "server", "--stdio"]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=root)
        self.root = root

    def send_bytes(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, method: str, params: Any = None, *, request: int | None = None) -> None:
        message = {"jsonrpc": "2.0", "method": method, "params": {} if params is None else params}
        if request is not None:
            message["id"] = request
        self.send_body(json.dumps(message).encode())

    def send_body(self, body: bytes) -> None:
        self.send_bytes(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    def receive(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        size = 0
        while line := self.process.stdout.readline().strip():
            if line.startswith(b"Content-Length:"):
                size = int(line.partition(b":")[2])
        return json.loads(self.process.stdout.read(size))  # type: ignore[no-any-return]

    def answer(self, request: int) -> dict[str, Any]:
        while (message := self.receive()).get("id") != request or "method" in message:
            pass
        return message

    def initialize(self, abilities: dict[str, Any] | None = None) -> None:
        greeting = {"processId": None, "rootUri": self.root.as_uri(), "capabilities": abilities or {}}
        self.send("initialize", greeting, request=1)
        assert "result" in self.answer(1)
        self.send("initialized")

    def open(self, text: str, version: int = 1) -> None:
        item = {"uri": self.uri, "languageId": "python", "version": version, "text": text}
        self.send("textDocument/didOpen", {"textDocument": item})

    def change(self, version: Any, *changes: Any, uri: str = "") -> None:
        document = {"uri": uri or self.uri, "version": version}
        self.send("textDocument/didChange", {"textDocument": document, "contentChanges": list(changes)})

    @property
    def uri(self) -> str:
        return (self.root / "app.py").as_uri()

    def codes(self, request: int) -> list[str]:
        """What is found in the document as the server knows it: it answers, so it lives."""
        self.send("textDocument/diagnostic", {"textDocument": {"uri": self.uri}}, request=request)
        return [item["code"] for item in self.answer(request)["result"]["items"]]

    def leave(self) -> int:
        self.send("shutdown", request=99)
        assert self.answer(99)["result"] is None
        self.send("exit")
        return self.process.wait(20)


@pytest.fixture
def wire(project: Project) -> Iterator[Wire]:
    project.write("app.py", PITFALL)
    wire = Wire(project.root)
    # A server that does not answer fails its test instead of stopping all tests.
    watchdog = threading.Timer(80, wire.process.kill)
    watchdog.start()
    yield wire
    watchdog.cancel()
    wire.process.kill()
    wire.process.wait()
    for stream in (wire.process.stdin, wire.process.stdout, wire.process.stderr):
        if stream is not None:
            with contextlib.suppress(BrokenPipeError):
                stream.close()


def test_broken_messages_are_outlived(wire: Wire) -> None:
    wire.initialize()
    wire.open(PITFALL)
    wire.send_bytes(b"this is no header\r\nContent-Length: many\r\n")
    for body in (b"no json", b"[]", b"7", b"{}", b'{"jsonrpc": "1.0", "method": "x"}', b"\xff\xfe", b"[" * 5000):
        wire.send_body(body)
    wire.send_body(b'{"jsonrpc": "2.0", "id": 5, "result": null}')
    wire.send("textDocument/didChange", {"textDocument": 7})
    wire.send("no/such/notification")
    wire.send("no/such/request", request=10)
    assert wire.answer(10)["error"]["code"] == -32601
    wire.send("textDocument/hover", {"textDocument": []}, request=11)
    assert wire.answer(11)["error"]["code"] == -32602
    wire.send("asyncdb-lint/rulePage", [], request=12)
    assert "error" in wire.answer(12)
    wire.send("workspace/executeCommand", {"command": "asyncdb-lint.nothing"}, request=13)
    assert "error" in wire.answer(13)
    assert wire.codes(14) == ["ADB101"]
    assert wire.leave() == 0


def test_messages_at_the_wrong_time_are_outlived(wire: Wire) -> None:
    wire.send(
        "textDocument/hover", {"textDocument": {"uri": wire.uri}, "position": {"line": 0, "character": 0}}, request=7
    )
    assert wire.answer(7)["error"]["code"] == -32002
    wire.open("too early")
    wire.initialize()
    wire.send("initialize", {"processId": None, "capabilities": {}}, request=8)
    assert wire.answer(8)["error"]["code"] == -32600
    wire.change(4, {"text": "not open"})
    wire.send("textDocument/didClose", {"textDocument": {"uri": wire.uri}})
    wire.send("textDocument/didSave", {"textDocument": {"uri": "file:///nowhere/at/all.py"}})
    wire.send("workspace/didChangeWatchedFiles", {"changes": [{"uri": "git:/odd", "type": 3}]})
    wire.send("$/cancelRequest", {"id": 4711})
    wire.open("x = 1\n", version=5)
    wire.change(7, {"text": PITFALL})
    wire.change(6, {"text": "older\n"})
    place = {"start": {"line": 900, "character": 900}, "end": {"line": 2, "character": 0}}
    wire.change(8, {"text": "\n", "range": place})
    assert wire.codes(9) == ["ADB101"]
    wire.send(
        "textDocument/hover", {"textDocument": {"uri": wire.uri}, "position": {"line": 999, "character": 9}}, request=10
    )
    assert wire.answer(10)["result"] is None
    assert wire.leave() == 0


def test_requests_that_are_given_up_are_answered(wire: Wire) -> None:
    wire.initialize()
    wire.open(PITFALL)
    wire.send("textDocument/diagnostic", {"textDocument": {"uri": wire.uri}}, request=20)
    wire.send("$/cancelRequest", {"id": 20})
    assert wire.answer(20)["error"]["code"] == -32800
    wire.send("textDocument/diagnostic", {"textDocument": {"uri": wire.uri}}, request=21)
    wire.send("textDocument/didClose", {"textDocument": {"uri": wire.uri}})
    assert wire.answer(21)["result"]["items"] == []
    wire.open(PITFALL)
    assert wire.codes(22) == ["ADB101"]


def test_a_client_may_leave_without_having_answered(wire: Wire) -> None:
    wire.initialize({"workspace": {"configuration": True}, "window": {"workDoneProgress": True}})
    while wire.receive().get("method") != "workspace/configuration":
        pass
    wire.open(PITFALL)
    wire.send("textDocument/diagnostic", {"textDocument": {"uri": wire.uri}}, request=20)
    wire.send("workspace/didChangeConfiguration", {"settings": {}})
    assert wire.leave() == 0


def test_files_that_go_and_folders_that_were_never_there_are_outlived(wire: Wire, project: Project) -> None:
    wire.initialize()
    wire.open(PITFALL)
    (project.root / "app.py").unlink()
    rename = {"files": [{"oldUri": wire.uri, "newUri": wire.uri.replace("app", "new")}]}
    wire.send("workspace/didRenameFiles", rename)
    folder = {"uri": "file:///no/such/folder", "name": "x"}
    wire.send("workspace/didChangeWorkspaceFolders", {"event": {"added": [folder], "removed": []}})
    wire.send("workspace/didChangeConfiguration", {"settings": {"asyncdb-lint": {"diagnosticMode": "workspace"}}})
    assert wire.codes(30) == ["ADB101"]
    wire.send("workspace/didChangeWorkspaceFolders", {"event": {"added": [], "removed": [folder, folder]}})
    assert wire.codes(31) == ["ADB101"]
    assert wire.leave() == 0


@pytest.mark.parametrize("greeted", [True, False])
def test_it_goes_when_the_client_is_gone(wire: Wire, greeted: bool) -> None:
    if greeted:
        wire.initialize()
        wire.open(PITFALL)
    assert wire.process.stdin is not None
    wire.process.stdin.close()
    assert wire.process.wait(20) == 1


def test_nothing_but_the_protocol_is_on_standard_output(wire: Wire) -> None:
    wire.initialize()
    wire.open("print('x')\n" + "(" * 3000)
    assert wire.codes(40) == ["ADB001"]
    wire.leave()
    assert wire.process.stdout is not None
    assert wire.process.stdout.read() == b""


def test_without_pygls_there_is_one_line(project: Project, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    (blocked / "pygls").mkdir(parents=True)
    (blocked / "pygls" / "__init__.py").write_text("raise ImportError('blocked')\n")
    root = Path(__file__).parent.parent.parent
    ran = project.run("server", PYTHONPATH=f"{blocked}:{root}")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "error: the language server needs pygls 2: pip install 'asyncdb-lint[lsp]'\n"
    project.write("app.py", PITFALL)
    assert project.run("check", "--isolated", PYTHONPATH=f"{blocked}:{root}").code == 1
