import { execFile } from "node:child_process";

export interface Outcome {
  /** The exit code; undefined for a program that did not start or did not end in time. */
  readonly code: number | undefined;
  readonly output: string;
  readonly errors: string;
}

/** Runs a program to its end, with nothing on its standard input. */
export function run(command: readonly string[], milliseconds: number): Promise<Outcome> {
  const [program = "", ...args] = command;
  return new Promise((done) => {
    const child = execFile(program, args, { timeout: milliseconds, windowsHide: true }, (error, output, errors) => {
      const code = error === null ? 0 : error.code;
      done({ code: typeof code === "number" ? code : undefined, output, errors: errors || (error?.message ?? "") });
    });
    child.stdin?.end();
  });
}
