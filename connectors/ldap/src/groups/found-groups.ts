/** The groups found so far: each entry once, in the order of finding. */
import type { Entry } from '../entry.ts';
import { misconfigured, unavailable } from '../errors.ts';
import { limits } from '../limits.ts';
import type { Group } from './group.ts';

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
    if (this.#byDn.size > limits.groups)
      throw unavailable(`the person is in more than ${limits.groups} groups`);
    return fresh;
  }

  /** Throws `misconfigured` for a group that has no such attribute. */
  named(attribute: string): readonly Group[] {
    return [...this.#byDn.values()].map(({ entry, how }) => ({
      name: nameOf(entry, attribute),
      dn: entry.dn,
      how,
    }));
  }
}

function nameOf(group: Entry, attribute: string): string {
  const name = attribute.toLowerCase() === 'dn' ? group.dn : group.text(attribute);
  if (name === undefined)
    throw misconfigured(`the group ${group.dn} has no "${attribute}" (\`nameAttribute\`)`);
  return name;
}
