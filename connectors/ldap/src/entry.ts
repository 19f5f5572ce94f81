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

  /** The values as they are. Throws `unavailable` where the directory sent only some of them. */
  bytes(name: string): readonly Buffer[] {
    if (this.parts(name).size > 0) {
      throw unavailable(`the directory sent only some values of "${name}" of ${this.dn}`);
    }
    const wanted = name.toLowerCase();
    return this.#attributes.get(wanted) ?? this.#attributes.get(`${wanted};binary`) ?? [];
  }

  /** What there is of an attribute that did not come whole, by its options: `range=0-1499` of `member;range=0-1499`. */
  parts(name: string): ReadonlyMap<string, readonly Buffer[]> {
    const prefix = `${name.toLowerCase()};`;
    const types = [...this.#attributes].filter(
      ([type]) => type.startsWith(prefix) && type.includes(';range='),
    );
    const plain = this.#attributes.get(name.toLowerCase()) ?? [];
    // Active Directory also sends the attribute without values. With some, there would be two answers.
    const all = types.length > 0 && plain.length > 0 ? [...types, [prefix, plain] as const] : types;
    return new Map(all.map(([type, values]) => [type.slice(prefix.length), values]));
  }

  /** The same entry, in which this attribute is whole. */
  withValues(name: string, values: readonly Buffer[]): Entry {
    const wanted = name.toLowerCase();
    const attributes = new Map(this.#attributes).set(wanted, values);
    for (const options of this.parts(name).keys()) attributes.delete(`${wanted};${options}`);
    return new Entry({ dn: this.dn, attributes });
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
