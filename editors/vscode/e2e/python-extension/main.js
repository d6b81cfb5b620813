const { EventEmitter, Uri, workspace } = require("vscode");

const SETTING = "python.defaultInterpreterPath";
const selected = () => ({ id: SETTING, path: workspace.getConfiguration().get(SETTING) });

exports.activate = (context) => {
  const changes = new EventEmitter();
  const forward = (event) => event.affectsConfiguration(SETTING) && changes.fire(selected());
  context.subscriptions.push(changes, workspace.onDidChangeConfiguration(forward));
  return {
    ready: Promise.resolve(),
    environments: {
      getActiveEnvironmentPath: selected,
      resolveEnvironment: async ({ path }) => ({ executable: { uri: Uri.file(path) } }),
      onDidChangeActiveEnvironmentPath: changes.event,
    },
  };
};
