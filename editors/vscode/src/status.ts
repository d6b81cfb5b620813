import { type Disposable, type LanguageStatusItem, LanguageStatusSeverity, languages } from "vscode";
import { PYTHON_FILES } from "./client";
import type { Server } from "./findServer";

/** The entry behind the braces in the status bar: which server runs, from where, and why it was started. */
export class Status implements Disposable {
  private readonly item: LanguageStatusItem;

  constructor() {
    this.item = languages.createLanguageStatusItem("asyncdb-lint", PYTHON_FILES);
    this.item.name = "asyncdb-lint";
  }

  starting(reason: string): void {
    this.show("asyncdb-lint", reason, LanguageStatusSeverity.Information);
    this.item.busy = true;
  }

  running(server: Server, reason: string): void {
    this.show(`asyncdb-lint ${server.version}`, `${server.origin} · ${reason}`, LanguageStatusSeverity.Information);
  }

  failed(problem: string): void {
    this.show("asyncdb-lint does not run", problem, LanguageStatusSeverity.Error);
  }

  stopped(reason: string): void {
    this.show("asyncdb-lint is off", reason, LanguageStatusSeverity.Warning);
  }

  dispose(): void {
    this.item.dispose();
  }

  private show(text: string, detail: string, severity: LanguageStatusSeverity): void {
    this.item.text = text;
    this.item.detail = detail;
    this.item.severity = severity;
    this.item.busy = false;
    const runs = severity === LanguageStatusSeverity.Information;
    this.item.command = runs
      ? { title: "Restart", command: "asyncdb-lint.restart" }
      : { title: "Show Logs", command: "asyncdb-lint.showLogs" };
  }
}
