import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { workspace } from "vscode";
import type { Executable, Machine } from "./findServer";
import { selectedInterpreter } from "./interpreter";
import type { PythonLauncher } from "./launcher";
import { run } from "./run";
import { serverSettings } from "./settings";

const INSPECT_MILLISECONDS = 15_000;
const CANNOT_SERVE = 2;

/** This machine, as far as the search for a server looks at it. */
export function thisMachine(launcher: PythonLauncher): Machine {
  return {
    settings: serverSettings(),
    isTrusted: workspace.isTrusted,
    exists: existsSync,
    onPath,
    inspect,
    selectedInterpreter,
    probe: (interpreter, place) => launcher.probe(interpreter, place),
    command: (interpreter, place) => launcher.command(interpreter, place),
  };
}

function onPath(program: string): string | undefined {
  // A relative folder on PATH would be one of the workspace.
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter(isAbsolute);
  const ending = process.platform === "win32" ? ".exe" : "";
  return folders.map((folder) => join(folder, program + ending)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function inspect(executable: string): Promise<Executable> {
  // Without a client the server ends at once, with the linter's code for "could not do its work" if it cannot serve.
  const [version, server] = await Promise.all([
    run([executable, "--version"], INSPECT_MILLISECONDS),
    run([executable, "server"], INSPECT_MILLISECONDS),
  ]);
  const named = /^asyncdb-lint (\S+)/.exec(version.output)?.[1];
  if (named === undefined) {
    return { lack: "it is no asyncdb-lint" };
  }
  const lack = server.errors.trim().split("\n").at(-1) ?? "";
  return server.code === CANNOT_SERVE ? { lack } : { version: named };
}
