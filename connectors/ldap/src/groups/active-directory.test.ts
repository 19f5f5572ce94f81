import { afterEach, describe, expect, test } from 'vitest';
import {
  ber,
  bindResult,
  entry,
  type HostileLdap,
  integer,
  searchResult,
  startHostileLdap,
} from '../../../../tests/support/hostile-ldap.ts';
import { openConnector, plainConfig, signIn } from '../testing/open-connector.ts';

const domain = 'DC=corp,DC=example,DC=com';
const jane = `CN=jane,OU=Staff,${domain}`;
const inGroups = `OU=Groups,${domain}`;
const ours = [21, 1, 2, 3];
const janesSid = sid(...ours, 1000);

/** `S-1-5-…` as the directory holds it. */
function sid(...parts: readonly number[]): Buffer {
  const bytes = Buffer.alloc(8 + 4 * parts.length);
  bytes.set([1, parts.length, 0, 0, 0, 0, 0, 5]);
  for (const [n, part] of parts.entries()) bytes.writeUInt32LE(part, 8 + 4 * n);
  return bytes;
}

interface PlayedGroup {
  readonly name: string;
  readonly sid: Buffer;
  readonly below?: string;
}

interface PlayedDomain {
  readonly person?: Readonly<Record<string, readonly (string | Buffer)[]>>;
  readonly token?: readonly Buffer[];
  readonly groups?: readonly PlayedGroup[];
  /** What a search answers that is none of the above. */
  readonly otherwise?: (id: number, text: string) => readonly Buffer[];
}

let server: HostileLdap | undefined;
let searches: string[] = [];
afterEach(async () => {
  await server?.stop();
  server = undefined;
  searches = [];
});

/** A domain controller as far as these questions go. Who asks for groups by their identifiers gets those below the base. */
async function play({ person = {}, token = [], groups = [], otherwise }: PlayedDomain): Promise<void> {
  let binds = 0;
  server = await startHostileLdap(({ id, kind, bytes }) => {
    if (kind === 'bind') {
      binds += 1;
      return [bindResult(id, binds % 2 === 0 ? 49 : 0)];
    }
    if (kind !== 'search') return [];
    const text = bytes.toString('latin1');
    searches.push(text);
    if (text.includes('sAMAccountName') && text.includes('\x04\x04jane')) {
      const known = { sAMAccountName: ['jane'], objectGUID: [Buffer.alloc(16, 7)], ...person };
      return [entry(id, jane, known), searchResult(id)];
    }
    if (/tokenGroups/i.test(text)) {
      return [entry(id, jane, { tokenGroups: token, objectSid: [janesSid] }), searchResult(id)];
    }
    const found = groups
      .filter((group) => bytes.includes(group.sid))
      .filter(({ below = inGroups }) => hasBase(text, domain) || hasBase(text, below))
      .map((group) => groupEntry(id, group));
    if (found.length > 0 || otherwise === undefined) return [...found, searchResult(id)];
    return otherwise(id, text);
  });
}

function hasBase(text: string, base: string): boolean {
  return text.toLowerCase().includes(`\x04${String.fromCharCode(base.length)}${base.toLowerCase()}`);
}

function groupEntry(id: number, { name, sid: objectSid, below = inGroups }: PlayedGroup): Buffer {
  return entry(id, `CN=${name},${below}`, { sAMAccountName: [name], objectSid: [objectSid] });
}

async function groupsWith(config: Readonly<Record<string, unknown>>): Promise<readonly string[] | undefined> {
  const connector = openConnector({
    ...plainConfig(server?.port ?? 0),
    preset: 'active-directory',
    userSearch: { baseDn: domain },
    ...config,
  });
  return (await signIn(connector, 'jane', 'foo'))?.groups;
}

/** Searches that name an identifier, and none that is the base. */
const byIdentifier = () => searches.filter((text) => text.includes('\x04\x09objectSid\x04'));

describe('tokenGroups', () => {
  const users = { name: 'Domain Users', sid: sid(...ours, 513) };
  const admins = { name: 'admins', sid: sid(...ours, 1105) };

  test('are groups by name, in the order of their identifiers', async () => {
    await play({ token: [admins.sid, users.sid], groups: [users, admins] });
    expect(await groupsWith({})).toEqual(['admins', 'Domain Users']);
  });

  test('of many groups are looked up a hundred at a time', async () => {
    const groups = Array.from({ length: 250 }, (_, n) => ({ name: `g${n}`, sid: sid(...ours, 2000 + n) }));
    await play({ token: groups.map((group) => group.sid), groups });
    expect(await groupsWith({})).toEqual(groups.map(({ name }) => name));
    expect(byIdentifier()).toHaveLength(3);
  });

  test('of which one is outside the bases leave it out, since it is seen to be there', async () => {
    const elsewhere = { ...users, below: `CN=Users,${domain}` };
    await play({ token: [admins.sid, users.sid], groups: [admins, elsewhere] });
    expect(await groupsWith({ tokenGroups: { baseDn: inGroups } })).toEqual(['admins']);
  });

  test('of other domains, and those that every machine has, are left out where they are not below a base', async () => {
    const foreign = sid(21, 9, 9, 9, 1105);
    const builtin = sid(32, 545);
    await play({ token: [foreign, admins.sid, builtin], groups: [admins] });
    expect(await groupsWith({})).toEqual(['admins']);
    expect(byIdentifier()).toHaveLength(1);
  });

  test('of which one is nowhere to be seen are unavailable: it may be the one that matters', async () => {
    await play({ token: [admins.sid, users.sid], groups: [users] });
    await expect(groupsWith({})).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('S-1-5-21-1-2-3-1105'),
    });
  });

  test('that are not there at all are an error, since everybody has one', async () => {
    await play({ token: [] });
    await expect(groupsWith({})).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('tokenGroups'),
    });
  });

  test.each([
    ['no bytes', Buffer.alloc(0)],
    ['fewer parts than they say', sid(...ours, 5).subarray(0, 20)],
    ['another revision', Buffer.from([2, 1, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0])],
    ['sixteen parts', sid(...Array.from({ length: 16 }, (_, n) => n))],
  ])('with an identifier of %s are an error', async (_, broken) => {
    await play({ token: [users.sid, broken], groups: [users] });
    await expect(groupsWith({})).rejects.toMatchObject({ code: 'misconfigured' });
  });

  // Attack: an answer with a group that was not asked for.
  test('name no group that is not among them', async () => {
    const otherwise = (id: number) => [groupEntry(id, admins), searchResult(id)];
    await play({ token: [sid(32, 545)], otherwise });
    expect(await groupsWith({})).toEqual([]);
  });

  test('with a group that does not tell its identifier are unavailable', async () => {
    const otherwise = (id: number) => [
      entry(id, `CN=x,${inGroups}`, { sAMAccountName: ['x'] }),
      searchResult(id),
    ];
    await play({ token: [admins.sid], otherwise });
    await expect(groupsWith({})).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('of more groups than anybody has are unavailable before one is looked up', async () => {
    await play({ token: Array.from({ length: 10_001 }, (_, n) => sid(...ours, 5000 + n)) });
    await expect(groupsWith({})).rejects.toMatchObject({ code: 'unavailable' });
    expect(byIdentifier()).toHaveLength(0);
  });
});

describe('the primary group', () => {
  const person = { primaryGroupID: ['513'], objectSid: [janesSid], memberOf: [] };
  const users = (id: number, text: string) =>
    text.includes('<SID=S-1-5-21-1-2-3-513>')
      ? [
          groupEntry(id, { name: 'Domain Users', sid: sid(...ours, 513), below: `CN=Users,${domain}` }),
          searchResult(id),
        ]
      : [searchResult(id)];

  test('is found by its identifier, beside memberOf', async () => {
    await play({ person, otherwise: users });
    expect(await groupsWith({ memberOf: { primaryGroup: true } })).toEqual(['Domain Users']);
  });

  test('is found by its identifier, beside a search for members', async () => {
    await play({ person, otherwise: users });
    expect(await groupsWith({ groupSearch: { baseDn: domain, primaryGroup: true } })).toEqual([
      'Domain Users',
    ]);
  });

  test.each([
    ['memberOf', { memberOf: { baseDn: inGroups, primaryGroup: true } }],
    ['groupSearch', { groupSearch: { baseDn: inGroups, primaryGroup: true } }],
  ])('outside the bases of %s does not count', async (_, config) => {
    await play({ person, otherwise: users });
    expect(await groupsWith(config)).toEqual([]);
  });

  test('that cannot be seen is unavailable', async () => {
    await play({ person, otherwise: (id) => [searchResult(id, 32)] });
    await expect(groupsWith({ memberOf: { primaryGroup: true } })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('S-1-5-21-1-2-3-513'),
    });
  });

  test.each([
    ['no number', { objectSid: [janesSid] }],
    ['a number that is none', { objectSid: [janesSid], primaryGroupID: ['513>,DC=x'] }],
    ['no identifier', { primaryGroupID: ['513'] }],
  ])('of somebody with %s is an error', async (_, known) => {
    await play({ person: known, otherwise: users });
    await expect(groupsWith({ memberOf: { primaryGroup: true } })).rejects.toMatchObject({
      code: 'misconfigured',
    });
  });
});

describe('inChain', () => {
  const userMatchers = [{ userAttribute: 'DN', groupAttribute: 'member', inChain: true }];
  const groupSearch = { baseDn: domain, userMatchers };
  const rule = '1.2.840.113556.1.4.1941';
  const group = (id: number) => [
    entry(id, `CN=top,${inGroups}`, { sAMAccountName: ['top'] }),
    searchResult(id),
  ];

  test('asks the directory to follow groups in groups, with the name of the person as a value', async () => {
    await play({ otherwise: (id, text) => (text.includes(rule) && text.includes(jane) ? group(id) : []) });
    expect(await groupsWith({ groupSearch })).toEqual(['top']);
  });

  test('is refused where the directory does not know the rule and says nothing', async () => {
    await play({ otherwise: (id, text) => (text.includes(rule) ? [searchResult(id)] : group(id)) });
    await expect(groupsWith({ groupSearch })).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('inChain'),
    });
  });

  test.each([
    ['timeLimitExceeded', 3],
    ['adminLimitExceeded', 11],
    ['unwillingToPerform', 53],
  ])('that costs the directory too much (%s) is unavailable, never a shorter list', async (_, code) => {
    await play({ otherwise: (id) => [...group(id).slice(0, 1), searchResult(id, code)] });
    await expect(groupsWith({ groupSearch })).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('the root of a domain as base', () => {
  const reference = (id: number, ...urls: string[]) =>
    ber(0x30, integer(id), ber(0x73, ...urls.map((url) => ber(0x04, url))));
  const own = ['DC=ForestDnsZones', 'DC=DomainDnsZones', 'CN=Configuration'];
  const withReferences = (urls: readonly string[]) => (id: number) => [
    entry(id, `CN=admins,${inGroups}`, { sAMAccountName: ['admins'] }),
    ...urls.map((url) => reference(id, url)),
    searchResult(id),
  ];

  test('has references to parts without people, which are harmless', async () => {
    await play({
      otherwise: withReferences(own.map((part) => `ldap://dc.corp.example.com/${part},${domain}`)),
    });
    expect(await groupsWith({ groupSearch: { baseDn: domain } })).toEqual(['admins']);
  });

  test('with a reference to another domain is an error that names it', async () => {
    const url = `ldap://sales.corp.example.com/DC=sales,${domain}`;
    await play({ otherwise: withReferences([url]) });
    await expect(groupsWith({ groupSearch: { baseDn: domain } })).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining(url),
    });
    expect(await groupsWith({ groupSearch: { baseDn: domain, ignoreReferrals: true } })).toEqual(['admins']);
  });

  // Attack: an answer that is nothing but references, to fill the memory of whoever shares the connection.
  test('with references without end is unavailable', async () => {
    const many = Array.from({ length: 5 }, () => Array.from({ length: 900 }, () => 'ldap://x/'));
    await play({ otherwise: (id) => [...many.map((urls) => reference(id, ...urls)), searchResult(id)] });
    await expect(groupsWith({ groupSearch: { baseDn: domain } })).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});
