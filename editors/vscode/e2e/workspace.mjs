// The workspace that the test opens: a copy of the fixture app with pitfalls beside it.

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const FIXTURES = resolve(import.meta.dirname, "../../../tests/fixtures");
/** The files with pitfalls, by the pitfall they are made of. */
const PITFALLS = {
  "routes/login.py": "adb101_unawaited_query",
  "routes/orders.py": "adb102_unawaited_commit",
  "routes/balances.py": "adb201_per_request_database",
  "routes/search.py": "adb401_interpolated_sql",
};
const MARK = / *# error: \[.*\]$/gm;

export class Workspace {
  constructor() {
    this.parent = mkdtempSync(join(tmpdir(), "asyncdb-lint-workspace-"));
    this.folder = join(this.parent, "ledger");
    const filter = (path) => !path.endsWith("__pycache__");
    cpSync(join(FIXTURES, "app"), join(this.folder, "app"), { recursive: true, filter });
    for (const [path, pitfall] of Object.entries(PITFALLS)) {
      const text = readFileSync(join(FIXTURES, "pitfalls", `${pitfall}.py`), "utf8");
      this.write(path, text.replaceAll(MARK, ""));
    }
    this.write("pyproject.toml", '[project]\nname = "ledger"\nversion = "1"\nrequires-python = ">=3.10"\n');
  }

  read(path) {
    return readFileSync(join(this.folder, path), "utf8");
  }

  write(path, text) {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { mode: text.startsWith("#!") ? 0o755 : 0o644 });
  }

  /** The line and column, from 1, where a text stands in a file. */
  find(path, text) {
    const lines = this.read(path).split("\n");
    const line = lines.findIndex((each) => each.includes(text));
    if (line < 0) throw new Error(`${path} has no ${text}`);
    return { line: line + 1, column: lines[line].indexOf(text) + 1 };
  }

  remove() {
    rmSync(this.parent, { recursive: true, force: true });
  }
}
