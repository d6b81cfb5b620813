import { homedir } from "node:os";
import { type ConfigurationChangeEvent, workspace } from "vscode";
import type { ServerSettings } from "./findServer";

export const SECTION = "asyncdb-lint";
/** The scheme of the pages of rules, which are no files. */
export const RULE_PAGE_SCHEME = "asyncdb-lint-rule";

/** Settings that the server reads only when it starts; all others reach it while it runs. */
const READ_AT_START = ["enable", "path", "interpreter", "importStrategy", "logLevel"];

export function isEnabled(): boolean {
  return workspace.getConfiguration(SECTION).get("enable", true);
}

export function serverSettings(): ServerSettings {
  const settings = workspace.getConfiguration(SECTION, workspace.workspaceFolders?.[0]?.uri);
  return {
    path: settings.get<string[]>("path", []).map(expand),
    interpreter: settings.get<string[]>("interpreter", []).map(expand),
    useBundled: settings.get("importStrategy") === "useBundled",
  };
}

/** The setting that asks for a restart, if one of those has changed. */
export function changedAtStart(event: ConfigurationChangeEvent): string | undefined {
  return READ_AT_START.map((name) => `${SECTION}.${name}`).find((name) => event.affectsConfiguration(name));
}

function expand(path: string): string {
  return path
    .replace(/^~(?=$|[\\/])/, homedir())
    .replaceAll("${userHome}", homedir())
    .replaceAll("${workspaceFolder}", workspace.workspaceFolders?.[0]?.uri.fsPath ?? "");
}
