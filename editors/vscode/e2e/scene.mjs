// One scene of the test: a workspace, a VS Code, and its user.

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { CodeServer } from "./codeServer.mjs";
import { Editor } from "./editor.mjs";
import { until } from "./until.mjs";
import { Workspace } from "./workspace.mjs";

const HERE = import.meta.dirname;
const RESULTS = join(HERE, "results");

/** What `make editor` has prepared. */
export const prepared = {
  entry: fromEnvironment("CODE_SERVER"),
  python: fromEnvironment("PYTHON"),
  extensions: join(RESULTS, "extensions", "alone"),
  extensionsWithPython: join(RESULTS, "extensions", "with-python"),
};

function fromEnvironment(name) {
  const value = process.env[name];
  assert.ok(value, `${name} is not set; run "make editor"`);
  return resolve(value);
}

export function scene(name, options, play) {
  test(name, async (context) => {
    const actors = await enter(options);
    const started = Date.now();
    const step = async (what, action) => {
      await action();
      context.diagnostic(`${((Date.now() - started) / 1000).toFixed(1)} s  ${what}`);
    };
    try {
      await play({ ...actors, step });
    } catch (error) {
      await explain(name, actors);
      throw error;
    } finally {
      await leave(actors);
    }
  });
}

export async function enter({ extensions = prepared.extensions, files = {}, ...options }) {
  mkdirSync(RESULTS, { recursive: true });
  const workspace = new Workspace();
  for (const [path, text] of Object.entries(files)) workspace.write(path, text);
  const codeServer = await CodeServer.start({ entry: prepared.entry, extensions, ...options });
  const editor = await Editor.open(codeServer, workspace.folder);
  const untilLogged = (text) => until(`the log says "${text}"`, () => codeServer.log("asyncdb-lint").includes(text));
  const photo = (title) => editor.screenshot(join(RESULTS, `${title}.png`));
  return { workspace, codeServer, editor, untilLogged, photo };
}

export async function leave({ workspace, codeServer, editor }) {
  await editor.close();
  await codeServer.stop();
  workspace.remove();
}

async function explain(name, { codeServer, editor }) {
  const title = name.replaceAll(/\W+/g, "-");
  const logs = ["asyncdb-lint", "asyncdb-lint Server"].map((log) => `--- ${log}\n${codeServer.log(log)}`);
  writeFileSync(join(RESULTS, `${title}.log`), logs.join("\n"));
  await editor.screenshot(join(RESULTS, `${title}-failed.png`));
}
