import { workspace } from "vscode";
import { LanguageClient, type LanguageClientOptions } from "vscode-languageclient/node";
import type { Server } from "./findServer";
import type { Logs } from "./logs";
import { RULE_PAGE_SCHEME, SECTION } from "./settings";

/** The command that the server's offers to read about a rule call. */
const RULE_PAGE_COMMAND = "asyncdb-lint.openRulePage";
/** What the code of a finding links to. */
const RULE_PAGE_URI = `${RULE_PAGE_SCHEME}:/{code}.md`;

export const PYTHON_FILES = [
  { scheme: "file", language: "python" },
  { scheme: "untitled", language: "python" },
  { scheme: "vscode-notebook-cell", language: "python" },
];

/** `isLeaving` says whether the server is about to be replaced, and need not hear any news. */
export function createClient(server: Server, logs: Logs, isLeaving: () => boolean): LanguageClient {
  const [command = "", ...args] = server.command;
  const folder = workspace.workspaceFolders?.[0]?.uri.fsPath;
  const options: LanguageClientOptions = {
    documentSelector: PYTHON_FILES,
    outputChannel: logs.server,
    traceOutputChannel: logs.trace,
    middleware: {
      // One change of settings may restart the server and be news for it; the new one asks by itself.
      workspace: { didChangeConfiguration: async (sections, next) => (isLeaving() ? undefined : next(sections)) },
    },
    initializationOptions: {
      settings: workspace.getConfiguration(SECTION),
      rulePageCommand: RULE_PAGE_COMMAND,
      rulePageUri: RULE_PAGE_URI,
    },
  };
  return new LanguageClient(
    SECTION,
    "asyncdb-lint",
    { command, args, options: folder === undefined ? {} : { cwd: folder } },
    options,
  );
}
