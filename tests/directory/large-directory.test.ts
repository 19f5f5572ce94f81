/** A directory of the size of a group of companies: 100,000 people, 2,000 nested groups, and 100 entries at once. */
import { testCall } from '@gatehouse/connector-kit/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LdapConnector, openLdapConnector, type WrittenConfig } from '../support/ldap-connector.ts';
import { type OpenLdap, startOpenLdap } from '../support/openldap.ts';

const suffix = 'dc=example,dc=org';
const people = `ou=People,${suffix}`;
const groups = `ou=Groups,${suffix}`;
const service = `cn=service,${suffix}`;
const dnOf = (n: number) => `uid=u${n},${people}`;
const groupDn = (name: string) => `cn=${name},${groups}`;

const size = { people: 100_000, groups: 2_000, headOffice: 10_000 };
/** In all of the first 300 groups; everybody else is in one of the 2,000. */
const chief = 7;
/** Over group 0, one over the other. */
const chain = Array.from({ length: 10 }, (_, n) => `chain-${n}`);

/** Group 1234 is in 123, that in 12, and that in 1. */
function above(group: number): readonly number[] {
  return group < 10 ? [] : [Math.floor(group / 10), ...above(Math.floor(group / 10))];
}

/** Of most people, from the nearest to the farthest. */
function groupsOf(person: number): readonly string[] {
  const nearest = person % size.groups;
  const named = [nearest, ...above(nearest)].map((group) => `group-${group}`);
  return [...(person < size.headOffice ? ['head-office'] : []), ...named, ...(nearest === 0 ? chain : [])];
}

const settings = `
limits dn.exact="${service}" size.soft=100 size.hard=100 size.pr=100 size.prtotal=unlimited
access to * by * read
`;

let directory: OpenLdap;
const connectors: LdapConnector[] = [];
beforeAll(async () => {
  directory = await startOpenLdap({ ldif: largeTree(), settings });
}, 300_000);
afterAll(async () => {
  await Promise.all(connectors.map((connector) => connector.close()));
  await directory?.stop();
});

function largeTree(): string {
  const parts = [
    `dn: ${suffix}\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: example\n`,
    `dn: ${service}\nobjectClass: person\ncn: service\nsn: service\nuserPassword: service\n`,
    `dn: ${people}\nobjectClass: organizationalUnit\nou: People\n`,
    `dn: ${groups}\nobjectClass: organizationalUnit\nou: Groups\n`,
  ];
  for (let n = 0; n < size.people; n += 1) {
    parts.push(
      `dn: ${dnOf(n)}\nobjectClass: inetOrgPerson\nuid: u${n}\ncn: Person ${n}\nsn: Person\nmail: u${n}@example.com\nuserPassword: pw-${n}\n`,
    );
  }
  const members = Array.from({ length: size.groups }, (): string[] => []);
  for (let n = 0; n < size.people; n += 1) members[n % size.groups]?.push(dnOf(n));
  for (let g = 0; g < size.groups; g += 1) {
    const [parent] = above(g);
    if (parent !== undefined) members[parent]?.push(groupDn(`group-${g}`));
    if (g < 300 && g !== chief) members[g]?.push(dnOf(chief));
  }
  parts.push(...members.map((dns, g) => groupEntry(`group-${g}`, dns)));
  for (const [n, name] of chain.entries()) {
    parts.push(groupEntry(name, [groupDn(n === 0 ? 'group-0' : `chain-${n - 1}`)]));
  }
  parts.push(
    groupEntry(
      'head-office',
      Array.from({ length: size.headOffice }, (_, n) => dnOf(n)),
    ),
  );
  return parts.join('\n');
}

function groupEntry(name: string, members: readonly string[]): string {
  return `dn: cn=${name},${groups}\nobjectClass: groupOfNames\ncn: ${name}\n${members.map((dn) => `member: ${dn}\n`).join('')}`;
}

async function open(more: WrittenConfig = {}): Promise<LdapConnector> {
  const connector = await openLdapConnector({
    host: `localhost:${directory.ldapsPort}`,
    ca: directory.ca,
    bindDn: service,
    bindPassword: 'service',
    userSearch: { baseDn: people, username: ['uid', 'mail'] },
    groupSearch: {
      baseDn: groups,
      userMatchers: [{ userAttribute: 'DN', groupAttribute: 'member', recursionGroupAttribute: 'member' }],
    },
    timeouts: { search: '60s', call: '60s' },
    ...more,
  });
  connectors.push(connector);
  return connector;
}

async function signIn(username: string, password: string) {
  return (await open()).signIn(username, password);
}

describe('in a directory of 100,000 people and 2,000 nested groups', () => {
  test('people at both ends sign in, by name and by address', async () => {
    expect((await signIn('u0', 'pw-0'))?.groups.toSorted()).toEqual(groupsOf(0).toSorted());
    expect((await signIn('u99999@example.com', 'pw-99999'))?.groups).toEqual(groupsOf(99_999));
    expect(groupsOf(99_999)).toEqual(['group-1999', 'group-199', 'group-19', 'group-1']);
    expect(await signIn('u99999', 'pw-0')).toBeNull();
    expect(await signIn('u100000', 'pw-100000')).toBeNull();
  });

  test('somebody in more groups than the server sends at once has all of them', async () => {
    const identity = await signIn(`u${chief}`, `pw-${chief}`);
    const named = Array.from({ length: 300 }, (_, g) => `group-${g}`);
    expect(identity?.groups.toSorted()).toEqual([...named, ...chain, 'head-office'].toSorted());
  });

  test('the same groups come at refresh', async () => {
    const connector = await open();
    const identity = await connector.signIn(`u${chief}`, `pw-${chief}`);
    if (identity === null) throw new Error('the chief cannot sign in');
    expect(await connector.refresh(identity)).toEqual({ status: 'current', identity });
  });

  test('fifty people at once get their own groups', async () => {
    const connector = await open();
    const numbers = Array.from({ length: 50 }, (_, n) => 10_100 + n * 1_701);
    const identities = await Promise.all(numbers.map((n) => connector.signIn(`u${n}`, `pw-${n}`)));
    expect(identities.map((identity) => identity?.groups.toSorted())).toEqual(
      numbers.map((n) => groupsOf(n).toSorted()),
    );
  });

  test('a name that stands for everybody signs nobody in, and is not read to the end', async () => {
    const connector = await open({ userSearch: { baseDn: people, username: 'sn' } });
    const call = testCall<never>();
    expect(await connector.signIn('Person', 'pw-0', call)).toBeNull();
    expect(call.logged).toMatchObject([
      { level: 'error', message: expect.stringContaining('several people') },
    ]);
    expect(call.logged[0]?.fields).toEqual({ people: Array.from({ length: 10 }, (_, n) => dnOf(n)) });
  });

  test('the check counts up to 10,000 of them, and looks at a sample', async () => {
    const lines = await (await open()).check();
    expect(lines.filter(({ ok }) => !ok)).toEqual([]);
    expect(lines.find((line) => line.name === 'people')?.facts).toMatchObject({
      found: [{ base: people, count: 10_000, more: true }],
      usable: 100,
    });
  });
});
