import { type Disposable, commands, window, workspace } from "vscode";
import { ExecuteCommandRequest } from "vscode-languageclient";
import type { Logs } from "./logs";
import type { RulePages } from "./rulePages";
import type { Session } from "./session";

export function registerCommands(session: Session, pages: RulePages, logs: Logs): Disposable[] {
  const register = (name: string, action: (argument?: string) => unknown): Disposable =>
    commands.registerCommand(`asyncdb-lint.${name}`, action);
  return [
    register("restart", (reason = "restarted by hand") => session.restart(reason)),
    register("fixAll", () => fixAll(session)),
    register("openRulePage", (code) => pages.open(code)),
    register("debugInformation", () => showDebugInformation(session)),
    register("showLogs", () => logs.client.show()),
    register("showServerLogs", () => logs.server.show()),
  ];
}

async function fixAll(session: Session): Promise<void> {
  const document = window.activeTextEditor?.document;
  if (document?.languageId === "python") {
    await callServer(session, "applyFixAll", [{ uri: document.uri.toString(), version: document.version }]);
  }
}

async function showDebugInformation(session: Session): Promise<void> {
  const uri = window.activeTextEditor?.document.uri.toString();
  const text = await callServer(session, "printDebugInformation", uri === undefined ? [] : [{ uri }]);
  if (typeof text === "string") {
    await window.showTextDocument(await workspace.openTextDocument({ content: text, language: "markdown" }));
  }
}

async function callServer(session: Session, command: string, args: readonly unknown[]): Promise<unknown> {
  if (session.running === undefined) {
    void window.showErrorMessage("asyncdb-lint does not run. Its entry in the language status says why.");
    return undefined;
  }
  const parameters = { command: `asyncdb-lint.${command}`, arguments: [...args] };
  return session.running.sendRequest(ExecuteCommandRequest.type, parameters);
}
