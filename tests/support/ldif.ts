/** LDIF (RFC 2849) from plain values, whatever signs are in them. */

export type LdifAttributes = Readonly<Record<string, string | Buffer | readonly (string | Buffer)[]>>;

export function ldifEntry(dn: string, attributes: LdifAttributes): string {
  const lines = Object.entries(attributes).flatMap(([name, values]) =>
    [values].flat().map((value) => ldifLine(name, value)),
  );
  return `\n${ldifLine('dn', dn)}${lines.join('')}`;
}

/** A change record that replaces these attributes; an empty list takes one away. */
export function ldifReplace(dn: string, attributes: LdifAttributes): string {
  const changes = Object.entries(attributes).map(
    ([name, values]) =>
      `replace: ${name}\n${[values]
        .flat()
        .map((value) => ldifLine(name, value))
        .join('')}-\n`,
  );
  return `\n${ldifLine('dn', dn)}changetype: modify\n${changes.join('')}`;
}

/** A value for a DN, as RFC 4514, section 2.4, has it. */
export function escapeDn(value: string): string {
  return value
    .replace(/[\\,+"<>;=]/g, '\\$&')
    .replace(/^[# ]/, '\\$&')
    .replace(/ $/, '\\ ');
}

function ldifLine(name: string, value: string | Buffer): string {
  return `${name}:: ${Buffer.from(value).toString('base64')}\n`;
}
