"""Places are right whatever a line holds and however it ends."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types

from asyncdb_lint.decoding import decode, encode_unsaved
from asyncdb_lint.server.text_positions import TextPositions
from tests.command import PITFALL, Project
from tests.server.editor import changed, codes, editing, offset, scenario

KINDS = list(types.PositionEncodingKind)
TEXTS = st.text(st.sampled_from("ab\r\n\f\u2028é€😋\x85"), max_size=30)


@given(TEXTS, TEXTS, st.sampled_from(KINDS))
@settings(deadline=None)
def test_places_and_indices_are_the_same(text: str, new: str, kind: types.PositionEncodingKind) -> None:
    positions = TextPositions(text, kind)
    for index in range(len(text) + 1):
        place = positions.at(index)
        assert offset(text, place, kind.value) == index
        # Inside of a line's end, the end of the line is as good.
        assert positions.offset(place) == index or text[index - 1 : index + 1] == "\r\n"
        assert positions.offset_of(positions.to_linter(place)) == positions.offset(place)
    assert changed(text, positions.replacing(new), kind.value) == new
    assert positions.offset(types.Position(0, 999)) == len(text) - len(text.lstrip("ab\f\u2028é€😋\x85"))
    assert positions.offset(types.Position(999, 0)) == len(text)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@scenario
async def test_edits_and_findings_are_where_they_should_be(
    project: Project, kind: types.PositionEncodingKind, newline: str
) -> None:
    text = "# 😋\f é\u2028 \x85 €\n" + PITFALL.replace("user = database", "é, user = '😋é€', database")
    text = text.replace("\n", newline)
    project.write("app.py", text)
    async with editing(project.root, client=types.ClientCapabilities(), encodings=[kind]) as editor:
        assert editor.encoding == kind.value
        editor.open("app.py")
        (found,) = await editor.pushed("app.py")
        assert editor.covered("app.py", found).startswith("database.fetch_one(")
        # Edits in front of it and behind it, by their places.
        editor.edit("app.py", "😋\f é", "🎉🎉 a\f é")
        editor.edit("app.py", "'😋é€', ", "'é😋😋', ")
        editor.edit("app.py", "return user", "return  user")
        (found,) = await editor.pushed("app.py")
        assert editor.covered("app.py", found).startswith("database.fetch_one(")
        offered = await editor.actions("app.py", "database.fetch_one")
        expected = editor.texts[editor.uri("app.py")].replace("', database", "', await database")
        assert editor.after(offered["Add `await` (ADB101)"].edit) == {"app.py": expected}


@scenario
async def test_a_mark_at_the_start_moves_nothing(project: Project) -> None:
    marked = "\ufeff" + PITFALL.replace(
        "from databases import Database\n", "from databases import Database; import os\n"
    )
    project.write("app.py", marked)
    async with editing(project.root, client=types.ClientCapabilities()) as editor:
        # Some editors keep the mark to themselves, some send it on.
        for text in (marked, marked[1:]):
            editor.open("app.py", text)
            (found,) = await editor.pushed("app.py")
            assert editor.covered("app.py", found).startswith("database.fetch_one(")
            (fix,) = (await editor.actions("app.py", "import os", only=["source.fixAll"])).values()
            assert editor.after(fix.edit) == {"app.py": text.replace("user = database", "user = await database")}
            editor.close("app.py")
            editor.published.clear()


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "ascii", "nonsense"])
def test_what_is_not_saved_is_read_back(encoding: str) -> None:
    text = f"# -*- coding: {encoding} -*-\nname = 'é😋'\n"
    data = encode_unsaved(text)
    if encoding == "nonsense":
        assert data == text.encode()
    else:
        read, _, _ = decode(data)
        assert len(read) == len(text)
        assert read.startswith(text[:30])


@scenario
async def test_many_small_edits_leave_the_text_of_the_editor(project: Project) -> None:
    chance = random.Random(3)
    project.write("app.py", PITFALL)
    async with editing(project.root, client=types.ClientCapabilities()) as editor:
        editor.open("app.py")
        for _ in range(40):
            text = editor.texts[editor.uri("app.py")]
            start = text.index("WHERE id")
            place = types.Range(editor.position("app.py", start), editor.position("app.py", start + 5))
            piece = chance.choice(["😋\\\n", "é\f", "\\\r\n", "x"])
            new = f"{text[:start]}{piece}WHERE{text[start + 5 :]}"
            editor._send("app.py", new, [types.TextDocumentContentChangePartial(place, f"{piece}WHERE")])
        found = await editor.pushed("app.py")
        text = editor.texts[editor.uri("app.py")]
        editor.change("app.py", text)
        assert await editor.pushed("app.py") == found
        assert codes(found) == ["ADB101"]
