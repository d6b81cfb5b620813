import { PythonExtension } from "@vscode/python-extension";
import { type Disposable, extensions, workspace } from "vscode";

/** The interpreter that is selected in the Python extension; undefined without that extension. */
export async function selectedInterpreter(): Promise<string | undefined> {
  const python = await pythonExtension();
  if (python === undefined) {
    return undefined;
  }
  const chosen = python.environments.getActiveEnvironmentPath(workspace.workspaceFolders?.[0]?.uri);
  return (await python.environments.resolveEnvironment(chosen))?.executable.uri?.fsPath;
}

export async function onInterpreterChange(changed: (path: string) => void): Promise<Disposable | undefined> {
  const python = await pythonExtension();
  return python?.environments.onDidChangeActiveEnvironmentPath((event) => changed(event.path));
}

async function pythonExtension(): Promise<PythonExtension | undefined> {
  // The extension is useful without it, so it is no dependency.
  return extensions.getExtension("ms-python.python") === undefined ? undefined : PythonExtension.api();
}
