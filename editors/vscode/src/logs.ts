import { type Disposable, type LogOutputChannel, type OutputChannel, window } from "vscode";

/** The output channels: what the extension does, what the server says, and the messages between them. */
export interface Logs extends Disposable {
  readonly client: LogOutputChannel;
  readonly server: OutputChannel;
  readonly trace: OutputChannel;
}

export function openLogs(): Logs {
  const client = window.createOutputChannel("asyncdb-lint", { log: true });
  const server = window.createOutputChannel("asyncdb-lint Server");
  const trace = window.createOutputChannel("asyncdb-lint Trace");
  return { client, server, trace, dispose: () => [client, server, trace].forEach((channel) => channel.dispose()) };
}
