/** Asks again and again until the answer is there: a test waits for what happens, never for a time. */
import { setTimeout as sleep } from 'node:timers/promises';

const patience = 60_000;

/** Returns the first answer that is neither undefined, null nor false. @throws after a minute */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | null | false> | T | undefined | null | false,
): Promise<T> {
  for (const end = Date.now() + patience; Date.now() < end; await sleep(50)) {
    const answer = await ask();
    if (answer !== undefined && answer !== null && answer !== false) return answer;
  }
  throw new Error(`waited in vain for ${what}`);
}
