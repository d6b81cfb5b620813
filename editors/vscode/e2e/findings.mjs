// What anybody sees who opens a file: that there are findings, here and elsewhere.

import { until } from "./until.mjs";

export async function seeFindings(editor) {
  await editor.openFile("routes/login.py");
  await editor.squiggles().first().waitFor();
  await editor.untilProblem("ADB101", "login.py");
}

export async function seeFindingsElsewhere(editor) {
  await editor.untilProblem("ADB201", "balances.py");
  await editor.untilProblem("ADB401", "search.py");
  await until("the panel shows all files again", async () => (await editor.problems("")).some((row) => row.startsWith("balances.py")));
}

export async function seeSquiggleOf(editor, code, file, place) {
  await editor.openFile(file);
  await editor.squiggles().first().waitFor();
  await editor.hover(place, code);
  await editor.press("Escape");
}
