"""What can be done at a finding, and what can be read about it."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tests.command import FIXED, PITFALL, QUIET, UNSAFE, UNSAFELY_FIXED, Project
from tests.server.editor import editing, scenario

TWICE = PITFALL + "\n\n" + PITFALL[PITFALL.index("async def") :].replace("name_of", "mail_of")
BOTH_FIXED = TWICE.replace("user = database", "user = await database")
PLAIN = types.ClientCapabilities()


@scenario
async def test_a_safe_fix_is_preferred_and_cures(project: Project) -> None:
    project.write("app.py", PITFALL)
    async with editing(project.root) as editor:
        editor.open("app.py")
        found = await editor.pushed("app.py")
        offered = await editor.actions("app.py", "database.fetch_one", diagnostics=found)
        title, action = next(iter(offered.items()))
        assert title == "Add `await` (ADB101)"
        assert action.is_preferred
        assert action.kind == types.CodeActionKind.QuickFix
        assert list(action.diagnostics or []) == found
        assert editor.after(action.edit) == {"app.py": FIXED}
        assert not await editor.actions("app.py", "return user", only=["quickfix"])


@scenario
async def test_an_unsafe_fix_says_so(project: Project) -> None:
    project.write("app.py", UNSAFE)
    async with editing(project.root) as editor:
        editor.open("app.py")
        offered = await editor.actions("app.py", "database.fetch_all")
        (unsafe,) = [action for title, action in offered.items() if title.endswith("(ADB101, unsafe fix)")]
        assert not unsafe.is_preferred
        assert editor.after(unsafe.edit) == {"app.py": UNSAFELY_FIXED}
        assert await editor.command("applyFixAll", editor.uri("app.py")) is False


@scenario
async def test_all_of_a_rule_can_be_fixed(project: Project) -> None:
    project.write("app.py", TWICE)
    async with editing(project.root, client=PLAIN) as editor:
        editor.open("app.py")
        offered = await editor.actions("app.py", "database.fetch_one")
        action = offered["Fix all 2 of ADB101 (unawaited-query) in this file"]
        assert editor.after(action.edit) == {"app.py": BOTH_FIXED}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@scenario
async def test_everything_safe_is_fixed_on_save(project: Project, newline: str) -> None:
    text, fixed = TWICE.replace("\n", newline), BOTH_FIXED.replace("\n", newline)
    project.write("app.py", text)
    for client in (PLAIN, None):
        async with editing(project.root, **({} if client is None else {"client": client})) as editor:
            editor.open("app.py")
            (action,) = (await editor.actions("app.py", "import", only=["source.fixAll"])).values()
            assert action.kind == "source.fixAll.asyncdb-lint"
            if action.edit is None:
                action = await editor.client.code_action_resolve_async(action)
            assert editor.after(action.edit) == {"app.py": fixed}
            editor.change("app.py", fixed)
            assert not [
                found
                for found in (await editor.actions("app.py", "import", only=["source.fixAll.asyncdb-lint"])).values()
                if found.edit is not None
            ]
            assert not await editor.actions("app.py", "import", only=["source.organizeImports"])


@scenario
async def test_the_command_fixes_all_in_the_editor(project: Project) -> None:
    project.write("app.py", "")
    async with editing(project.root) as editor:
        editor.open("app.py", TWICE)
        assert await editor.command("applyFixAll", {"uri": editor.uri("app.py"), "version": 1}) is True
        assert editor.after(editor.applied[0].edit) == {"app.py": BOTH_FIXED}
        with pytest.raises(JsonRpcException, match="is not open"):
            await editor.command("applyFixAll", "file:///nowhere.py")


@scenario
async def test_a_finding_can_be_ignored_with_a_comment(project: Project) -> None:
    project.write("app.py", PITFALL)
    async with editing(project.root) as editor:
        editor.open("app.py")
        action = (await editor.actions("app.py", "database.fetch_one"))["Ignore ADB101 here with a comment"]
        after = editor.after(action.edit)["app.py"]
        assert after == PITFALL.replace("user_id})", "user_id})  # asyncdb-lint: ignore[ADB101]")
        editor.change("app.py", after)
        assert await editor.pushed("app.py") == []
        editor.change("app.py", after.replace("user = database", "user = await database"))
        (action,) = (await editor.actions("app.py", "ADB101]", only=["quickfix"])).values() and [
            found
            for title, found in (await editor.actions("app.py", "ADB101]")).items()
            if "Remove the comment" in title
        ]
        assert editor.after(action.edit) == {"app.py": FIXED}


@scenario
async def test_what_is_offered_can_be_turned_off(project: Project) -> None:
    project.write("app.py", TWICE)
    settings = {
        "fixAll": False,
        "codeAction": {"fixViolation": {"enable": False}, "disableRuleComment": {"enable": False}},
    }
    async with editing(project.root, settings=settings) as editor:
        editor.open("app.py")
        assert list(await editor.actions("app.py", "database.fetch_one")) == [
            "Show the page of ADB101 (unawaited-query)"
        ]


@scenario
async def test_pages_are_shown(project: Project) -> None:
    project.write("app.py", PITFALL)
    for client in (types.ClientCapabilities(), None):
        async with editing(project.root, **({} if client is None else {"client": client})) as editor:
            editor.open("app.py")
            action = (await editor.actions("app.py", "database.fetch_one"))["Show the page of ADB101 (unawaited-query)"]
            assert action.command is not None
            assert await editor.command(
                action.command.command.removeprefix("asyncdb-lint."), *(action.command.arguments or [])
            )
            if client is None:
                (shown,) = editor.client.shown_documents
                assert Path(shown.uri.removeprefix("file://")).name == "ADB101-unawaited-query.md"
            else:
                assert "ADB101 unawaited-query: Finds a query" in editor.client.messages[0].message
            page = await editor.client.protocol.send_request_async("asyncdb-lint/rulePage", {"code": "adb101"})
            assert page.markdown.startswith("# unawaited-query (ADB101)")
            with pytest.raises(JsonRpcException, match="is no rule"):
                await editor.client.protocol.send_request_async("asyncdb-lint/rulePage", {"code": "ADB999"})


@scenario
async def test_pages_are_shown_under_the_pointer(project: Project) -> None:
    ignored = QUIET + "\n\nx = 1  # asyncdb-lint: ignore[ADB601] why not\n"
    project.write("app.py", PITFALL)
    project.write("quiet.py", ignored)
    async with editing(project.root) as editor:
        editor.open("app.py")
        editor.open("quiet.py")
        assert (await editor.hover("app.py", "fetch_one(")).startswith("# unawaited-query (ADB101)")
        assert (await editor.hover("quiet.py", "B601]")).startswith("# unused-suppression (ADB002)")
        call = await editor.hover("quiet.py", "fetch_one(")
        assert "async def fetch_one(" in call
        assert "A method of `Database` of `databases`." in call
        assert "- ADB101 unawaited-query: " in call
        assert not await editor.hover("quiet.py", "async def")
        editor.change("quiet.py", PITFALL.replace("user_id})", "user_id})  # asyncdb-lint: ignore[ADB101] why not"))
        assert (await editor.hover("quiet.py", "B101]")).startswith("# unawaited-query (ADB101)")


@scenario
async def test_debug_information_names_folders_and_what_is_kept(project: Project) -> None:
    project.write("app.py", PITFALL)
    async with editing(project.root) as editor:
        editor.open("app.py")
        await editor.pushed("app.py")
        text = await editor.command("printDebugInformation")
        assert str(project.root) in text
        assert "open documents: 1" in text
        assert "1 modules" in text
