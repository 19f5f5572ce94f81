/** One entry of the directory. Attribute names are looked up in any case (RFC 4512, section 2.5). */
import { isUtf8 } from 'node:buffer';
import { misconfigured, unavailable } from './errors.ts';
import type { RawEntry } from './wire/response.ts';

export class Entry {
  readonly dn: string;
  readonly #attributes: RawEntry['attributes'];

  constructor(raw: RawEntry) {
    this.dn = raw.dn;
    this.#attributes = raw.attributes;
  }

  /** The values as they are. Throws `unavailable` where the directory sent only the first of them. */
  bytes(name: string): readonly Buffer[] {
    const wanted = name.toLowerCase();
    for (const present of this.#attributes.keys()) {
      // Active Directory answers `member;range=0-1499` when there are more: a part is not an answer.
      if (present.startsWith(`${wanted};range=`)) {
        throw unavailable(`the directory sent only some values of "${name}" of ${this.dn}`);
      }
    }
    return this.#attributes.get(wanted) ?? this.#attributes.get(`${wanted};binary`) ?? [];
  }

  /** The values as text, empty ones left out. Text that is not UTF-8 is refused, never repaired. */
  texts(name: string): readonly string[] {
    return this.bytes(name)
      .map((value) => {
        if (!isUtf8(value)) throw misconfigured(`attribute "${name}" of ${this.dn} is not text`);
        return value.toString('utf8');
      })
      .filter((text) => text.trim() !== '');
  }

  text(name: string): string | undefined {
    return this.texts(name)[0];
  }
}
