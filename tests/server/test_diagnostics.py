"""What is found while somebody types."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import unquote, urlparse

from lsprotocol import types

from asyncdb_lint.pages import load_page
from tests.command import BROKEN, FIXED, PITFALL, QUIET, Project
from tests.server.editor import NEOVIM, codes, editing, scenario

DB = 'from databases import Database\n\ndatabase = Database("sqlite:///app.db")\n'
USES_DB = "from db import database\n\n\nasync def save():\n    database.execute('DELETE FROM users')\n"


@scenario
async def test_findings_are_pushed_with_the_version_they_are_of(project: Project) -> None:
    project.write("app.py", PITFALL)
    async with editing(project.root) as editor:
        editor.open("app.py")
        (found,) = await editor.pushed("app.py")
        assert (found.code, found.source, found.severity) == ("ADB101", "asyncdb-lint", types.DiagnosticSeverity.Error)
        assert editor.covered("app.py", found).startswith("database.fetch_one(")
        assert "\nhelp: " in found.message
        # The page comes with the linter; an editor that shows pages itself names them in its own way.
        assert found.code_description is not None
        assert load_page("ADB101").text == _read(found.code_description.href)
        editor.edit("app.py", "user = database", "user = await database")
        assert await editor.pushed("app.py") == []
        editor.edit("app.py", "user = await database", "user = database")
        assert codes(await editor.pushed("app.py")) == ["ADB101"]


def _read(uri: str) -> str:
    return Path(unquote(urlparse(uri).path)).read_text("utf-8")


@scenario
async def test_an_editor_may_have_names_of_its_own_for_pages(project: Project) -> None:
    project.write("app.py", PITFALL)
    async with editing(project.root, options={"rulePageUri": "page:/{code}.md"}) as editor:
        editor.open("app.py")
        (found,) = await editor.pushed("app.py")
        assert found.code_description == types.CodeDescription("page:/ADB101.md")


@scenario
async def test_findings_are_pulled_and_not_told_twice(project: Project) -> None:
    project.write("app.py", PITFALL)
    async with editing(project.root, client=NEOVIM) as editor:
        editor.open("app.py")
        first = await editor.pulled("app.py")
        assert isinstance(first, types.RelatedFullDocumentDiagnosticReport)
        assert codes(list(first.items)) == ["ADB101"]
        editor.change("app.py", PITFALL + "\n# a comment below changes nothing above\n")
        second = await editor.pulled("app.py", first.result_id)
        assert isinstance(second, types.RelatedUnchangedDocumentDiagnosticReport)
        editor.change("app.py", FIXED)
        third = await editor.pulled("app.py", first.result_id)
        assert isinstance(third, types.RelatedFullDocumentDiagnosticReport)
        assert not third.items
        assert not [params for params in editor.published if params.diagnostics]


@scenario
async def test_a_change_in_one_file_shows_in_those_that_import_it(project: Project) -> None:
    project.write("db.py", "database = None\n")
    project.write("app.py", USES_DB)
    async with editing(project.root) as editor:
        editor.open("app.py")
        editor.open("db.py")
        await editor.shows("app.py")
        editor.change("db.py", DB)
        await editor.shows("app.py", "ADB101")
        # What is not saved counts, and what is saved counts again once it is closed.
        editor.close("db.py")
        await editor.shows("app.py")


@scenario
async def test_an_editor_that_pulls_is_told_to_ask_again(project: Project) -> None:
    project.write("db.py", "database = None\n")
    project.write("app.py", USES_DB)
    client = types.ClientCapabilities(
        text_document=types.TextDocumentClientCapabilities(diagnostic=types.DiagnosticClientCapabilities()),
        workspace=types.WorkspaceClientCapabilities(
            diagnostics=types.DiagnosticWorkspaceClientCapabilities(refresh_support=True)
        ),
    )
    async with editing(project.root, client=client) as editor:
        editor.open("app.py")
        editor.open("db.py")
        assert await editor.found("app.py") == []
        assert await editor.found("db.py") == []
        editor.change("db.py", DB)
        assert await editor.found("db.py") == []
        await editor.until(lambda: editor.client.diagnostic_refresh_count)
        assert codes(await editor.found("app.py")) == ["ADB101"]
        await asyncio.sleep(0.5)
        assert editor.client.diagnostic_refresh_count == 1


@scenario
async def test_other_places_and_tags_are_shown(project: Project) -> None:
    project.write("old.py", QUIET + "\n\nx = 1  # asyncdb-lint: ignore[ADB101] not any more\n")
    project.write("sql.py", "def one(name):\n    return f\"SELECT * FROM users WHERE name = '{name}'\"\n")
    project.write(
        "uses.py",
        "from sql import one\n\n"
        + QUIET.replace('"SELECT name FROM users WHERE id = :id", {"id": user_id}', "one(user_id)").replace(
            ": int", ": str"
        ),
    )
    async with editing(project.root) as editor:
        editor.open("old.py")
        (unused,) = await editor.pushed("old.py")
        assert (unused.code, unused.tags) == ("ADB002", (types.DiagnosticTag.Unnecessary,))
        # What is wrong is in one file, and where it does harm is in another.
        editor.open("sql.py")
        editor.open("uses.py")
        found = [*await editor.pushed("sql.py"), *await editor.pushed("uses.py")]
        related = {place.location.uri for diagnostic in found for place in diagnostic.related_information or []}
        assert codes(found) == ["ADB401"]
        assert related == {editor.uri("sql.py"), editor.uri("uses.py")} - {
            params.uri for params in editor.published if params.diagnostics and params.uri != editor.uri("old.py")
        }


@scenario
async def test_the_whole_workspace_is_linted_if_it_is_asked_for(project: Project) -> None:
    for number in range(90):
        project.write(f"quiet_{number}.py", "x = 1\n")
    project.write("app.py", PITFALL)
    project.write("gone.py", PITFALL)
    client = types.ClientCapabilities(
        window=types.WindowClientCapabilities(work_done_progress=True),
    )
    async with editing(project.root, client=client, settings={"diagnosticMode": "workspace"}) as editor:
        assert codes(await editor.pushed("app.py")) == ["ADB101"]
        assert codes(await editor.pushed("gone.py")) == ["ADB101"]
        # A run that a newer one has taken the place of says so, and shows nothing more.
        runs = editor.client.progress_reports.values()
        await editor.until(lambda: any(run and run[-1].kind == "end" and run[-1].message != "stopped" for run in runs))
        (run,) = [run for run in runs if run[-1].message == "92 files"]
        assert [report.kind for report in run] == ["begin", "report", "report", "report", "end"]
        assert [report.percentage for report in run[:-1]] == [0, 43, 86, 100]
        assert all(run[0].kind == "begin" and run[-1].message in {"stopped", "92 files"} for run in runs)
        (project.root / "gone.py").unlink()
        editor.published.clear()
        editor.touched("gone.py", kind=types.FileChangeType.Deleted)
        assert await editor.pushed("gone.py") == []
        editor.client.workspace_did_change_configuration(
            types.DidChangeConfigurationParams({"asyncdb-lint": {"diagnosticMode": "openFiles"}})
        )
        # A run that was under way may push once more before.
        await editor.shows("app.py")


@scenario
async def test_a_run_over_the_workspace_can_be_stopped(project: Project) -> None:
    for number in range(200):
        project.write(f"app_{number}.py", PITFALL)
    client = types.ClientCapabilities(window=types.WindowClientCapabilities(work_done_progress=True))
    async with editing(project.root, client=client, settings={"diagnosticMode": "workspace"}) as editor:
        await editor.until(lambda: any(editor.client.progress_reports.values()))
        (token,) = editor.client.progress_reports
        editor.client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(token))
        await editor.until(lambda: editor.client.progress_reports[token][-1].kind == "end")
        assert editor.client.progress_reports[token][-1].message == "stopped"
        assert len(editor.published) < 200


@scenario
async def test_what_the_command_line_leaves_out_is_quiet(project: Project) -> None:
    project.write(".gitignore", "generated.py\n")
    project.write("asyncdb-lint.toml", 'extend-exclude = ["old"]\n')
    names = ["generated.py", "old/app.py", ".venv/lib/python3.11/site-packages/thing/app.py"]
    for name in [*names, "app.py"]:
        project.write(name, PITFALL)
    outside = project.root.parent / "lib" / "python3.11" / "thing.py"
    outside.parent.mkdir(parents=True, exist_ok=True)
    outside.write_text(PITFALL)
    async with editing(project.root) as editor:
        for name in [*names, "app.py"]:
            editor.open(name)
        editor.open(outside.as_uri(), PITFALL)
        assert codes(await editor.pushed("app.py")) == ["ADB101"]
        for name in [*names, outside.as_uri()]:
            assert await editor.pushed(name) == []
        project.write(".gitignore", "")
        editor.touched(".gitignore")
        await editor.shows("generated.py", "ADB101")


@scenario
async def test_settings_files_count_as_soon_as_they_change(project: Project) -> None:
    project.write("app.py", PITFALL)
    async with editing(project.root) as editor:
        editor.open("app.py")
        assert codes(await editor.pushed("app.py")) == ["ADB101"]
        for content, expected in (('ignore = ["ADB101"]', []), ("ignore = 7", []), ("", ["ADB101"])):
            project.write("pyproject.toml", f"[tool.asyncdb-lint]\n{content}\n")
            editor.published.clear()
            editor.touched("pyproject.toml")
            await editor.shows("app.py", *expected)
        # The broken file has been told once, and meanwhile the last good settings hold.
        assert len([message for message in editor.client.messages if "pyproject.toml" in message.message]) == 1


@scenario
async def test_what_a_baseline_knows_is_quiet_and_left_alone(project: Project) -> None:
    project.write("asyncdb-lint.toml", 'baseline = "known.json"\n')
    project.write("app.py", PITFALL)
    assert project.run("baseline").code == 0
    async with editing(project.root) as editor:
        editor.open("app.py")
        assert await editor.pushed("app.py") == []
        editor.change("app.py", "# moved\n" + PITFALL)
        await editor.shows("app.py")
        editor.change("app.py", PITFALL + "\n\nasync def more():\n    database.execute('DELETE FROM users')\n")
        await editor.until(
            lambda: [codes(list(params.diagnostics)) for params in editor.published][-1:] == [["ADB101"]]
        )
        # A file of known findings that is broken hides none, and is told.
        project.write("known.json", "{")
        editor.change("app.py", PITFALL)
        await editor.shows("app.py", "ADB101")
        await editor.until(lambda: any("known.json" in message.message for message in editor.client.messages))


@scenario
async def test_each_folder_has_its_own_settings(tmp_path: Path) -> None:
    one, two = Project(tmp_path / "one"), Project(tmp_path / "two")
    for project in (one, two):
        project.write("app.py", PITFALL)
    configuration = {
        "": {"asyncdb-lint": {"enable": True}},
        two.root.as_uri(): {"asyncdb-lint": {"ignore": ["ADB101"]}},
    }
    client = types.ClientCapabilities(workspace=types.WorkspaceClientCapabilities(configuration=True))
    async with editing(one.root, two.root, client=client, configuration=configuration) as editor:
        editor.open("app.py")
        other = (two.root / "app.py").as_uri()
        editor.open(other, PITFALL)
        assert codes(await editor.pushed("app.py")) == ["ADB101"]
        await editor.shows(other)
        editor.client.set_configuration({}, section="asyncdb-lint", scope_uri=two.root.as_uri())
        editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))
        await editor.shows(other, "ADB101")


@scenario
async def test_folders_come_and_go(tmp_path: Path) -> None:
    one, two = Project(tmp_path / "one"), Project(tmp_path / "two")
    one.write("app.py", QUIET)
    path = two.write("app.py", PITFALL)
    folder = types.WorkspaceFolder(two.root.as_uri(), "two")
    async with editing(one.root, settings={"diagnosticMode": "workspace"}) as editor:
        added = types.WorkspaceFoldersChangeEvent([folder], [])
        editor.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(added))
        assert codes(await editor.pushed(path.as_uri())) == ["ADB101"]
        removed = types.WorkspaceFoldersChangeEvent([], [folder])
        editor.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(removed))
        assert await editor.pushed(path.as_uri()) == []


@scenario
async def test_the_linter_can_be_turned_off_and_rules_be_chosen(project: Project) -> None:
    project.write("app.py", PITFALL)
    async with editing(project.root, settings={"enable": False}) as editor:
        editor.open("app.py")
        assert await editor.pushed("app.py") == []
        for settings, expected in (
            ({"enable": True}, ["ADB101"]),
            ({"select": ["ADB4"]}, []),
            ({"select": ["nonsense"], "diagnosticMode": 7}, []),
            ({"select": []}, ["ADB101"]),
        ):
            editor.published.clear()
            changed = types.DidChangeConfigurationParams({"asyncdb-lint": settings})
            editor.client.workspace_did_change_configuration(changed)
            await editor.shows("app.py", *expected)
        assert any("nonsense" in message.message for message in editor.client.messages)


@scenario
async def test_a_document_without_a_file_is_linted_by_itself(project: Project) -> None:
    async with editing(project.root) as editor:
        editor.open("untitled:Untitled-1", PITFALL)
        assert codes(await editor.pushed("untitled:Untitled-1")) == ["ADB101"]
        editor.open("vscode-notebook-cell:/a.ipynb#1", PITFALL)
        editor.open("readme.md", PITFALL, language="markdown")
        assert await editor.pushed("readme.md") == []
        assert not [params for params in editor.published if "notebook" in params.uri]


@scenario
async def test_a_file_that_does_not_parse_recovers(project: Project) -> None:
    project.write("app.py", PITFALL)
    async with editing(project.root) as editor:
        editor.open("app.py")
        assert codes(await editor.pushed("app.py")) == ["ADB101"]
        editor.change("app.py", PITFALL + BROKEN)
        assert codes(await editor.pushed("app.py")) == ["ADB001"]
        editor.change("app.py", PITFALL)
        assert codes(await editor.pushed("app.py")) == ["ADB101"]


@scenario
async def test_only_the_newest_version_is_shown(project: Project) -> None:
    project.write("app.py", PITFALL)
    async with editing(project.root) as editor:
        editor.open("app.py")
        for number in range(60):
            editor.change("app.py", "\n" * number + (PITFALL if number % 2 else FIXED))
            await asyncio.sleep(0.01)
        (found,) = await editor.pushed("app.py")
        assert found.range.start.line == 59 + PITFALL[: PITFALL.index("database.fetch")].count("\n")
        versions = [params.version or 0 for params in editor.published]
        assert versions == sorted(versions)
        for params in editor.published:
            # Every version was one or the other, and what is said about it is true.
            is_pitfall = (params.version or 0) == 1 or (params.version or 0) % 2 == 1
            assert codes(list(params.diagnostics)) == (["ADB101"] if is_pitfall else [])
