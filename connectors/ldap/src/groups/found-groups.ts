/** The groups found so far: each entry once, in the order of finding. */
import type { Entry } from '../entry.ts';
import { misconfigured, unavailable } from '../errors.ts';
import { limits } from '../limits.ts';

export class FoundGroups {
  readonly #byDn = new Map<string, Entry>();

  /** Those that were not here before. A circle of groups ends where nothing new is added. */
  add(entries: readonly Entry[]): readonly Entry[] {
    const fresh: Entry[] = [];
    for (const entry of entries) {
      const key = entry.dn.toLowerCase();
      if (this.#byDn.has(key)) continue;
      this.#byDn.set(key, entry);
      fresh.push(entry);
    }
    if (this.#byDn.size > limits.groups)
      throw unavailable(`the person is in more than ${limits.groups} groups`);
    return fresh;
  }

  /** Two groups of the same name in different places are one name. */
  names(attribute: string): readonly string[] {
    const names = [...this.#byDn.values()].map((group) => {
      const name = group.text(attribute);
      if (name === undefined)
        throw misconfigured(`the group ${group.dn} has no "${attribute}" (\`nameAttribute\`)`);
      return name;
    });
    return [...new Set(names)];
  }
}
