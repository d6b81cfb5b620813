// The cells of a notebook, which VS Code has as documents of their own.

import { scene, prepared } from "./scene.mjs";
import { until } from "./until.mjs";

const cell = (...lines) => ({ cell_type: "code", execution_count: null, metadata: {}, outputs: [], source: lines });
const NOTEBOOK = {
  cells: [
    cell("%load_ext dotenv\n", "from app.db import database"),
    cell("await database.connect()"),
    cell('rows = database.fetch_all("SELECT id FROM users")\n', "rows[0]"),
    cell('database.execute("DELETE FROM users")'),
  ],
  metadata: { kernelspec: { display_name: "Python 3", language: "python", name: "python3" }, language_info: { name: "python" } },
  nbformat: 4,
  nbformat_minor: 5,
};

scene(
  "a notebook has findings in its cells, and they are fixed there",
  {
    machine: { "asyncdb-lint.interpreter": [prepared.python] },
    files: { "report.ipynb": JSON.stringify(NOTEBOOK, null, 1) },
  },
  async ({ editor, workspace, step, photo }) => {
    const text = editor.page.locator(".notebookOverlay .view-line", { hasText: "database.fetch_all" });
    await step("a squiggle in the cell, its finding in the Problems panel", async () => {
      await editor.openNotebook("report.ipynb");
      await text.waitFor();
      await editor.untilProblem("ADB101", "report.ipynb");
      await editor.page.locator(".notebookOverlay .squiggly-error").first().waitFor();
      await photo("notebook");
    });
    await step("the quick fix of the forgotten await", async () => {
      await text.getByText("fetch_all").first().click();
      await editor.press("Control+.");
      const item = editor.page.locator(".action-widget .monaco-list-row", { hasText: "Add `await`" }).first();
      await item.waitFor();
      await editor.choose(item);
      await editor.press("Control+s");
      await until("the file holds the await", () => workspace.read("report.ipynb").includes("rows = await database.fetch_all("));
      await editor.page.locator(".notebookOverlay .squiggly-error").nth(1).waitFor({ state: "detached" });
    });
    await step("all safe fixes on save", async () => {
      // The other theme shows that VS Code has read the settings.
      const onSave = { "notebook.codeActionsOnSave": { "notebook.source.fixAll.asyncdb-lint": "explicit" } };
      workspace.write(".vscode/settings.json", JSON.stringify({ ...onSave, "workbench.colorTheme": "Default Dark Modern" }));
      await editor.page.locator(".monaco-workbench.vs-dark").waitFor();
      await text.getByText("fetch_all").first().click();
      await editor.type(" ");
      await editor.press("Backspace");
      await editor.press("Control+s");
      await until("the file holds both", () => workspace.read("report.ipynb").includes('"await database.execute('));
      await editor.untilProblem("ADB101", "report.ipynb", { gone: true });
    });
  },
);
