/**
 * Answers of before, with their ETags: GitHub does not count a question against the rate limit when the answer is that
 * nothing has changed.
 *
 * They travel in the sealed state, so only what is read is kept, and not much of it.
 */
import type { Json } from '@gatehouse/connector-kit';

export type SeenPage = { readonly etag: string; readonly next: boolean; readonly body: Json };
/** By path and query. */
export type SeenPages = { readonly [path: string]: SeenPage };

/** Characters of all that is kept of one person: about 150 teams. */
const largest = 24_000;
/** GitHub's have 68; a weak one two more. */
const longestEtag = 200;

export class Seen {
  readonly #before: ReadonlyMap<string, SeenPage>;
  readonly #now = new Map<string, SeenPage>();
  #size = 0;

  constructor(before: SeenPages = {}) {
    this.#before = new Map(Object.entries(before));
  }

  find(path: string): SeenPage | undefined {
    return this.#before.get(path);
  }

  /** What is too much is asked for in full the next time. */
  keep(path: string, page: SeenPage): void {
    const size = path.length + JSON.stringify(page).length;
    if (page.etag.length > longestEtag || this.#size + size > largest) return;
    this.#size += size;
    this.#now.set(path, page);
  }

  /** Of this time; what was not asked for again is forgotten. */
  pages(): SeenPages {
    return Object.fromEntries(this.#now);
  }
}
