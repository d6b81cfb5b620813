// Which server runs, and what the user is told when none can.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seeFindings } from "./findings.mjs";
import { prepared, scene } from "./scene.mjs";

scene(
  "a server that is missing is named, and the way out works",
  { machine: { "asyncdb-lint.path": ["/opt/gone/asyncdb-lint"] } },
  async ({ editor, codeServer, step, photo }) => {
    await step("the message says what is wrong and offers the settings", async () => {
      await editor.openFile("routes/login.py");
      const message = editor.notification("asyncdb-lint.path names /opt/gone/asyncdb-lint, which does not exist.");
      await message.waitFor();
      await photo("missing-server");
      await message.getByRole("button", { name: "Open Settings" }).click();
      await editor.page.locator(".settings-editor").waitFor();
    });
    await step("without the wrong setting the server starts by itself", async () => {
      codeServer.setMachine({ "asyncdb-lint.interpreter": [prepared.python] });
      await seeFindings(editor);
    });
  },
);

const bare = mkdtempSync(join(tmpdir(), "asyncdb-lint-bare-"));
process.on("exit", () => rmSync(bare, { recursive: true, force: true }));
execFileSync(prepared.python, ["-m", "venv", bare]);

scene(
  "the bundled server runs once LibCST is installed",
  {
    machine: { "asyncdb-lint.importStrategy": "useBundled", "asyncdb-lint.interpreter": [join(bare, "bin", "python")] },
    variables: { PYTHONPATH: "" },
  },
  async ({ editor, step, photo, untilLogged }) => {
    await step("the message says what is missing and installs it", async () => {
      await editor.openFile("routes/login.py");
      const message = editor.notification("asyncdb-lint needs LibCST");
      await message.waitFor();
      await photo("install-libcst");
      await message.getByRole("button", { name: "Install LibCST" }).click();
    });
    await step("the server starts and finds", async () => {
      await untilLogged("Starting: LibCST is installed");
      await untilLogged("bundled, run by");
      await seeFindings(editor);
    });
    await step("the environment is as it was", () => {
      const installed = execFileSync(join(bare, "bin", "python"), ["-m", "pip", "list", "--format", "freeze"], { encoding: "utf8" });
      assert.doesNotMatch(installed, /libcst/i);
    });
  },
);

const ran = join(bare, "ran");
const intruder = `#!/bin/sh\ntouch ${ran}\n`;

scene(
  "a workspace that is not trusted chooses neither server nor interpreter",
  {
    trusted: false,
    user: { "security.workspace.trust.startupPrompt": "never" },
    machine: { "asyncdb-lint.interpreter": [prepared.python] },
    files: {
      "intruder": intruder,
      ".vscode/settings.json": JSON.stringify({
        "asyncdb-lint.path": ["${workspaceFolder}/intruder"],
        "asyncdb-lint.interpreter": ["${workspaceFolder}/intruder"],
      }),
    },
  },
  async ({ editor, step, untilLogged }) => {
    await step("the bundled server finds, and the intruder has not run", async () => {
      await seeFindings(editor);
      await untilLogged("bundled, run by");
      assert.ok(!existsSync(ran));
    });
    await step("with trust the workspace's settings count", async () => {
      await editor.command("Workspaces: Manage Workspace Trust");
      await editor.page.locator(".workspace-trust-editor").getByRole("button", { name: "Trust", exact: true }).click();
      await untilLogged("Starting: the workspace is trusted now");
      await editor.notification("asyncdb-lint.path names").waitFor();
      assert.ok(existsSync(ran));
    });
  },
);
