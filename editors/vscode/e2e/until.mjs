const STEP = 100;

/** Waits for a condition, never for a time. */
export async function until(what, condition, milliseconds = 60_000) {
  const end = Date.now() + milliseconds;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited ${milliseconds / 1000} s in vain until ${what}`);
    await new Promise((done) => setTimeout(done, STEP));
  }
}
