// A VS Code of its own: fresh settings, fresh extensions, served on a free port of this machine.

import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./until.mjs";

const USER_SETTINGS = {
  "chat.disableAIFeatures": true,
  "editor.hover.delay": 100,
  "editor.minimap.enabled": false,
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "files.autoSave": "off",
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "workbench.colorTheme": "Default Light Modern",
  "workbench.enableExperiments": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
};

export class CodeServer {
  /**
   * `extensions` is the folder where they are installed.
   * `machine` holds settings that only this machine may set, such as paths; in a remote window they count only there.
   */
  static async start({ entry, extensions, user = {}, machine = {}, trusted = true, variables = {} }) {
    const home = mkdtempSync(join(tmpdir(), "asyncdb-lint-e2e-"));
    const server = new CodeServer(home, user, machine);
    try {
      await server.#start(entry, extensions, trusted, variables);
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  constructor(home, user, machine) {
    this.home = home;
    this.data = join(home, "data");
    for (const folder of ["User", "Machine"]) mkdirSync(join(this.data, folder), { recursive: true });
    writeFileSync(join(this.data, "User", "settings.json"), JSON.stringify({ ...USER_SETTINGS, ...user }));
    this.setMachine(machine);
  }

  setMachine(settings) {
    writeFileSync(join(this.data, "Machine", "settings.json"), JSON.stringify(settings));
  }

  url(folder) {
    return `http://127.0.0.1:${this.port}/?folder=${encodeURIComponent(folder)}`;
  }

  /** What the extension has written to its output channel of this name, over all windows. */
  log(name) {
    const logs = join(this.data, "logs");
    const files = readdirSync(logs, { recursive: true }).filter((file) => file.endsWith(`${name}.log`));
    return files.map((file) => readFileSync(join(logs, file), "utf8")).join("");
  }

  async stop() {
    const running = this.process;
    if (running !== undefined && running.exitCode === null && running.signalCode === null) {
      const ended = new Promise((done) => running.on("exit", done));
      process.kill(-running.pid, "SIGTERM"); // its own group, no other
      await ended;
    }
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }

  async #start(entry, extensions, trusted, variables) {
    const own = Object.entries(process.env).filter(([name]) => !name.startsWith("VSCODE_"));
    const gallery = { EXTENSIONS_GALLERY: JSON.stringify({ serviceUrl: "" }) };
    const env = { ...Object.fromEntries(own), ...gallery, HOME: this.home, ...variables };
    const config = join(this.home, "config.yaml");
    writeFileSync(config, "auth: none\n");
    const folders = ["--config", config, "--user-data-dir", this.data, "--extensions-dir", extensions];
    this.port = await freePort();
    const silent = ["--disable-telemetry", "--disable-update-check", "--disable-getting-started-override"];
    const narrow = ["--disable-file-downloads", "--disable-proxy", ...(trusted ? ["--disable-workspace-trust"] : [])];
    const address = ["--auth", "none", "--bind-addr", `127.0.0.1:${this.port}`];
    const options = { env, stdio: ["ignore", "pipe", "pipe"], detached: true };
    this.process = spawn(process.execPath, [entry, ...folders, ...address, ...silent, ...narrow], options);
    const log = createWriteStream(join(this.home, "code-server.log"));
    this.process.stdout.pipe(log);
    this.process.stderr.pipe(log);
    await until("code-server answers", () => answers(`http://127.0.0.1:${this.port}/healthz`));
  }
}

async function answers(url) {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

function freePort() {
  return new Promise((done) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}
