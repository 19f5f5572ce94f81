/** A small tree of people and groups, as LDIF: short descriptions of its entries. */
import { type LdifAttributes, ldifEntry } from './ldif.ts';

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

/** `cn=<name>,<below>` with the given password. */
export function person(
  name: string,
  password: string,
  below: string,
  attributes: LdifAttributes = {},
): string {
  const own = { objectClass: 'inetOrgPerson', cn: name, sn: name, userPassword: password };
  return ldifEntry(`cn=${name},${below}`, { ...own, ...attributes });
}

/** `uid=<name>,<below>`, with an address. */
export function uidPerson(
  name: string,
  password: string,
  below: string,
  attributes: LdifAttributes = {},
): string {
  const own = { objectClass: 'inetOrgPerson', uid: name, cn: name, sn: 'Example', userPassword: password };
  return ldifEntry(`uid=${name},${below}`, { ...own, mail: `${name}@example.org`, ...attributes });
}

/** A groupOfNames. */
export function group(
  name: string,
  below: string,
  members: readonly string[],
  attributes: LdifAttributes = {},
): string {
  return ldifEntry(`cn=${name},${below}`, {
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
  return ldifEntry(`cn=${name},${below}`, { objectClass: 'posixGroup', cn: name, gidNumber, memberUid });
}
