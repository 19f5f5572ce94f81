/** LDIF for tests, written from short descriptions. */

export const suffix = 'dc=example,dc=org';

export const root = `dn: ${suffix}
objectClass: dcObject
objectClass: organization
o: Example
dc: example
`;

export function unit(name: string, below = suffix): string {
  return `
dn: ou=${name},${below}
objectClass: organizationalUnit
ou: ${name}
`;
}

export type Attributes = Readonly<Record<string, string | readonly string[]>>;

/** `cn=<name>,<below>` with the given password. */
export function person(name: string, password: string, below: string, attributes: Attributes = {}): string {
  const own = { objectClass: 'inetOrgPerson', cn: name, sn: name, userPassword: password };
  return entry(`cn=${name},${below}`, { ...own, ...attributes });
}

/** A groupOfNames. */
export function group(
  name: string,
  below: string,
  members: readonly string[],
  attributes: Attributes = {},
): string {
  return entry(`cn=${name},${below}`, {
    objectClass: 'groupOfNames',
    cn: name,
    member: members,
    ...attributes,
  });
}

/** A posixGroup. */
export function posixGroup(
  name: string,
  below: string,
  gidNumber: string,
  memberUid: readonly string[] = [],
): string {
  return entry(`cn=${name},${below}`, { objectClass: 'posixGroup', cn: name, gidNumber, memberUid });
}

export function entry(dn: string, attributes: Attributes): string {
  const lines = Object.entries(attributes).flatMap(([name, values]) =>
    [values].flat().map((value) => `${name}:: ${Buffer.from(value).toString('base64')}`),
  );
  return `\ndn:: ${Buffer.from(dn).toString('base64')}\n${lines.join('\n')}\n`;
}
