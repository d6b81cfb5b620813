const STEP = 100;

/**
 * Waits for a condition, never for a time. What cannot be asked yet does not hold yet: a page may be replaced, and a file may not
 * be there, at the moment of the question. What went wrong last is the cause of the error at the end.
 */
export async function until(what, condition, milliseconds = 60_000) {
  const end = Date.now() + milliseconds;
  for (;;) {
    const { holds, cause } = await ask(condition);
    if (holds) return;
    if (Date.now() > end) throw new Error(`waited ${milliseconds / 1000} s in vain until ${what}`, { cause });
    await new Promise((done) => setTimeout(done, STEP));
  }
}

async function ask(condition) {
  try {
    return { holds: await condition() };
  } catch (cause) {
    return { holds: false, cause };
  }
}
