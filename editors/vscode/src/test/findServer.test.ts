import assert from "node:assert/strict";
import { test } from "node:test";
import { type Machine, type NoServer, type Probe, type Server, findServer, isServer } from "../findServer";

const NOTHING: Probe = { python: "3.12.1", supported: true, version: null, missing: [] };
const READY: Probe = { ...NOTHING, version: "0.1.0" };
const WITHOUT_LIBCST: Probe = { ...READY, missing: ["libcst"] };

/** A machine with Python on PATH, the bundled server with all it needs, and nothing else. */
function machine(changes: Partial<Machine> & { environment?: Probe; bundle?: Probe } = {}): Machine {
  const { environment = NOTHING, bundle = READY, ...others } = changes;
  return {
    settings: { path: [], interpreter: [], useBundled: false },
    isTrusted: true,
    exists: () => true,
    onPath: (program) => (program === "python3" ? "/usr/bin/python3" : undefined),
    inspect: async () => ({ version: "0.2.0" }),
    selectedInterpreter: async () => "/venv/bin/python",
    probe: async (_, place) => (place === "bundle" ? bundle : environment),
    command: (interpreter, place) => [interpreter, place],
    ...others,
  };
}

async function server(of: Machine): Promise<Server> {
  const found = await findServer(of);
  assert.ok(isServer(found), JSON.stringify(found));
  return found;
}

async function noServer(of: Machine): Promise<NoServer> {
  const found = await findServer(of);
  assert.ok(!isServer(found), JSON.stringify(found));
  return found;
}

const everywhere = { environment: READY, onPath: (program: string) => `/usr/bin/${program}` };
const settings = { path: [], interpreter: [], useBundled: false };

test("the setting `path` goes before everything else", async () => {
  const found = await server(machine({ ...everywhere, settings: { ...settings, path: ["/opt/asyncdb-lint"] } }));
  assert.deepEqual(found.command, ["/opt/asyncdb-lint", "server"]);
});

test("of several paths the first that exists is taken", async () => {
  const path = ["/mac/asyncdb-lint", "/linux/asyncdb-lint"];
  const exists = (name: string): boolean => name.startsWith("/linux");
  const found = await server(machine({ exists, settings: { ...settings, path } }));
  assert.deepEqual(found.command, ["/linux/asyncdb-lint", "server"]);
});

test("a path that does not exist is a problem, and no other server takes its place", async () => {
  const path = ["/opt/asyncdb-lint"];
  const problem = await noServer(machine({ ...everywhere, exists: () => false, settings: { ...settings, path } }));
  assert.equal(problem.problem, "asyncdb-lint.path names /opt/asyncdb-lint, which does not exist.");
  assert.equal(problem.remedy, "openSettings");
});

test("a path to a program that cannot serve is a problem that says why", async () => {
  const inspect = async (): Promise<{ lack: string }> => ({ lack: "it is no asyncdb-lint" });
  const problem = await noServer(machine({ inspect, settings: { ...settings, path: ["/bin/true"] } }));
  assert.equal(problem.problem, "asyncdb-lint.path names /bin/true: it is no asyncdb-lint.");
});

test("the selected interpreter's environment goes before PATH", async () => {
  const found = await server(machine(everywhere));
  assert.deepEqual(found.command, ["/venv/bin/python", "environment"]);
});

test("the setting `interpreter` takes the place of the selected one", async () => {
  const found = await server(machine({ ...everywhere, settings: { ...settings, interpreter: ["/own/python"] } }));
  assert.deepEqual(found.command, ["/own/python", "environment"]);
});

test("an interpreter that does not exist is a problem", async () => {
  const interpreter = ["/own/python"];
  const problem = await noServer(machine({ exists: () => false, settings: { ...settings, interpreter } }));
  assert.equal(problem.problem, "asyncdb-lint.interpreter names /own/python, which does not exist.");
});

test("PATH goes before the bundle, and says why the environment was passed over", async () => {
  const found = await server(machine({ ...everywhere, environment: NOTHING }));
  assert.deepEqual(found.command, ["/usr/bin/asyncdb-lint", "server"]);
  assert.deepEqual(found.passedOver, ["/venv/bin/python (Python 3.12.1) has no asyncdb-lint"]);
});

test("an environment without pygls is passed over, with what to install", async () => {
  const found = await server(machine({ environment: { ...READY, missing: ["pygls"] } }));
  const why = "asyncdb-lint 0.1.0 of /venv/bin/python lacks pygls";
  assert.equal(found.passedOver[0], `${why}; /venv/bin/python -m pip install --upgrade 'asyncdb-lint[lsp]' adds it`);
});

test("an executable on PATH that cannot serve is passed over", async () => {
  const inspect = async (): Promise<{ lack: string }> => ({ lack: "the language server needs pygls 2" });
  const found = await server(machine({ ...everywhere, environment: NOTHING, inspect }));
  assert.deepEqual(found.command, ["/venv/bin/python", "bundle"]);
  assert.equal(found.passedOver[1], "/usr/bin/asyncdb-lint on PATH: the language server needs pygls 2");
});

test("the bundled server is the last resort, run by the selected interpreter", async () => {
  const found = await server(machine());
  assert.deepEqual(found.command, ["/venv/bin/python", "bundle"]);
});

test("`useBundled` looks nowhere else", async () => {
  const found = await server(machine({ ...everywhere, settings: { ...settings, useBundled: true } }));
  assert.deepEqual(found.command, ["/venv/bin/python", "bundle"]);
});

test("without an interpreter the bundled server runs on the Python of PATH", async () => {
  const found = await server(machine({ selectedInterpreter: async () => undefined }));
  assert.deepEqual(found.command, ["/usr/bin/python3", "bundle"]);
});

test("an interpreter that is too old leaves the bundled server to the Python of PATH", async () => {
  const old: Probe = { python: "3.8.1", supported: false, version: null, missing: [] };
  const probe = async (interpreter: string): Promise<Probe> => (interpreter.startsWith("/venv") ? old : READY);
  const onPath = (program: string): string | undefined => (program === "python3" ? "/usr/bin/python3" : undefined);
  const found = await server(machine({ probe, onPath, settings: { ...settings, useBundled: true } }));
  assert.deepEqual(found.command, ["/usr/bin/python3", "bundle"]);
});

test("a bundle without LibCST offers to install it for the interpreter that would run it", async () => {
  const problem = await noServer(machine({ bundle: WITHOUT_LIBCST }));
  assert.equal(problem.remedy, "installLibCst");
  assert.equal(problem.interpreter, "/venv/bin/python");
});

test("no Python at all is a problem that asks for an interpreter", async () => {
  const none = { selectedInterpreter: async () => undefined, onPath: () => undefined };
  assert.equal((await noServer(machine(none))).remedy, "selectInterpreter");
});

test("without trust nobody asks which interpreter the workspace selects, and its environment is not used", async () => {
  const selectedInterpreter = async (): Promise<string> => assert.fail("asked");
  const found = await server(machine({ ...everywhere, isTrusted: false, selectedInterpreter }));
  assert.deepEqual(found.command, ["/usr/bin/python3", "bundle"]);
});
