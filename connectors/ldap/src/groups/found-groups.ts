/** The groups found so far: each entry once, in the order of finding. */
import type { Entry } from '../entry.ts';
import { unavailable } from '../errors.ts';
import { limits } from '../limits.ts';
import { type Group, nameOf } from './group.ts';

/** An entry, and the sentence that tells how it was found. */
export interface Found {
  readonly entry: Entry;
  readonly how: string;
}

export class FoundGroups {
  readonly #byDn = new Map<string, Found>();

  /** Those that were not here before. A circle of groups ends where nothing new is added. */
  add(found: readonly Found[]): readonly Entry[] {
    const fresh: Entry[] = [];
    for (const group of found) {
      const key = group.entry.dn.toLowerCase();
      if (this.#byDn.has(key)) continue;
      this.#byDn.set(key, group);
      fresh.push(group.entry);
    }
    refuseTooMany(this.#byDn.size);
    return fresh;
  }

  named(nameAttribute: string): readonly Group[] {
    return [...this.#byDn.values()].map(({ entry, how }) => ({
      name: nameOf(entry, nameAttribute),
      dn: entry.dn,
      how,
    }));
  }
}

export function refuseTooMany(count: number): void {
  if (count > limits.groups) throw unavailable(`the person is in more than ${limits.groups} groups`);
}
