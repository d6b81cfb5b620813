import { join } from "node:path";
import type { ExtensionContext, LogOutputChannel } from "vscode";
import type { Launcher, Probe } from "./findServer";
import { type Outcome, run } from "./run";

const PROBE_MILLISECONDS = 15_000;
const INSTALL_MILLISECONDS = 300_000;

/** Calls `server/launch.py`, which knows what a Python environment holds. */
export class PythonLauncher implements Launcher {
  private readonly script: string;
  private readonly bundle: readonly string[];

  constructor(
    context: ExtensionContext,
    private readonly log: LogOutputChannel,
  ) {
    this.script = join(context.extensionPath, "server", "launch.py");
    const libs = join(context.extensionPath, "server", "libs");
    this.bundle = ["--bundle", libs, "--storage", context.globalStorageUri.fsPath];
  }

  async probe(interpreter: string, place: "environment" | "bundle"): Promise<Probe | undefined> {
    const { code, output, errors } = await run(this.call(interpreter, place, "probe"), PROBE_MILLISECONDS);
    if (code !== 0) {
      this.log.warn(`${interpreter} cannot be asked what it has: ${errors.trim()}`);
      return undefined;
    }
    return JSON.parse(output) as Probe;
  }

  command(interpreter: string, place: "environment" | "bundle"): readonly string[] {
    return this.call(interpreter, place, "serve");
  }

  installLibCst(interpreter: string): Promise<Outcome> {
    return run(this.call(interpreter, "bundle", "install"), INSTALL_MILLISECONDS);
  }

  private call(interpreter: string, place: "environment" | "bundle", action: string): readonly string[] {
    return [interpreter, this.script, ...(place === "bundle" ? this.bundle : []), action];
  }
}
