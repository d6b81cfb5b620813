// VS Code as its user has it: everything goes through the screen, the mouse and the keyboard.

import { join } from "node:path";
import { chromium } from "playwright-core";
import { until } from "./until.mjs";

const BROWSER = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];
const SQUIGGLES = ".editor-instance .squiggly-error, .editor-instance .squiggly-warning, .editor-instance .squiggly-info";

export class Editor {
  static async open(codeServer, folder) {
    const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
    const viewport = { width: 1280, height: 800 };
    const profile = join(codeServer.home, "browser");
    const browser = await chromium.launchPersistentContext(profile, { executablePath, viewport, args: BROWSER });
    const page = browser.pages()[0] ?? (await browser.newPage());
    const editor = new Editor(browser, page);
    editor.setPatience(60_000);
    await page.goto(codeServer.url(folder));
    await page.locator(".monaco-workbench .part.statusbar").waitFor();
    return editor;
  }

  constructor(browser, page) {
    this.browser = browser;
    this.page = page;
  }

  /** How long to wait for what does not come. */
  setPatience(milliseconds) {
    this.patience = milliseconds;
    this.page.setDefaultTimeout(milliseconds);
  }

  close() {
    return this.browser.close();
  }

  press(keys) {
    return this.page.keyboard.press(keys);
  }

  type(text) {
    return this.page.keyboard.type(text);
  }

  screenshot(path) {
    return this.page.screenshot({ path, animations: "disabled" });
  }

  /** Opens a file of the workspace by its path, as Ctrl+P does. */
  async openFile(path) {
    await this.#open(path);
    await this.page.locator(".editor-instance .view-lines").first().waitFor();
  }

  async openNotebook(path) {
    await this.#open(path);
    await this.page.locator(".notebookOverlay .view-lines").first().waitFor();
  }

  command(title) {
    return this.#choose("F1", title, title);
  }

  /** Answers the question that a command asks. */
  async answer(text) {
    const input = this.page.locator(".quick-input-widget:has(.quick-input-title:visible) input");
    await input.fill(text);
    await this.press("Enter");
  }

  async goTo(line, column = 1) {
    await this.press("Control+g");
    await this.page.locator(".quick-input-widget input").fill(`:${line}:${column}`);
    await this.press("Enter");
    await this.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
  }

  async replaceLine(line, text) {
    await this.goTo(line);
    await this.press("Home");
    await this.press("Shift+End");
    await this.page.keyboard.insertText(text);
  }

  squiggles() {
    return this.page.locator(SQUIGGLES);
  }

  /** The rows of the Problems panel that hold a text, also those that are out of sight. */
  async problems(text) {
    const panel = this.page.locator(".markers-panel");
    if (!(await panel.isVisible())) {
      await this.press("Control+Shift+M");
      await panel.waitFor();
    }
    const filter = this.page.locator(".viewpane-filter-container input");
    // Filling in the same once more would put the filtering off.
    if ((await filter.inputValue()) !== text) await filter.fill(text);
    const rows = await panel.locator("[role=treeitem]").allInnerTexts();
    return rows.map((row) => row.replace(/\s+/g, " "));
  }

  /** Waits until the Problems panel shows findings of a rule in a file, or no longer does. */
  async untilProblem(code, file, { gone = false } = {}) {
    let rows = [];
    const what = `the Problems panel shows ${code} in ${file}${gone ? " no longer" : ""}`;
    const holds = async () => {
      rows = await this.problems(code);
      const findings = rows.filter((row) => /\[Ln \d+, Col \d+\]$/.test(row));
      const isFiltered = findings.every((row) => row.includes(`asyncdb-lint ${code} `));
      return isFiltered && rows.some((row) => row.startsWith(file)) !== gone;
    };
    await until(what, holds, this.patience).catch((error) => {
      throw new Error(`${error.message}; it shows:\n${rows.join("\n")}`, { cause: error.cause });
    });
  }

  /** Waits until a Markdown preview shows a text; a preview is a page of its own inside of this one. */
  untilPreview(text) {
    const shows = async () => {
      const headings = this.page.frames().map((frame) => frame.getByText(text).count());
      return (await Promise.all(headings)).some((count) => count > 0);
    };
    return until(`a preview shows "${text}"`, shows, this.patience);
  }

  /** Opens the hover at a place, as Ctrl+K Ctrl+I does, until it shows a rule: one that opens before the finding is there never does. */
  async hover({ line, column }, code) {
    const hover = this.page.locator(".monaco-hover:visible .monaco-hover-content");
    await until(`the hover shows ${code}`, async () => {
      await this.press("Escape");
      await this.goTo(line, column);
      await this.press("Control+k");
      await this.press("Control+i");
      await hover.locator("a", { hasText: code }).first().waitFor({ timeout: 5_000 });
      return true;
    });
    return hover;
  }

  /** Opens the quick fix menu at a place and waits until it offers a title. */
  async offerQuickFix({ line, column }, title) {
    await this.goTo(line, column);
    await this.press("Control+.");
    const item = this.page.locator(".action-widget .monaco-list-row", { hasText: title });
    await item.first().waitFor();
    return item.first();
  }

  /** Chooses a fix of the menu by keyboard, for an invisible layer keeps the mouse from it, and waits for what it changes. */
  async choose(item) {
    const isFocused = () => item.evaluate((element) => element.classList.contains("focused"));
    for (let steps = 0; !(await isFocused()); steps++) {
      if (steps > 20) throw new Error("the menu does not reach this entry");
      await this.press("ArrowDown");
    }
    await this.press("Enter");
    await this.page.locator(".action-widget").waitFor({ state: "hidden" });
    // The server is asked for the edits only now: who saves at once saves what was there before.
    await this.page.locator(".tab.active.dirty").waitFor();
  }

  notification(text) {
    return this.page.locator(".notifications-toasts .notification-list-item", { hasText: text });
  }

  async #open(path) {
    const name = path.split("/").at(-1);
    await this.#choose("Control+p", path, name);
    await this.page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
  }

  async #choose(keys, typed, label) {
    await this.press(keys);
    const input = this.page.locator(".quick-input-widget input");
    await input.waitFor();
    await input.fill(keys === "F1" ? `>${typed}` : typed);
    const row = this.page.locator(".quick-input-list .monaco-list-row.focused", { hasText: label });
    await row.waitFor();
    await this.press("Enter");
  }
}
