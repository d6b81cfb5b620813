import { type TextDocumentContentProvider, Uri, commands, languages, window } from "vscode";
import { ResponseError } from "vscode-languageclient";
import type { Session } from "./session";
import { RULE_PAGE_SCHEME } from "./settings";

const CODE = /^ADB\d{3}$/;

/** Shows the pages of rules, which come from the server, as Markdown previews. */
export class RulePages implements TextDocumentContentProvider {
  constructor(private readonly session: Session) {}

  async open(code?: string): Promise<void> {
    const wanted = code ?? codeAtCursor() ?? (await askForCode());
    if (wanted !== undefined) {
      await commands.executeCommand("markdown.showPreview", Uri.from({ scheme: RULE_PAGE_SCHEME, path: `/${wanted}.md` }));
    }
  }

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    const code = uri.path.slice(1, -".md".length);
    if (this.session.running === undefined) {
      return `The page of ${code} comes from the server, which does not run.`;
    }
    try {
      const page = await this.session.running.sendRequest<{ markdown: string }>("asyncdb-lint/rulePage", { code });
      return page.markdown;
    } catch (error) {
      if (error instanceof ResponseError) {
        return error.message;
      }
      throw error;
    }
  }
}

function codeAtCursor(): string | undefined {
  const editor = window.activeTextEditor;
  if (editor === undefined) {
    return undefined;
  }
  const here = languages.getDiagnostics(editor.document.uri).filter(({ range }) => range.contains(editor.selection.active));
  const codes = here.map(({ code }) => String(typeof code === "object" ? code.value : code));
  return codes.find((code) => CODE.test(code));
}

async function askForCode(): Promise<string | undefined> {
  const typed = await window.showInputBox({
    title: "Open Rule Page",
    prompt: "Code of the rule",
    placeHolder: "ADB101",
    validateInput: (text) => (CODE.test(text.trim().toUpperCase()) ? undefined : "A code is ADB and three digits."),
  });
  return typed?.trim().toUpperCase();
}
