import { testCall, testHost } from '@gatehouse/connector-kit/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { person, root, suffix, unit } from '../../../tests/support/directory-tree.ts';
import { type LdapProxy, startLdapProxy } from '../../../tests/support/ldap-proxy.ts';
import { ldifEntry } from '../../../tests/support/ldif.ts';
import { type OpenLdap, startOpenLdap } from '../../../tests/support/openldap.ts';
import { openConnector, plainConfig, secureConfig, signIn } from './testing/open-connector.ts';

const people = `ou=People,${suffix}`;
const odd = [
  '(brackets)',
  'back\\slash',
  'st*r',
  'comma, the',
  'Zoë Ångström',
  '田中',
  'a=b+c',
  '#hash',
  'quo"te',
];

const ldif = [
  root,
  unit('People'),
  person('jane', 'foo', people, { uid: 'jane', mail: 'jane@example.com', displayName: 'Jane Doe' }),
  person('john', 'bar', people, { uid: ['john', 'johnny'], mail: 'john@example.com' }),
  person('no-mail', 'bar', people, { uid: 'nomail' }),
  person('victim', 'theirs', people, { uid: 'victim', mail: 'victim@example.com' }),
  person('mallory', 'own', people, { uid: 'mallory', mail: 'VICTIM@example.com' }),
  person('twin 1', 'same', people, { uid: 'twin' }),
  person('twin 2', 'same', people, { uid: 'twin' }),
  ldifEntry(`cn=silent,${people}`, {
    objectClass: 'inetOrgPerson',
    cn: 'silent',
    sn: 'silent',
    uid: 'silent',
  }),
  ...odd.map((name, n) => ldifEntry(`uid=odd-${n},${people}`, { ...oddPerson(name, n) })),
  ldifEntry(`cn=DN \\, with\\+ \\"all\\" \\\\ of\\#it,${people}`, {
    ...{
      objectClass: 'inetOrgPerson',
      cn: 'DN , with+ "all" \\ of#it',
      sn: 'x',
      uid: 'special-dn',
      userPassword: 'pw',
    },
  }),
  unit('Elsewhere'),
  person('outsider', 'pw', `ou=Elsewhere,${suffix}`, { uid: 'outsider' }),
].join('');

function oddPerson(name: string, n: number) {
  return { objectClass: 'inetOrgPerson', uid: `odd-${n}`, cn: name, sn: 'Odd', userPassword: 'odd' };
}

let directory: OpenLdap;
let proxy: LdapProxy;
beforeAll(async () => {
  directory = await startOpenLdap({ ldif });
  proxy = await startLdapProxy(directory.port);
});
afterAll(async () => {
  await proxy.stop();
  await directory.stop();
});

function open(more: Readonly<Record<string, unknown>> = {}) {
  return openConnector({
    ...secureConfig(directory),
    userSearch: { baseDn: people, username: 'uid' },
    ...more,
  });
}

describe('a sign-in', () => {
  test('gives the identity of the person', async () => {
    expect(await signIn(open(), 'jane', 'foo')).toMatchObject({
      upstreamId: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      username: 'jane',
      displayName: 'jane',
      email: { address: 'jane@example.com', verified: true },
      groups: [],
    });
  });

  test('maps attributes whose names are written in any case', async () => {
    const attributes = { id: 'ENTRYuuid', username: 'UID', displayName: 'DISPLAYname', email: 'Mail' };
    const identity = await signIn(open({ attributes }), 'jane', 'foo');
    expect(identity).toMatchObject({
      username: 'jane',
      displayName: 'Jane Doe',
      email: { address: 'jane@example.com' },
    });
  });

  test('works with each of several attributes for the typed name', async () => {
    const connector = open({ userSearch: { baseDn: people, username: ['uid', 'mail'] } });
    const [byUid, byMail] = [
      await signIn(connector, 'jane', 'foo'),
      await signIn(connector, 'JANE@example.com', 'foo'),
    ];
    expect(byUid?.username).toBe('jane');
    expect(byMail).toEqual(byUid);
  });

  test('makes the address from a suffix where the directory has none', async () => {
    const connector = open({ attributes: { emailSuffix: 'test.example.com' } });
    expect((await signIn(connector, 'nomail', 'bar'))?.email?.address).toBe('nomail@test.example.com');
  });

  test('works without an address', async () => {
    expect(await signIn(open(), 'nomail', 'bar')).not.toHaveProperty('email');
  });

  test('is limited to entries that pass the filter', async () => {
    const connector = open({ userSearch: { baseDn: people, username: 'uid', filter: '(mail=jane@*)' } });
    expect(await signIn(connector, 'jane', 'foo')).not.toBeNull();
    expect(await signIn(connector, 'john', 'bar')).toBeNull();
  });

  test('is limited to the base, and to one level of it', async () => {
    expect(await signIn(open(), 'outsider', 'pw')).toBeNull();
    const shallow = open({ userSearch: { baseDn: suffix, username: 'uid', scope: 'one' } });
    expect(await signIn(shallow, 'jane', 'foo')).toBeNull();
    const deep = open({ userSearch: { baseDn: suffix, username: 'uid' } });
    expect(await signIn(deep, 'outsider', 'pw')).not.toBeNull();
  });

  test('works with anonymous searches', async () => {
    const connector = open({ bindDn: undefined, bindPassword: undefined });
    expect((await signIn(connector, 'jane', 'foo'))?.username).toBe('jane');
  });

  test('works for names of every script and with every special character', async () => {
    const connector = open({ userSearch: { baseDn: people, username: 'cn' } });
    for (const name of odd) expect((await signIn(connector, name, 'odd'))?.username).toBe(name);
  });

  test('works for a DN full of special characters', async () => {
    expect((await signIn(open(), 'special-dn', 'pw'))?.username).toBe('special-dn');
  });

  test('can use the DN as id, which says in its name that this is insecure', async () => {
    const identity = await signIn(open({ insecureIdFromDn: true }), 'jane', 'foo');
    expect(identity?.upstreamId).toBe(`cn=jane,${people}`);
  });

  test('fails clearly where the id or the name is missing, and only after the right password', async () => {
    const connector = open({ attributes: { id: 'employeeNumber' } });
    expect(await signIn(connector, 'jane', 'wrong')).toBeNull();
    await expect(signIn(connector, 'jane', 'foo')).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('employeeNumber'),
    });
  });

  test('Attack: where people may change what their id is made of, somebody takes that of another. Neither is let in.', async () => {
    const connector = open({ attributes: { id: 'mail' } });
    expect((await signIn(connector, 'jane', 'foo'))?.upstreamId).toBe('jane@example.com');
    for (const [name, password] of [
      ['victim', 'theirs'],
      ['mallory', 'own'],
    ] as const) {
      await expect(signIn(connector, name, password)).rejects.toMatchObject({
        code: 'misconfigured',
        message: expect.stringContaining(`cn=mallory,${people}`),
      });
      expect(await signIn(connector, name, 'wrong')).toBeNull();
      expect((await signIn(open(), name, password))?.username).toBe(name);
    }
  });

  test('fails where the service account is refused, and does not call it a wrong password', async () => {
    const connector = open({ bindPassword: 'outdated' });
    await expect(signIn(connector, 'jane', 'foo')).rejects.toMatchObject({ code: 'misconfigured' });
  });

  test('fails where the base does not exist', async () => {
    const connector = open({ userSearch: { baseDn: `ou=Nowhere,${suffix}`, username: 'uid' } });
    await expect(signIn(connector, 'jane', 'foo')).rejects.toMatchObject({ code: 'misconfigured' });
  });

  test('never happens for a name that stands for two people; the log names both', async () => {
    const call = testCall();
    const { login } = open();
    if (login.kind !== 'password') throw new Error('not a password connector');
    expect(await login.verify({ username: 'twin', password: 'same' }, call)).toBeNull();
    expect(call.logged).toEqual([
      expect.objectContaining({
        level: 'error',
        fields: { people: [`cn=twin 1,${people}`, `cn=twin 2,${people}`] },
      }),
    ]);
    expect(JSON.stringify(call.steps)).not.toContain('"twin"');
  });

  test('of an account without a password is a wrong password', async () => {
    expect(await signIn(open(), 'silent', 'anything')).toBeNull();
  });
});

describe('attack: a name that is a filter finds other people', () => {
  const names = [
    '*',
    'j*',
    'jane*',
    '*)(uid=*',
    '*)(uid=*))(|(uid=*',
    'jane)(uid=*',
    'jane)(|(password=*)',
    'jane))(&(uid=*',
    ')(',
    '(',
    '\\',
    '\\2a',
    'ja\\6ee',
    'jane\0',
    'jane\0)(uid=*',
    '\u0000',
    'jane,ou=People',
    'uid=jane',
    '\u202ejane',
    'jane\u200b',
    '\ud800',
    'j'.repeat(5000),
  ];

  test.each(names.map((name) => [JSON.stringify(name).slice(0, 40), name]))(
    '%s is nobody',
    async (_, name) => {
      const connector = open({
        userSearch: { baseDn: people, username: ['uid', 'mail', 'cn'], filter: '(sn=*)' },
      });
      expect(await signIn(connector, name, 'foo')).toBeNull();
    },
  );
});

describe('attack: a bind without a password is anonymous, and many directories call it a success', () => {
  const passwords = ['', '\0', '\0\0\0', 'foo\0', ' ', '\u00ad', '\ud800', 'x'.repeat(2000)];
  const config = () => ({
    ...plainConfig(proxy.port),
    bindDn: undefined,
    bindPassword: undefined,
    ca: undefined,
  });

  test.each(passwords.map((password) => [JSON.stringify(password).slice(0, 20), password]))(
    'the password %s is refused before the directory is asked',
    async (_, password) => {
      await proxy.reset();
      expect(await signIn(open(config()), 'jane', password)).toBeNull();
      expect(proxy.asked).toEqual([]);
    },
  );

  test('the wildcard is not a password', async () => {
    expect(await signIn(open(), 'jane', '*')).toBeNull();
  });
});

describe('attack: the work that is done tells which names exist', () => {
  const workOf = async (username: string, password: string) => {
    await proxy.reset();
    const account = { bindDn: directory.adminDn, bindPassword: directory.adminPassword, ca: undefined };
    await signIn(open({ ...plainConfig(proxy.port), ...account }), username, password);
    return proxy.asked.filter((word) => word !== 'unbind');
  };

  test('an unknown name and a wrong password cost the same connections, searches and binds', async () => {
    const known = await workOf('jane', 'wrong');
    expect(known).toEqual(['connect', 'bind', 'search', 'connect', 'bind']);
    expect(await workOf('nobody', 'wrong')).toEqual(known);
    expect(await workOf('nobody', 'foo')).toEqual(known);
  });

  test('a name that two people have costs what an unknown one costs, and neither of them is bound', async () => {
    const unknown = await workOf('nobody', 'same');
    expect(await workOf('twin', 'same')).toEqual(unknown);
    expect(await directory.log()).not.toMatch(/BIND dn="cn=twin/);
  });

  test('the bind for an unknown name is for an entry that does not exist, so that nobody is locked', async () => {
    const log = await directory.log();
    const nobody = [...log.matchAll(/BIND dn="(cn=gatehouse-nobody-[^"]+)"/g)].map(([, dn]) => dn);
    expect(nobody.length).toBeGreaterThan(0);
    expect(new Set(nobody).size).toBe(nobody.length);
  });
});

test('a directory is asked about strangers after a right password, and at most once an hour', async () => {
  const host = testHost();
  const account = { bindDn: directory.adminDn, bindPassword: directory.adminPassword };
  const userSearch = { baseDn: people, username: 'uid' };
  const connector = openConnector({ ...plainConfig(proxy.port), ...account, userSearch }, host);
  const bindsOf = async (password: string) => {
    await proxy.reset();
    await signIn(connector, 'jane', password);
    return proxy.asked.filter((word) => word === 'bind').length;
  };
  // The service account binds once.
  expect(await bindsOf('wrong')).toBe(2);
  expect(await bindsOf('wrong')).toBe(1);
  expect(await bindsOf('foo')).toBe(2);
  expect(await bindsOf('foo')).toBe(1);
  host.advance(60 * 60 * 1000);
  expect(await bindsOf('wrong')).toBe(1);
  expect(await bindsOf('foo')).toBe(2);
});

test('neither the typed name nor the password shows in the trace', async () => {
  const call = testCall();
  const { login } = open();
  if (login.kind !== 'password') throw new Error('not a password connector');
  await login.verify({ username: 'typed-by-mistake', password: 'typed-on-purpose' }, call);
  expect(call.steps.length).toBeGreaterThan(0);
  expect(JSON.stringify(call.steps)).not.toMatch(/typed-by-mistake|typed-on-purpose/);
});
