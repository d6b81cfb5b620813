"""Notebooks: what is found in their cells, and what can be done about it there."""

from __future__ import annotations

from lsprotocol import types

from tests.command import Project
from tests.server.editor import NEOVIM, codes, editing, scenario
from tests.server.notebook import OpenNotebook

DB = 'from databases import Database\n\ndatabase = Database("sqlite:///app.db")'
CONNECT = "await database.connect()"
FORGOTTEN = 'rows = database.fetch_all("SELECT id FROM users")\nrows[0]'
AWAITED = FORGOTTEN.replace("database.", "await database.")


@scenario
async def test_cells_are_one_module_and_findings_belong_to_their_cell(project: Project) -> None:
    async with editing(project.root) as editor:
        notebook = OpenNotebook(editor, "report.ipynb")
        notebook.open("#md Users", DB, CONNECT, FORGOTTEN, "rows")
        (found,) = await editor.pushed(notebook.cells[3])
        assert found.code == "ADB101"
        assert editor.covered(notebook.cells[3], found) == 'database.fetch_all("SELECT id FROM users")'
        assert "asyncio.run" not in found.message
        for number in (1, 2, 4):
            assert await editor.pushed(notebook.cells[number]) == []
        assert not [params for params in editor.published if params.uri == notebook.cells[0]]
        notebook.edit(3, "database.", "await database.")
        await editor.shows(notebook.cells[3])
        notebook.edit(1, "databases import Database", "elsewhere import Database")
        notebook.edit(3, "await database.", "database.")
        assert await editor.pushed(notebook.cells[3]) == []


@scenario
async def test_a_coroutine_that_a_cell_shows_is_never_awaited(project: Project) -> None:
    async with editing(project.root) as editor:
        notebook = OpenNotebook(editor, "report.ipynb")
        notebook.open(DB, 'database.execute("DELETE FROM users")')
        (found,) = await editor.pushed(notebook.cells[1])
        assert found.code == "ADB101"
        actions = await editor.actions(notebook.cells[1], "execute", only=["quickfix"])
        fix = next(action for title, action in actions.items() if title.startswith("Add `await`"))
        assert fix.is_preferred
        assert notebook.after(fix.edit) == [DB, 'await database.execute("DELETE FROM users")']


@scenario
async def test_what_only_ipython_reads_is_no_error(project: Project) -> None:
    async with editing(project.root) as editor:
        notebook = OpenNotebook(editor, "report.ipynb")
        notebook.open(
            "%load_ext dotenv\n!pip install 'databases\nfiles = !ls *.db\n" + DB,
            "%%time\n" + FORGOTTEN,
            "%%bash\nif (",
            "    indented = await database.fetch_all('SELECT 1')\n    database.execute('SELECT 1')",
            "database?",
            "%timeit -n1 database.execute('SELECT 1')",
        )
        assert codes(await editor.pushed(notebook.cells[1])) == ["ADB101"]
        (found,) = await editor.pushed(notebook.cells[3])
        assert editor.covered(notebook.cells[3], found) == "database.execute('SELECT 1')"
        for number in (0, 2, 4, 5):
            assert await editor.pushed(notebook.cells[number]) == []


@scenario
async def test_a_cell_that_does_not_parse_says_so_and_hides_no_other(project: Project) -> None:
    async with editing(project.root) as editor:
        notebook = OpenNotebook(editor, "report.ipynb")
        notebook.open(DB, "print('''open", FORGOTTEN)
        (broken,) = await editor.pushed(notebook.cells[1])
        assert (broken.code, broken.range.start) == ("ADB001", types.Position(0, 6))
        assert codes(await editor.pushed(notebook.cells[2])) == ["ADB101"]
        notebook.edit(1, "open", "closed''')")
        await editor.shows(notebook.cells[1])
        project.write("asyncdb-lint.toml", 'ignore = ["ADB001"]\n')
        editor.touched("asyncdb-lint.toml")
        notebook.edit(1, "'''closed''')", "")
        assert await editor.pushed(notebook.cells[1]) == []


@scenario
async def test_cells_come_go_and_move(project: Project) -> None:
    async with editing(project.root) as editor:
        notebook = OpenNotebook(editor, "report.ipynb")
        notebook.open(DB, FORGOTTEN)
        second = notebook.cells[1]
        await editor.shows(second, "ADB101")
        notebook.put(1, 0, "database = None")
        await editor.shows(second)
        notebook.put(1, 1)
        await editor.shows(second, "ADB101")
        notebook.move_to_end(0)
        notebook.edit(0, "rows[0]", "rows[1]")
        assert codes(await editor.pushed(second)) == ["ADB101"]
        notebook.put(0, 1)
        await editor.shows(second)
        notebook.put(0, 0, FORGOTTEN)
        await editor.shows(notebook.cells[0], "ADB101")
        notebook.close()
        await editor.shows(notebook.cells[0])


@scenario
async def test_a_client_that_asks_is_told_of_cells_without_asking(project: Project) -> None:
    async with editing(project.root, client=NEOVIM) as editor:
        notebook = OpenNotebook(editor, "report.ipynb")
        notebook.open(DB, FORGOTTEN, "rows")
        (found,) = await editor.pushed(notebook.cells[1])
        assert (found.code, found.range.start) == ("ADB101", types.Position(0, 7))
        # It may ask for cells as well, and must not have everything twice.
        assert await editor.found(notebook.cells[1]) == []
        notebook.edit(1, "database.", "await database.")
        assert await editor.pushed(notebook.cells[1]) == []
        project.write("app.py", DB + "\n\n\nasync def save():\n    database.execute('SELECT 1')\n")
        editor.open("app.py")
        assert codes(await editor.found("app.py")) == ["ADB101"]
        assert all("#" in params.uri for params in editor.published)
        notebook.put(1, 1)
        notebook.close()
        await editor.found("app.py")


@scenario
async def test_comments_ignore_and_are_written_into_the_cell(project: Project) -> None:
    async with editing(project.root) as editor:
        notebook = OpenNotebook(editor, "report.ipynb")
        notebook.open(DB, FORGOTTEN)
        actions = await editor.actions(notebook.cells[1], "fetch_all", only=["quickfix"])
        after = notebook.after(actions["Ignore ADB101 here with a comment"].edit)
        assert after[0] == DB
        line = 'rows = database.fetch_all("SELECT id FROM users")'
        assert after[1] == FORGOTTEN.replace(line, f"{line}  # asyncdb-lint: ignore[ADB101]")
        notebook.edit(1, line, after[1].splitlines()[0])
        await editor.shows(notebook.cells[1])
        assert "ADB101" in await editor.hover(notebook.cells[1], "ADB101")


@scenario
async def test_a_fix_may_change_several_cells_and_the_notebook_is_fixed_as_a_whole(project: Project) -> None:
    async with editing(project.root) as editor:
        notebook = OpenNotebook(editor, "report.ipynb")
        notebook.open("%%capture\nimport os", DB, FORGOTTEN, "#md ---", "!ls\n" + FORGOTTEN)
        await editor.shows(notebook.cells[4], "ADB101")
        expected = ["%%capture\nimport os", DB, AWAITED, "#md ---", "!ls\n" + AWAITED]
        actions = await editor.actions(notebook.cells[4], "fetch_all")
        whole = next(action for title, action in actions.items() if title.startswith("Fix all 2 of ADB101"))
        assert whole.title.endswith("in this notebook")
        assert notebook.after(whole.edit) == expected
        kind = "notebook.source.fixAll.asyncdb-lint"
        (fix_all,) = (await editor.actions(notebook.cells[1], "database", only=[kind])).values()
        assert fix_all.kind == kind
        resolved = await editor.client.code_action_resolve_async(fix_all)
        assert notebook.after(resolved.edit) == expected
        # Each cell would be asked on save, and each would fix the whole.
        assert not await editor.actions(notebook.cells[1], "database", only=["source.fixAll"])
        assert await editor.command("applyFixAll", {"uri": notebook.cells[1]})
        assert notebook.after(editor.applied[-1].edit) == expected


@scenario
async def test_hover_in_a_cell_shows_the_rule_and_the_method(project: Project) -> None:
    async with editing(project.root) as editor:
        notebook = OpenNotebook(editor, "report.ipynb")
        notebook.open(DB, CONNECT, FORGOTTEN)
        assert "unawaited-query" in await editor.hover(notebook.cells[2], "fetch_all")
        assert "A method of `Database`" in await editor.hover(notebook.cells[1], "connect")
        assert await editor.hover(notebook.cells[1], "await") == ""


@scenario
async def test_cells_import_from_the_project_as_it_is_typed_and_settings_hold(project: Project) -> None:
    project.write("db.py", DB)
    project.write("drafts/asyncdb-lint.toml", 'ignore = ["ADB1"]\n')
    async with editing(project.root) as editor:
        notebook, draft = OpenNotebook(editor, "report.ipynb"), OpenNotebook(editor, "drafts/report.ipynb")
        importing = "from db import database\n" + FORGOTTEN
        notebook.open(importing)
        draft.open(importing)
        await editor.shows(notebook.cells[0], "ADB101")
        assert await editor.pushed(draft.cells[0]) == []
        editor.open("db.py")
        editor.change("db.py", "database = None")
        await editor.shows(notebook.cells[0])


@scenario
async def test_a_notebook_that_is_not_saved_yet_or_not_open_is_no_trouble(project: Project) -> None:
    async with editing(project.root) as editor:
        notebook = OpenNotebook(editor, "untitled:Untitled-1.ipynb")
        notebook.cells = ["vscode-notebook-cell:gone#W1"]
        editor.texts[notebook.cells[0]], editor.versions[notebook.cells[0]] = "a", 1
        notebook.edit(0, "a", "b")
        notebook.open(DB, FORGOTTEN)
        await editor.shows(notebook.cells[1], "ADB101")
