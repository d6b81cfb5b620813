/** Where to look for the server, and in which order. Knows nothing of VS Code, so that it can be tested without. */

export interface ServerSettings {
  readonly path: readonly string[];
  readonly interpreter: readonly string[];
  readonly useBundled: boolean;
}

/** What `launch.py probe` says about an interpreter. */
export interface Probe {
  readonly python: string;
  readonly supported: boolean;
  readonly version: string | null;
  readonly missing: readonly string[];
}

export type Executable = { readonly version: string } | { readonly lack: string };

export interface Launcher {
  /** What the interpreter has in its environment, or together with the bundle; undefined when it does not run. */
  probe(interpreter: string, place: "environment" | "bundle"): Promise<Probe | undefined>;
  command(interpreter: string, place: "environment" | "bundle"): readonly string[];
}

export interface Machine extends Launcher {
  readonly settings: ServerSettings;
  readonly isTrusted: boolean;
  exists(path: string): boolean;
  onPath(program: string): string | undefined;
  /** Which asyncdb-lint an executable is, or why it cannot be the server. */
  inspect(executable: string): Promise<Executable>;
  selectedInterpreter(): Promise<string | undefined>;
}

export interface Server {
  readonly command: readonly string[];
  readonly version: string;
  /** Where it was found, for people. */
  readonly origin: string;
  /** Why it was not found earlier in the order. */
  readonly passedOver: readonly string[];
}

export type Remedy = "openSettings" | "selectInterpreter" | "installLibCst" | "showServerLogs";

export interface NoServer {
  readonly problem: string;
  readonly remedy: Remedy;
  /** The interpreter that the remedy is for. */
  readonly interpreter?: string;
}

export function isServer(found: Server | NoServer): found is Server {
  return "command" in found;
}

export async function findServer(machine: Machine): Promise<Server | NoServer> {
  const { settings } = machine;
  if (settings.path.length > 0) {
    return namedServer(machine);
  }
  // Which interpreter is selected may be the workspace's choice, so without trust nobody asks.
  const mayAsk = machine.isTrusted && settings.interpreter.length === 0;
  const selected = mayAsk ? await machine.selectedInterpreter() : settings.interpreter.find(machine.exists);
  if (settings.interpreter.length > 0 && selected === undefined) {
    const problem = `asyncdb-lint.interpreter names ${settings.interpreter.join(", ")}, which does not exist.`;
    return { problem, remedy: "openSettings" };
  }
  const passedOver: string[] = [];
  if (machine.isTrusted && !settings.useBundled) {
    const found = (await environmentServer(machine, selected, passedOver)) ?? (await pathServer(machine, passedOver));
    if (found !== undefined) {
      return found;
    }
  }
  return bundledServer(machine, selected, passedOver);
}

async function namedServer(machine: Machine): Promise<Server | NoServer> {
  const named = machine.settings.path;
  const executable = named.find(machine.exists);
  if (executable === undefined) {
    return { problem: `asyncdb-lint.path names ${named.join(", ")}, which does not exist.`, remedy: "openSettings" };
  }
  const inspected = await machine.inspect(executable);
  if ("lack" in inspected) {
    return { problem: `asyncdb-lint.path names ${executable}: ${inspected.lack}.`, remedy: "openSettings" };
  }
  const origin = `setting asyncdb-lint.path: ${executable}`;
  return { command: [executable, "server"], version: inspected.version, origin, passedOver: [] };
}

async function environmentServer(
  machine: Machine,
  interpreter: string | undefined,
  passedOver: string[],
): Promise<Server | undefined> {
  if (interpreter === undefined) {
    passedOver.push("no interpreter is selected");
    return undefined;
  }
  const probe = await machine.probe(interpreter, "environment");
  if (probe === undefined) {
    passedOver.push(`${interpreter} does not run`);
    return undefined;
  }
  if (probe.version === null || !probe.supported) {
    passedOver.push(`${interpreter} (Python ${probe.python}) has no asyncdb-lint`);
    return undefined;
  }
  if (probe.missing.length > 0) {
    const cure = `${interpreter} -m pip install --upgrade 'asyncdb-lint[lsp]'`;
    passedOver.push(`asyncdb-lint ${probe.version} of ${interpreter} lacks ${probe.missing.join(", ")}; ${cure} adds it`);
    return undefined;
  }
  const command = machine.command(interpreter, "environment");
  return { command, version: probe.version, origin: `environment of ${interpreter}`, passedOver };
}

async function pathServer(machine: Machine, passedOver: string[]): Promise<Server | undefined> {
  const executable = machine.onPath("asyncdb-lint");
  if (executable === undefined) {
    passedOver.push("PATH has no asyncdb-lint");
    return undefined;
  }
  const inspected = await machine.inspect(executable);
  if ("lack" in inspected) {
    passedOver.push(`${executable} on PATH: ${inspected.lack}`);
    return undefined;
  }
  return { command: [executable, "server"], version: inspected.version, origin: `PATH: ${executable}`, passedOver };
}

async function bundledServer(
  machine: Machine,
  selected: string | undefined,
  passedOver: readonly string[],
): Promise<Server | NoServer> {
  const candidates = [selected, machine.onPath("python3"), machine.onPath("python")];
  let withoutLibCst: string | undefined;
  for (const interpreter of new Set(candidates.filter((path) => path !== undefined))) {
    const probe = await machine.probe(interpreter, "bundle");
    if (!probe?.supported || probe.version === null) {
      continue;
    }
    if (probe.missing.length === 0) {
      const command = machine.command(interpreter, "bundle");
      return { command, version: probe.version, origin: `bundled, run by ${interpreter}`, passedOver };
    }
    withoutLibCst ??= interpreter;
  }
  if (withoutLibCst === undefined) {
    const problem = "asyncdb-lint needs Python 3.10 or newer, and neither a selected interpreter nor PATH has one.";
    return { problem, remedy: "selectInterpreter" };
  }
  const problem =
    "asyncdb-lint needs LibCST, which is compiled for each platform and does not come with the extension. " +
    `Install it for ${withoutLibCst} into the extension's own folder; your environments stay as they are.`;
  return { problem, remedy: "installLibCst", interpreter: withoutLibCst };
}
