// A day's work with the extension: to see, to read, to mend, and to see that it is mended.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { seeFindings, seeFindingsElsewhere, seeSquiggleOf } from "./findings.mjs";
import { prepared, scene } from "./scene.mjs";
import { until } from "./until.mjs";
import { Workspace } from "./workspace.mjs";

const WHOLE_WORKSPACE = { "asyncdb-lint.diagnosticMode": "workspace" };
const SELECTED = { "python.defaultInterpreterPath": prepared.python };

scene(
  "findings are shown, explained and fixed",
  { extensions: prepared.extensionsWithPython, user: WHOLE_WORKSPACE, machine: SELECTED },
  async ({ editor, workspace, codeServer, step, photo, untilLogged }) => {
    const onDisk = (path, text) => until(`${path} holds ${text}`, () => workspace.read(path).includes(text));

    await step("squiggles in the open file, its findings in the Problems panel", () => seeFindings(editor));
    await step("the server is the selected interpreter's", () => untilLogged(`environment of ${prepared.python}`));
    await step("findings in files that are not open", async () => {
      await seeFindingsElsewhere(editor);
      await photo("problems");
    });
    await step("the hover shows the rule's page", async () => {
      const hover = await editor.hover(workspace.find("routes/login.py", "database.fetch_one(query, values)"), "ADB101");
      await hover.getByText("unawaited-query").first().waitFor();
      await hover.getByText("Why it is bad").waitFor();
      await photo("hover");
      await editor.press("Escape");
    });
    await step("the code of a finding links to the rule's page", async () => {
      await editor.openFile("routes/login.py");
      const hover = await editor.hover(workspace.find("routes/login.py", "database.fetch_one(query, values)"), "ADB101");
      await hover.locator("a", { hasText: "ADB101" }).first().click();
      await editor.page.locator(".tab.active", { hasText: "ADB101.md" }).waitFor();
      await editor.page.locator(".editor-instance .view-lines", { hasText: "unawaited-query (ADB101)" }).waitFor();
      await editor.press("Control+F4");
    });
    await step("squiggles of the other rules", async () => {
      const [balances, search] = ["routes/balances.py", "routes/search.py"];
      await seeSquiggleOf(editor, "ADB201", balances, workspace.find(balances, "Database(DATABASE_URL)"));
      await seeSquiggleOf(editor, "ADB401", search, workspace.find(search, "name}"));
    });
    await step("quick fix of SQL in an f-string", async () => {
      const place = workspace.find("routes/search.py", "name}");
      await editor.choose(await editor.offerQuickFix(place, "Bind `name`"));
      await editor.press("Control+s");
      await onDisk("routes/search.py", '"SELECT id, name FROM users WHERE name = :name", values={"name": name}');
      await until("the finding is gone", async () => {
        const rows = await editor.problems("ADB401");
        return rows.length > 0 && !rows.some((row) => row.startsWith("`name` comes from outside"));
      });
    });
    await step("quick fix of a forgotten await", async () => {
      await editor.openFile("routes/orders.py");
      const place = workspace.find("routes/orders.py", "transaction.commit()");
      const item = await editor.offerQuickFix(place, "Add `await`");
      await photo("quick-fix");
      await editor.choose(item);
      await editor.press("Control+s");
      await onDisk("routes/orders.py", "    await transaction.commit()\n");
      await editor.untilProblem("ADB102", "orders.py", { gone: true });
    });
    await step("an edit of db.py that is not saved changes the findings of another file", async () => {
      await editor.openFile("app/db.py");
      const definition = "database = Database(DATABASE_URL)";
      const { line } = workspace.find("app/db.py", definition);
      await editor.replaceLine(line, "database = []");
      await editor.untilProblem("ADB101", "login.py", { gone: true });
      assert.ok(workspace.read("app/db.py").includes(definition));
      await editor.replaceLine(line, definition);
      await editor.untilProblem("ADB101", "login.py");
    });
    await step("all safe fixes on save, the same as on the command line", async () => {
      const expected = fixedOnCommandLine("routes/login.py");
      assert.notEqual(expected, workspace.read("routes/login.py"));
      // The other theme shows that VS Code has read the settings.
      const onSave = { "editor.codeActionsOnSave": { "source.fixAll.asyncdb-lint": "explicit" } };
      const settings = { ...onSave, "workbench.colorTheme": "Default Dark Modern" };
      workspace.write(".vscode/settings.json", JSON.stringify(settings));
      await editor.page.locator(".monaco-workbench.vs-dark").waitFor();
      await editor.openFile("routes/login.py");
      await editor.goTo(1);
      await editor.type(" ");
      await editor.press("Backspace");
      await editor.press("Control+s");
      await until("login.py is fixed", () => workspace.read("routes/login.py") === expected);
    });
    await step("the page of a rule", async () => {
      await editor.goTo(1);
      await editor.command("asyncdb-lint: Open Rule Page");
      await editor.answer("ADB301");
      await editor.page.locator(".tab.active", { hasText: "Preview ADB301" }).waitFor();
      await editor.untilPreview("unguarded-write (ADB301)");
      await photo("rule-page");
    });
    await step("restart by hand", async () => {
      await editor.openFile("routes/search.py");
      await editor.command("asyncdb-lint: Restart Server");
      await untilLogged("Running: restarted by hand");
      await editor.untilProblem("ADB401", "search.py");
    });
    const selection = { "python.defaultInterpreterPath": anotherNameOf(prepared.python, workspace) };
    await step("restart when another interpreter is selected", async () => {
      const [other] = Object.values(selection);
      codeServer.setMachine(selection);
      await untilLogged(`Running: the selected interpreter is now ${other}`);
      await untilLogged(`environment of ${other}`);
    });
    await step("restart when a setting changes that the server reads at its start", async () => {
      codeServer.setMachine({ ...selection, "asyncdb-lint.interpreter": [prepared.python] });
      await untilLogged("Running: setting asyncdb-lint.interpreter has changed");
      await editor.untilProblem("ADB401", "search.py");
    });
  },
);

scene(
  "everything fixable is fixed by a command",
  { machine: { "asyncdb-lint.interpreter": [prepared.python] } },
  async ({ editor, workspace, step, untilLogged }) => {
    await step("only open files are linted", async () => {
      await seeFindings(editor);
      await editor.untilProblem("ADB201", "balances.py", { gone: true });
    });
    await step("off and on again by a setting", async () => {
      workspace.write(".vscode/settings.json", '{"asyncdb-lint.enable": false}');
      await untilLogged("Off: setting asyncdb-lint.enable has changed");
      await editor.untilProblem("ADB101", "login.py", { gone: true });
      workspace.write(".vscode/settings.json", '{"asyncdb-lint.enable": true}');
      await editor.untilProblem("ADB101", "login.py");
    });
    await step("fix all", async () => {
      const expected = fixedOnCommandLine("routes/login.py");
      await editor.goTo(1);
      await editor.command("asyncdb-lint: Fix All Auto-fixable Problems");
      await editor.page.locator(".tab.active.dirty").waitFor();
      await editor.press("Control+s");
      await until("login.py is fixed", () => workspace.read("routes/login.py") === expected);
    });
    await step("debug information", async () => {
      await editor.command("asyncdb-lint: Print Debug Information");
      await editor.page.locator(".tab.active", { hasText: "Untitled" }).waitFor();
      await editor.page.locator(".editor-instance .view-lines", { hasText: "0.1.0" }).waitFor();
    });
  },
);

/** Another name of an interpreter, with the same environment. */
function anotherNameOf(interpreter, workspace) {
  const name = join(workspace.parent, "python");
  writeFileSync(name, `#!/bin/sh\nexec "${interpreter}" "$@"\n`, { mode: 0o755 });
  return name;
}

/** What `asyncdb-lint check --fix` makes of a file of the workspace. */
function fixedOnCommandLine(path) {
  const workspace = new Workspace();
  const file = join(workspace.folder, path);
  execFileSync(prepared.python, ["-m", "asyncdb_lint", "check", "--fix", "--exit-zero", file], { stdio: "pipe" });
  const text = readFileSync(file, "utf8");
  workspace.remove();
  return text;
}
