/** A list that comes in pages, to its end: one that is cut short takes access away, and with a deny rule gives it. */
import { ConnectorError } from '@gatehouse/connector-kit';
import type { z } from 'zod';
import { type Asker, ask } from './ask.ts';

const perPage = 100;
/** 10,000 entries; nobody is in so many teams, and a list without an end is cut off. */
const mostPages = 100;

export interface WholeList<T> {
  readonly entries: readonly T[];
  readonly hidden: readonly number[];
}

/** @throws ConnectorError `unavailable` where a page is missing */
export async function askAll<T extends { readonly id: number }>(
  asker: Asker,
  path: string,
  schema: z.ZodType<T[]>,
): Promise<WholeList<T>> {
  const found = new Map<number, T>();
  const hidden = new Set<number>();
  for (let page = 1; page <= mostPages; page += 1) {
    const answer = await ask(asker, `${path}?per_page=${perPage}&page=${page}`, schema);
    if (answer === null) throw incomplete(path, `page ${page} does not exist`);
    const before = found.size;
    for (const entry of answer.body) found.set(entry.id, entry);
    for (const id of answer.hidden) hidden.add(id);
    // A full page without a next one may be the last; or something on the way has taken the Link header off.
    if (!answer.next && answer.body.length < perPage)
      return { entries: [...found.values()], hidden: [...hidden] };
    if (answer.body.length > 0 && found.size === before)
      throw incomplete(path, `page ${page} repeats an earlier one`);
  }
  throw incomplete(path, `it has more than ${mostPages} pages`);
}

function incomplete(path: string, what: string): ConnectorError {
  return new ConnectorError('unavailable', { reason: `the list ${path} is not complete: ${what}` });
}
