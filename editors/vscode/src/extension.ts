import { type ExtensionContext, window, workspace } from "vscode";
import { registerCommands } from "./commands";
import { onInterpreterChange } from "./interpreter";
import { PythonLauncher } from "./launcher";
import { openLogs } from "./logs";
import { Remedies } from "./remedies";
import { RulePages } from "./rulePages";
import { Session } from "./session";
import { RULE_PAGE_SCHEME, changedAtStart } from "./settings";
import { Status } from "./status";

let session: Session | undefined;

export async function activate(context: ExtensionContext): Promise<void> {
  const logs = openLogs();
  const status = new Status();
  const launcher = new PythonLauncher(context, logs.client);
  const remedies = new Remedies(launcher, logs);
  const started = new Session(launcher, logs, status, (problem) => void remedies.offer(problem));
  session = started;
  const pages = new RulePages(started);

  const restart = (reason: string): void => {
    window.setStatusBarMessage(`asyncdb-lint restarts: ${reason}`, started.restart(reason));
  };
  context.subscriptions.push(
    logs,
    status,
    workspace.registerTextDocumentContentProvider(RULE_PAGE_SCHEME, pages),
    ...registerCommands(started, pages, logs),
    workspace.onDidGrantWorkspaceTrust(() => restart("the workspace is trusted now")),
    workspace.onDidChangeConfiguration((event) => {
      const setting = changedAtStart(event);
      if (setting !== undefined) {
        restart(`setting ${setting} has changed`);
      }
    }),
  );
  await started.restart("VS Code has started");
  const watch = await onInterpreterChange((path) => restart(`the selected interpreter is now ${path}`));
  context.subscriptions.push(...(watch === undefined ? [] : [watch]));
}

export function deactivate(): Promise<void> | undefined {
  return session?.stop();
}
