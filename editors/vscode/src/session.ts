import { type Disposable, State } from "vscode-languageclient";
import type { LanguageClient } from "vscode-languageclient/node";
import { createClient } from "./client";
import { type NoServer, type Server, findServer, isServer } from "./findServer";
import type { PythonLauncher } from "./launcher";
import type { Logs } from "./logs";
import { thisMachine } from "./machine";
import { isEnabled } from "./settings";
import type { Status } from "./status";

/** The one server of the window: starts it, stops it, and says why. */
export class Session {
  private client: LanguageClient | undefined;
  private watch: Disposable | undefined;
  private last: Promise<void> = Promise.resolve();
  private pendingRestarts = 0;

  constructor(
    private readonly launcher: PythonLauncher,
    private readonly logs: Logs,
    private readonly status: Status,
    private readonly complain: (problem: NoServer) => void,
  ) {}

  get running(): LanguageClient | undefined {
    return this.client?.state === State.Running ? this.client : undefined;
  }

  /** Restarts after whatever is under way, so that two changes at once never leave two servers. */
  restart(reason: string): Promise<void> {
    this.pendingRestarts++;
    return this.afterwards(async () => {
      await this.end();
      this.pendingRestarts--;
      await this.begin(reason);
    });
  }

  stop(): Promise<void> {
    return this.afterwards(() => this.end());
  }

  private afterwards(step: () => Promise<void>): Promise<void> {
    // A step that fails must not keep the next one from being taken.
    this.last = this.last.then(step).catch((error: unknown) => {
      this.fail({ problem: `asyncdb-lint: ${String(error)}`, remedy: "showServerLogs" });
    });
    return this.last;
  }

  private async begin(reason: string): Promise<void> {
    if (!isEnabled()) {
      this.logs.client.info(`Off: ${reason}`);
      this.status.stopped("asyncdb-lint.enable is false");
      return;
    }
    this.logs.client.info(`Starting: ${reason}`);
    this.status.starting(reason);
    const found = await findServer(thisMachine(this.launcher));
    if (!isServer(found)) {
      this.fail(found);
      return;
    }
    found.passedOver.forEach((why) => this.logs.client.info(`Passed over: ${why}`));
    this.logs.client.info(`Server: ${found.version}, ${found.origin}`);
    this.logs.client.info(`Command: ${found.command.join(" ")}`);
    await this.launch(found, reason);
  }

  private async launch(server: Server, reason: string): Promise<void> {
    const client = createClient(server, this.logs, () => this.pendingRestarts > 0);
    this.client = client;
    this.watch = client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) {
        this.status.running(server, reason);
      } else if (newState === State.Stopped) {
        this.status.failed(`The server of ${server.origin} has ended`);
      }
    });
    try {
      await client.start();
      this.logs.client.info(`Running: ${reason}`);
    } catch (error) {
      const problem = `The server does not start (${server.origin}): ${String(error)}`;
      this.fail({ problem, remedy: "showServerLogs" });
    }
  }

  private async end(): Promise<void> {
    this.watch?.dispose();
    const client = this.client;
    this.client = undefined;
    try {
      if (client?.needsStop()) {
        await client.stop();
      }
      await client?.dispose();
    } catch (error) {
      // The client kills a server that does not end; its successor must start all the same.
      this.logs.client.warn(`The server has not ended as it should: ${String(error)}`);
    }
  }

  private fail(problem: NoServer): void {
    this.logs.client.error(problem.problem);
    this.status.failed(problem.problem);
    this.complain(problem);
  }
}
