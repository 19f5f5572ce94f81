import type { Check } from '@gatehouse/connector-kit';
import { testCall } from '@gatehouse/connector-kit/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCertificates } from '../../../../tests/support/certificates.ts';
import { group, person, root, suffix, unit } from '../../../../tests/support/directory-tree.ts';
import {
  ber,
  bindResult,
  entry,
  integer,
  searchResult,
  startHostileLdap,
} from '../../../../tests/support/hostile-ldap.ts';
import { type OpenLdap, startOpenLdap } from '../../../../tests/support/openldap.ts';
import { openConnector, plainConfig, secureConfig } from '../testing/open-connector.ts';

const people = `ou=People,${suffix}`;
const groups = `ou=Groups,${suffix}`;

let directory: OpenLdap;
beforeAll(async () => {
  directory = await startOpenLdap({
    ldif: [
      root,
      unit('People'),
      person('jane', 'foo', people, { uid: 'jane', mail: 'jane@example.com' }),
      person('john', 'foo', people, { uid: 'john' }),
      person('nobody types this', 'foo', people),
      unit('Groups'),
      group('admins', groups, [`cn=jane,${people}`]),
    ].join(''),
    certificateNames: ['localhost'],
  });
});
afterAll(() => directory.stop());

async function check(more: Readonly<Record<string, unknown>> = {}): Promise<readonly Check[]> {
  const config = {
    ...secureConfig(directory),
    userSearch: { baseDn: people, username: 'uid', filter: '(objectClass=inetOrgPerson)' },
    groupSearch: { baseDn: groups },
    ...more,
  };
  return openConnector(config).check(testCall());
}

/** The line at which it ended; all before it were good. */
async function failure(more: Readonly<Record<string, unknown>>): Promise<Check | undefined> {
  return (await check(more)).find((line) => !line.ok);
}

test('a good configuration passes line by line, and says what was found', async () => {
  const lines = await check();
  expect(lines.map(({ name, ok }) => [name, ok])).toEqual(
    ['resolve', 'connect', 'tls', 'bind', 'root entry', 'people', 'groups', 'refuses strangers'].map(
      (name) => [name, true],
    ),
  );
  const facts = Object.fromEntries(lines.map((line) => [line.name, line.facts]));
  expect(facts.tls).toMatchObject({ subject: 'localhost', issuer: 'Gatehouse test authority' });
  expect(facts['root entry']).toEqual({ vendor: 'openldap', contexts: [suffix], paging: true });
  expect(facts.people).toEqual({
    found: [{ base: people, count: 2, more: false }],
    read: 2,
    usable: 2,
    faults: [],
  });
  expect(facts.groups).toEqual({ found: [{ base: groups, count: 1, more: false }] });
});

test('each line says at which server it was, and those that ask something how long it took', async () => {
  const lines = await check();
  expect(new Set(lines.map(({ server }) => server))).toEqual(new Set([`localhost:${directory.ldapsPort}`]));
  expect(lines.filter(({ took }) => took === undefined).map(({ name }) => name)).toEqual(['tls']);
});

test('each server is checked by itself, and a dead one does not hide the others', async () => {
  const good = `localhost:${directory.ldapsPort}`;
  const lines = await check({ host: ['localhost:1', good, 'ldap.invalid'] });
  const of = (server: string) => lines.filter((line) => line.server === server);
  expect(of('localhost:1').map(({ name, ok }) => [name, ok])).toEqual([
    ['resolve', true],
    ['connect', false],
  ]);
  expect(of('ldap.invalid:636')).toMatchObject([{ name: 'resolve', ok: false }]);
  expect(of(good).every(({ ok }) => ok)).toBe(true);
  expect(of(good)).toHaveLength(8);
});

// A company with five domain controllers would have its service account locked by a look at a wrong password.
test('a wrong password of the account is shown to one server only', async () => {
  const binds = async () => (await directory.log()).match(/BIND dn="cn=admin/g)?.length ?? 0;
  const before = await binds();
  const host = [`localhost:${directory.ldapsPort}`, `127.0.0.1:${directory.ldapsPort}`];
  const lines = await check({ host, bindPassword: 'wrong', insecureSkipTlsVerify: true, ca: undefined });
  expect(lines.filter(({ name, ok }) => name === 'bind' && !ok)).toHaveLength(2);
  expect(await binds()).toBe(before + 1);
});

test('servers that DNS is to name, and does not, are told', async () => {
  const lines = await check({ host: undefined, srv: 'gatehouse.invalid' });
  expect(lines).toMatchObject([{ name: 'servers', ok: false, advice: expect.stringContaining('`srv`') }]);
});

describe('a fault ends the check with advice', () => {
  test.each<[string, () => Readonly<Record<string, unknown>>, string, RegExp]>([
    ['a name that DNS does not know', () => ({ host: 'ldap.invalid' }), 'resolve', /DNS/],
    ['a port where nothing listens', () => ({ host: 'localhost:1' }), 'connect', /Nothing listens/],
    [
      'TLS on a port without it',
      () => ({ host: `localhost:${directory.port}` }),
      'connect',
      /other kind of TLS/,
    ],
    ['a CA that is not known', () => ({ ca: undefined }), 'tls', /under `ca`/],
    [
      'another name in the certificate',
      () => ({ host: `127.0.0.1:${directory.ldapsPort}` }),
      'tls',
      /DNS:localhost/,
    ],
    ['a wrong password of the account', () => ({ bindPassword: 'wrong' }), 'bind', /bindPassword/],
    [
      'a base that does not exist',
      () => ({ userSearch: { baseDn: `ou=x,${suffix}`, username: 'uid' } }),
      'people',
      /baseDn/,
    ],
    [
      'a search without an account where strangers see nothing',
      () => ({
        bindDn: undefined,
        bindPassword: undefined,
        userSearch: { baseDn: `ou=x,${suffix}`, username: 'uid' },
      }),
      'people',
      /anonymous.*`bindDn`/,
    ],
    [
      'a filter that fits nobody',
      () => ({ userSearch: { baseDn: people, username: 'uid', filter: '(uid=x)' } }),
      'people',
      /Of 4 that the account sees there none fits `userSearch.filter`, \(uid=x\)/,
    ],
    [
      'a base of another directory',
      () => ({ userSearch: { baseDn: 'dc=elsewhere', username: 'uid' } }),
      'people',
      new RegExp(`holds ${suffix}, and not dc=elsewhere: correct .userSearch.baseDn.`),
    ],
    [
      'a unit where Active Directory has a container',
      () => ({
        preset: 'active-directory',
        userSearch: { baseDn: `OU=Users,${suffix}` },
        groupSearch: undefined,
      }),
      'people',
      /`CN=Users`, not `OU=Users`/,
    ],
    [
      'StartTLS on a port that speaks TLS from the first byte',
      () => ({ host: `localhost:${directory.ldapsPort}`, startTls: true }),
      'connect',
      /take `startTls` out/,
    ],
    [
      'a name attribute that nobody has',
      () => ({ userSearch: { baseDn: people, username: 'uidd' } }),
      'people',
      /none has "uidd": correct `userSearch.username`/,
    ],
    [
      'an attribute for members that no group has',
      () => ({
        groupSearch: {
          baseDn: groups,
          userMatchers: [{ userAttribute: 'DN', groupAttribute: 'uniqueMember' }],
        },
      }),
      'groups',
      /userMatchers.*no group has a "uniqueMember"/,
    ],
    [
      'no TLS on a port that wants it',
      () => ({ host: `localhost:${directory.ldapsPort}`, insecureNoTls: true, ca: undefined }),
      'bind',
      /want TLS/,
    ],
    ['an id that nobody has', () => ({ attributes: { id: 'employeeNumber' } }), 'people', /employeeNumber/],
    [
      'a group base that does not exist',
      () => ({ groupSearch: { baseDn: `ou=x,${suffix}` } }),
      'groups',
      /groupSearch.baseDn/,
    ],
    [
      'groups without a name',
      () => ({ groupSearch: { baseDn: groups, nameAttribute: 'mail' } }),
      'groups',
      /nameAttribute/,
    ],
    [
      'a directory without memberOf',
      () => ({ groupSearch: undefined, memberOf: { attribute: 'seeAlso' } }),
      'groups',
      /seeAlso/,
    ],
  ])('%s', async (_, more, name, advice) => {
    expect(await failure(more())).toMatchObject({ name, advice: expect.stringMatching(advice) });
  });

  test('a certificate of another CA is described, and nothing is sent over it', async () => {
    const binds = async () => (await directory.log()).match(/BIND/g)?.length;
    const before = await binds();
    const { ca } = await makeCertificates(['localhost']);
    const lines = await check({ ca });
    expect(lines.at(-1)).toMatchObject({
      name: 'tls',
      ok: false,
      facts: { issuer: 'Gatehouse test authority' },
      advice: expect.stringContaining('`ca` has neither "Gatehouse test authority"'),
    });
    expect(await binds()).toBe(before);
  });

  test.each([
    ['52e', /bindPassword.*Get-ADUser/],
    ['533', /disabled/],
    ['775', /locked out/],
  ])('what Active Directory says of the account, by the code %s', async (code, advice) => {
    const words = `80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data ${code}, v1db1`;
    const server = await startHostileLdap(({ id }) => [
      ber(0x30, integer(id), ber(0x61, integer(49, 0x0a), ber(0x04, ''), ber(0x04, words))),
    ]);
    const bind = await failure({ ...plainConfig(server.port), ca: undefined });
    await server.stop();
    expect(bind).toMatchObject({ name: 'bind', advice: expect.stringMatching(advice) });
  });

  test('an account that sees nothing', async () => {
    const server = await startHostileLdap(({ id, kind }) => [
      kind === 'bind' ? bindResult(id) : searchResult(id),
    ]);
    const blind = await failure({ ...plainConfig(server.port), ca: undefined });
    await server.stop();
    expect(blind).toMatchObject({
      name: 'people',
      advice: expect.stringMatching(/^The service account sees nothing at all there: an access rule/),
    });
  });

  test('people who are not found, and what hangs on them is not told as another fault', async () => {
    const userSearch = { baseDn: `ou=x,${suffix}`, username: 'uid' };
    const bad = async (more: object) =>
      (await check({ userSearch, ...more })).filter(({ ok }) => !ok).map(({ name }) => name);
    expect(await bad({})).toEqual(['people']);
    expect(await bad({ groupSearch: undefined, memberOf: {} })).toEqual(['people']);
  });

  test('a directory that lets anybody in', async () => {
    const server = await startHostileLdap(({ id, kind }) => {
      if (kind === 'bind') return [bindResult(id)];
      return [entry(id, 'cn=a,dc=b', { uid: ['a'], cn: ['a'], entryUUID: ['u'] }), searchResult(id)];
    });
    const config = { ...plainConfig(server.port), ca: undefined };
    expect(await failure(config)).toMatchObject({
      name: 'refuses strangers',
      advice: expect.stringContaining('do not use it'),
    });
    await server.stop();
  });
});

test('entries that cannot sign in are named', async () => {
  const people = (await check({ attributes: { id: 'mail' } })).find((line) => line.name === 'people');
  expect(people).toMatchObject({
    ok: true,
    facts: { read: 2, usable: 1, faults: [expect.stringMatching(/cn=john.*"mail"/)] },
  });
});

describe('what no sign-in would complain about is said', () => {
  const advice = async (name: string, more: Readonly<Record<string, unknown>>) => {
    const line = (await check(more)).find((candidate) => candidate.name === name);
    expect(line).toMatchObject({ ok: true });
    return line?.advice;
  };

  test('a second name, or an address, that nobody has', async () => {
    const userSearch = { baseDn: people, username: ['uid', 'mial'] };
    expect(await advice('people', { userSearch })).toContain('"mial" (`userSearch.username`)');
    expect(await advice('people', { attributes: { email: 'emailAddress' } })).toContain('`attributes.email`');
  });

  test('groups in which nobody is found', async () => {
    const userMatchers = [{ userAttribute: 'uid', groupAttribute: 'member' }];
    expect(await advice('groups', { groupSearch: { baseDn: groups, userMatchers } })).toContain(
      'is in a group',
    );
  });
});

describe('what the directory says of itself', () => {
  test('is held against the preset', async () => {
    const rootEntry = async (preset: string) =>
      (await check({ preset })).find(({ name }) => name === 'root entry')?.advice;
    expect(await rootEntry('openldap')).toBeUndefined();
    expect(await rootEntry('lldap')).toBe('This is OpenLDAP: write `preset: openldap` instead of `lldap`.');
  });

  const domain = 'DC=corp,DC=example,DC=com';
  const guid = Buffer.alloc(16, 7);
  const rootEntry = {
    supportedCapabilities: ['1.2.840.113556.1.4.800'],
    defaultNamingContext: [domain],
    namingContexts: [domain, `CN=Configuration,${domain}`],
    configurationNamingContext: [`CN=Configuration,${domain}`],
    currentTime: ['20260101120500.0Z'],
  };
  const cathy = { uid: ['cathy'], cn: ['Cathy'], mail: ['c@example.com'], objectGUID: [guid] };

  const reference = (id: number, url: string) => ber(0x30, integer(id), ber(0x73, ber(0x04, url)));

  async function checkDomain(person: Readonly<Record<string, readonly (string | Buffer)[]>>) {
    const server = await startHostileLdap(({ id, kind, bytes }) => {
      if (kind === 'bind') return [bindResult(id, 49)];
      if (kind !== 'search') return [];
      if (bytes.includes('supportedCapabilities')) return [entry(id, '', rootEntry), searchResult(id)];
      if (bytes.includes('nETBIOSName')) return [searchResult(id)];
      const elsewhere = reference(id, `ldap://sales.corp.example.com/DC=sales,${domain}`);
      const harmless = reference(id, `ldap://x/DC=DomainDnsZones,${domain}`);
      return [
        entry(id, `CN=cathy,${domain}`, { ...cathy, ...person }),
        elsewhere,
        harmless,
        searchResult(id),
      ];
    });
    const userSearch = { baseDn: domain, username: 'uid' };
    const config = { ...plainConfig(server.port), bindDn: undefined, bindPassword: undefined, userSearch };
    const lines = await openConnector(config).check(testCall());
    await server.stop();
    return new Map(lines.map((line) => [line.name, line]));
  }

  test('a clock that is far from ours is told', async () => {
    expect((await checkDomain({})).get('clock')).toMatchObject({
      ok: true,
      detail: 'the directory is 300 seconds ahead of this machine',
      advice: expect.stringContaining('NTP'),
    });
  });

  test('an account that cannot tell who is disabled is told', async () => {
    expect((await checkDomain({})).get('rights')?.advice).toContain('userAccountControl, accountExpires');
  });

  test('an account that could do more than look is told', async () => {
    const states = {
      userAccountControl: ['512'],
      accountExpires: ['0'],
      'msDS-User-Account-Control-Computed': ['0'],
    };
    const own = { ...states, allowedAttributesEffective: ['description'] };
    expect((await checkDomain(own)).get('rights')).not.toHaveProperty('advice');
    const mighty = { ...states, allowedAttributesEffective: ['description', 'unicodePwd'] };
    expect((await checkDomain(mighty)).get('rights')?.advice).toContain('may change unicodePwd');
  });

  test('parts of the tree that are elsewhere are told, but for those that every domain has', async () => {
    const advice = (await checkDomain({})).get('people')?.advice;
    expect(advice).toContain('ldap://sales.corp.example.com/');
    expect(advice).not.toContain('DomainDnsZones');
  });

  test('that no domain is known is told', async () => {
    expect((await checkDomain({})).get('domains')?.advice).toContain('netbiosDomains');
  });
});

describe('several bases', () => {
  const counts = async (name: string, more: Readonly<Record<string, unknown>>) =>
    (await check(more)).find((line) => line.name === name);

  test('are counted each, and an empty one is told', async () => {
    const userSearch = { baseDn: [people, groups], username: 'uid' };
    const line = await counts('people', { userSearch });
    expect(line?.detail).toContain(`2 entries below ${people}, 0 entries below ${groups}`);
    expect(line?.advice).toContain(`Nobody is found below ${groups}`);
  });

  test('of which one is inside the other are told', async () => {
    const userSearch = { baseDn: [suffix, people], username: 'uid' };
    expect((await counts('people', { userSearch }))?.advice).toContain(`${people} is inside another base`);
  });
});

describe('more than one answer holds', () => {
  let many: OpenLdap;
  beforeAll(async () => {
    const numbers = Array.from({ length: 250 }, (_, n) => n);
    many = await startOpenLdap({
      ldif: [
        root,
        unit('People'),
        ...numbers.map((n) => person(`p${n}`, 'x', people, { uid: `p${n}` })),
        unit('Groups'),
        ...numbers.map((n) => group(`g${n}`, groups, [`cn=p${n},${people}`])),
      ].join(''),
    });
  });
  afterAll(() => many.stop());

  async function line(name: string) {
    const config = {
      ...secureConfig(many),
      ...{ bindDn: undefined, bindPassword: undefined },
      userSearch: { baseDn: people, username: 'uid' },
      groupSearch: { baseDn: groups },
    };
    const lines = await openConnector(config).check(testCall());
    return lines.find((each) => each.name === name);
  }

  test('is counted to the end', async () => {
    expect((await line('people'))?.detail).toBe(
      `250 entries below ${people}; 100 of the first 100 with all that a sign-in needs`,
    );
  });

  test('is counted in pages where the directory sends only some at once', async () => {
    await many.restart('limits * size.soft=120 size.hard=120 size.prtotal=unlimited');
    expect((await line('groups'))?.detail).toBe(`250 groups below ${groups} (120 at once) with a "cn"`);
    expect(await line('groups')).not.toHaveProperty('advice');
  });

  test('is told where there are no pages either', async () => {
    await many.restart('limits * size.soft=120 size.hard=120 size.prtotal=120');
    expect(await line('groups')).toMatchObject({
      detail: expect.stringContaining(`more than 120 groups below ${groups} (120 at once)`),
      advice: expect.stringContaining('raise the limit'),
    });
  });
});

describe('what weakens security is said', () => {
  test.each([
    ['insecureNoTls', () => ({ host: `localhost:${directory.port}`, insecureNoTls: true, ca: undefined })],
    ['insecureSkipTlsVerify', () => ({ insecureSkipTlsVerify: true, ca: undefined })],
  ])('%s', async (option, more) => {
    const tls = (await check(more())).find((line) => line.name === 'tls');
    expect(tls).toMatchObject({ ok: true, advice: expect.stringContaining(option) });
  });
});

test('StartTLS is checked like LDAPS', async () => {
  const lines = await check({ host: `localhost:${directory.port}`, startTls: true });
  expect(lines.find((line) => line.name === 'tls')).toMatchObject({
    ok: true,
    facts: { subject: 'localhost' },
  });
});
