import { type MessageItem, ProgressLocation, commands, window } from "vscode";
import type { NoServer } from "./findServer";
import type { PythonLauncher } from "./launcher";
import type { Logs } from "./logs";

/** Offers the way out of a problem as buttons of its message. */
export class Remedies {
  constructor(
    private readonly launcher: PythonLauncher,
    private readonly logs: Logs,
  ) {}

  async offer(problem: NoServer): Promise<void> {
    const remedy: MessageItem = { title: TITLES[problem.remedy] };
    const logs: MessageItem = { title: "Show Logs" };
    const chosen = await window.showErrorMessage(problem.problem, remedy, logs);
    if (chosen === logs) {
      this.logs.client.show();
    } else if (chosen === remedy) {
      await this.apply(problem);
    }
  }

  private async apply({ remedy, interpreter = "" }: NoServer): Promise<void> {
    switch (remedy) {
      case "openSettings":
        await commands.executeCommand("workbench.action.openSettings", "asyncdb-lint.");
        break;
      case "selectInterpreter":
        await this.selectInterpreter();
        break;
      case "showServerLogs":
        this.logs.server.show();
        break;
      case "installLibCst":
        await this.installLibCst(interpreter);
    }
  }

  private async selectInterpreter(): Promise<void> {
    const known = await commands.getCommands(true);
    const select = "python.setInterpreter";
    if (known.includes(select)) {
      await commands.executeCommand(select);
    } else {
      await commands.executeCommand("workbench.action.openSettings", "asyncdb-lint.interpreter");
    }
  }

  private async installLibCst(interpreter: string): Promise<void> {
    const title = "Installing LibCST for asyncdb-lint";
    const { code, output, errors } = await window.withProgress(
      { location: ProgressLocation.Notification, title },
      () => this.launcher.installLibCst(interpreter),
    );
    if (code === 0) {
      this.logs.client.info(output.trim());
      await commands.executeCommand("asyncdb-lint.restart", "LibCST is installed");
      return;
    }
    this.logs.client.error(errors.trim());
    const cure = `asyncdb-lint could not install LibCST. With "${interpreter} -m pip install libcst" it is found, too.`;
    await this.offer({ problem: cure, remedy: "installLibCst", interpreter });
  }
}

const TITLES: Readonly<Record<NoServer["remedy"], string>> = {
  openSettings: "Open Settings",
  selectInterpreter: "Select Interpreter",
  installLibCst: "Install LibCST",
  showServerLogs: "Show Server Logs",
};
