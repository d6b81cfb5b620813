// The control: what the other scenes see must not be there when the server is broken.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { seeFindings } from "./findings.mjs";
import { enter, leave } from "./scene.mjs";

test("a server that finds nothing fails the first step of the other scenes", async () => {
  const muteServer = join(import.meta.dirname, "muteServer.mjs");
  const actors = await enter({ machine: { "asyncdb-lint.path": [muteServer] } });
  try {
    await actors.untilLogged(`Server: 0.1.0, setting asyncdb-lint.path: ${muteServer}`);
    await actors.editor.openFile("routes/login.py");
    actors.editor.setPatience(15_000);
    await assert.rejects(seeFindings(actors.editor), /waiting for locator\('\.editor-instance \.squiggly/);
    const title = await actors.editor.page.locator(".tab.active").innerText();
    assert.match(title, /login\.py/);
  } finally {
    await leave(actors);
  }
});
