/** A directory of the size of a company: 20,000 people, 500 groups, and a server that sends 100 entries at once. */
import { testCall, testHost } from '@gatehouse/connector-kit/testing';
import ldap from '@gatehouse/connector-ldap';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenLdap, startOpenLdap } from '../support/openldap.ts';

const suffix = 'dc=example,dc=org';
const people = `ou=People,${suffix}`;
const groups = `ou=Groups,${suffix}`;
const service = `cn=service,${suffix}`;
const dnOf = (n: number) => `uid=u${n},${people}`;

/** In all of the first 300 groups; everybody else is in one of the 500. */
const chief = 7;
/** A chain of ten groups over group 0. */
const chain = Array.from({ length: 10 }, (_, n) => `chain-${n}`);

const settings = `
limits dn.exact="${service}" size.soft=100 size.hard=100 size.pr=100 size.prtotal=unlimited
access to * by * read
`;

let directory: OpenLdap;
beforeAll(async () => {
  directory = await startOpenLdap({ ldif: largeTree(), settings });
}, 300_000);
afterAll(() => directory.stop());

function largeTree(): string {
  const parts = [
    `dn: ${suffix}\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: example\n`,
    `dn: ${service}\nobjectClass: person\ncn: service\nsn: service\nuserPassword: service\n`,
    `dn: ${people}\nobjectClass: organizationalUnit\nou: People\n`,
    `dn: ${groups}\nobjectClass: organizationalUnit\nou: Groups\n`,
  ];
  for (let n = 0; n < 20_000; n += 1) {
    parts.push(
      `dn: ${dnOf(n)}\nobjectClass: inetOrgPerson\nuid: u${n}\ncn: Person ${n}\nsn: Person\nmail: u${n}@example.com\nuserPassword: pw-${n}\n`,
    );
  }
  for (let g = 0; g < 500; g += 1) {
    const members = Array.from({ length: 40 }, (_, n) => dnOf(n * 500 + g));
    if (g < 300 && g !== chief) members.push(dnOf(chief));
    parts.push(groupEntry(`group-${g}`, members));
  }
  for (const [n, name] of chain.entries()) {
    parts.push(groupEntry(name, [`cn=${n === 0 ? 'group-0' : chain[n - 1]},${groups}`]));
  }
  return parts.join('\n');
}

function groupEntry(name: string, members: readonly string[]): string {
  return `dn: cn=${name},${groups}\nobjectClass: groupOfNames\ncn: ${name}\n${members.map((dn) => `member: ${dn}\n`).join('')}`;
}

async function open(more: Readonly<Record<string, unknown>> = {}) {
  const read = await ldap.config['~standard'].validate({
    host: `localhost:${directory.ldapsPort}`,
    ca: directory.ca,
    bindDn: service,
    bindPassword: 'service',
    userSearch: { baseDn: people, username: ['uid', 'mail'] },
    groupSearch: {
      baseDn: groups,
      userMatchers: [{ userAttribute: 'DN', groupAttribute: 'member', recursionGroupAttribute: 'member' }],
    },
    timeouts: { call: '60s' },
    ...more,
  });
  if (read.issues) throw new Error(read.issues.map((issue) => issue.message).join('; '));
  return ldap.open(read.value, testHost());
}

async function signIn(username: string, password: string, more?: Readonly<Record<string, unknown>>) {
  const { login } = await open(more);
  if (login.kind !== 'password') throw new Error('not a password connector');
  return login.verify({ username, password }, testCall());
}

const named = (count: number) => Array.from({ length: count }, (_, g) => `group-${g}`);

describe('in a directory of 20,000 people and 500 groups', () => {
  test('people at both ends sign in, by name and by address', async () => {
    expect((await signIn('u0', 'pw-0'))?.groups).toEqual(['group-0', ...chain]);
    expect((await signIn('u19999@example.com', 'pw-19999'))?.groups).toEqual(['group-499']);
    expect(await signIn('u19999', 'pw-0')).toBeNull();
    expect(await signIn('u20000', 'pw-20000')).toBeNull();
  });

  test('somebody in more groups than the server sends at once has all of them', async () => {
    const identity = await signIn(`u${chief}`, `pw-${chief}`);
    expect(identity?.groups.toSorted()).toEqual([...named(300), ...chain].toSorted());
  });

  test('the same groups come at refresh', async () => {
    const connector = await open();
    if (connector.login.kind !== 'password') throw new Error('not a password connector');
    const identity = await connector.login.verify(
      { username: `u${chief}`, password: `pw-${chief}` },
      testCall(),
    );
    if (identity === null) throw new Error('the chief cannot sign in');
    expect(await connector.refresh?.(identity, testCall())).toEqual({ status: 'current', identity });
  });

  test('fifty people at once get their own groups', async () => {
    const numbers = Array.from({ length: 50 }, (_, n) => 100 + n * 301);
    const identities = await Promise.all(numbers.map((n) => signIn(`u${n}`, `pw-${n}`)));
    expect(identities.map((identity) => identity?.groups[0])).toEqual(numbers.map((n) => `group-${n % 500}`));
  });

  test('a name that stands for everybody is refused, and not read to the end', async () => {
    const everybody = { baseDn: people, username: 'sn' };
    await expect(signIn('Person', 'pw-0', { userSearch: everybody })).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('several entries'),
    });
  });

  test('the check looks at a sample', async () => {
    const lines = await (await open()).check(testCall());
    expect(lines.every((line) => line.ok)).toBe(true);
    expect(lines.find((line) => line.name === 'people')?.facts).toMatchObject({
      found: 100,
      more: true,
      usable: 100,
    });
  });
});
