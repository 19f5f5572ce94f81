import { describe, expect, test } from 'vitest';
import { presetNames, presets } from './config/presets.ts';
import { configSchema } from './config.ts';
import { addressesOf } from './connect.ts';
import { parseFilter } from './filters.ts';
import { knownIdAttributes } from './people/ids.ts';

const least = {
  host: 'ldap.example.com',
  userSearch: { baseDn: 'ou=people,dc=example,dc=com', username: 'uid' },
};
const tickets = {
  keytab: '/etc/http.keytab',
  service: 'HTTP/login.example.com',
  realms: { 'EXAMPLE.COM': 'dc=example,dc=com' },
};
const pem = '-----BEGIN CERTIFICATE-----\n…';

function problems(more: Readonly<Record<string, unknown>>): readonly string[] {
  const read = configSchema.safeParse({ ...least, ...more });
  return (read.error?.issues ?? []).map((issue) => `${issue.path.join('.')}: ${issue.message}`);
}

describe('the configuration', () => {
  test('needs a host, a base and the attribute that people type', () => {
    const config = configSchema.parse(least);
    expect(config).toMatchObject({
      startTls: false,
      usernameLabel: 'Username',
      userSearch: { scope: 'sub', username: ['uid'] },
      attributes: { displayName: 'cn', email: 'mail', emailVerified: true },
      timeouts: { connect: 5000, bind: 5000, search: 10_000, call: 15_000 },
    });
    expect(config.groupSearch).toBeUndefined();
  });

  test('finds the members of groups by DN unless it is told otherwise', () => {
    const { groupSearch } = configSchema.parse({
      ...least,
      groupSearch: { baseDn: 'ou=groups,dc=example,dc=com' },
    });
    expect(groupSearch).toMatchObject({
      nameAttribute: 'cn',
      userMatchers: [{ userAttribute: 'DN', groupAttribute: 'member' }],
    });
  });

  test.each([
    ['ldap.example.com', {}, 'ldap.example.com', 636],
    ['ldap.example.com', { startTls: true }, 'ldap.example.com', 389],
    ['ldap.example.com', { insecureNoTls: true }, 'ldap.example.com', 389],
    ['ldap.example.com:3269', { startTls: true }, 'ldap.example.com', 3269],
    ['[::1]:1636', {}, '::1', 1636],
    ['[::1]', {}, '::1', 636],
    ['127.0.0.1:1', {}, '127.0.0.1', 1],
  ])('reads the host %s with %o', (host, more, name, port) => {
    expect(addressesOf(configSchema.parse({ ...least, host, ...more }))).toEqual([{ host: name, port }]);
  });

  test.each<[Readonly<Record<string, unknown>>, RegExp]>([
    [{ host: 'ldaps://ldap.example.com' }, /^host: is a host name, not a URL: leave out "ldaps:\/\/"$/],
    [{ host: 'LDAP://dc1:389' }, /^host: .* leave out "ldap:\/\/", and write `startTls: true`/],
    [{ host: 'ldap.example.com:0' }, /^host: is not a host/],
    [{ host: 'a b' }, /^host: is not a host/],
    [{ hots: 'x' }, /hots/],
    [{ userSearch: { ...least.userSearch, scope: 'base' } }, /^userSearch.scope: .*"sub"\|"one"/],
    [{ userSearch: { ...least.userSearch, filter: '(uid=' } }, /^userSearch.filter: is not an LDAP filter/],
    [{ userSearch: { ...least.userSearch, username: [] } }, /^userSearch.username/],
    [{ userSearch: { ...least.userSearch, username: 'u*d' } }, /^userSearch.username/],
    [
      { userSearch: { ...least.userSearch, baseDn: 'people' } },
      /^userSearch.baseDn: is not a distinguished name/,
    ],
    [{ insecureNoTls: true, startTls: true }, /^startTls: cannot go with/],
    [{ insecureNoTls: true, ca: pem }, /^ca: has no meaning/],
    [{ insecureNoTls: true, insecureSkipTlsVerify: true }, /^insecureSkipTlsVerify: has no meaning/],
    [{ ca: '/etc/ssl/ca.pem' }, /^ca: is not PEM; to read it from a file write \{ fromFile/],
    [{ clientCert: pem }, /^clientCert: and `clientKey` go together/],
    [{ bindDn: 'cn=a,dc=b' }, /^bindPassword: is missing/],
    [{ bindPassword: 'x' }, /^bindDn: is missing/],
    [{ bindDn: 'CORP\\svc', bindPassword: 'x' }, /^bindDn: is not a .*"cn=gatehouse.*`Get-ADUser <account>`/],
    [{ bindDn: 'cn=a,dc=b', bindPassword: '' }, /^bindPassword/],
    [
      { userSearch: { baseDn: 'ou=a,dc=b' } },
      /^userSearch.username: is missing: .*`preset` \(active-directory, /,
    ],
    [
      { userSearch: { ...least.userSearch, baseDn: 'ou=people,dc=example,' } },
      /^userSearch.baseDn: is not a distinguished name/,
    ],
    [{ preset: 'active-directry' }, /^preset: .*"active-directory"/],
    [
      { userSearch: { ...least.userSearch, netbiosDomains: { 'corp.example.com': 'dc=example,dc=com' } } },
      /netbiosDomains.*is not a NetBIOS name/,
    ],
    [
      { userSearch: { ...least.userSearch, netbiosDomains: { CORP: 'dc=example,dc=com', corp: 'dc=com' } } },
      /^userSearch.netbiosDomains: has "corp" twice/,
    ],
    [
      { userSearch: { ...least.userSearch, netbiosDomains: { CORP: 'dc=corp,dc=com' } } },
      /^userSearch.netbiosDomains: gives "CORP" a place where nobody is looked for/,
    ],
    [
      { preset: 'active-directory', userSearch: { baseDn: 'o=example' } },
      /^tokenGroups: needs a `baseDn`: "o=example" does not end in/,
    ],
    [{ preset: 'freeipa', userSearch: { baseDn: 'o=example' } }, /^memberOf: needs a `baseDn`: "o=example"/],
    [{ groupSearch: { baseDn: 'ou=a' }, memberOf: {} }, /^memberOf: is a second way to find groups/],
    [{ insecureIdFromDn: true, attributes: { id: 'uid' } }, /^insecureIdFromDn: cannot go with/],
    [{ timeouts: { call: 20 } }, /^timeouts.call/],
    [{ timeouts: { call: '20 s' } }, /^timeouts.call: is not a duration/],
  ])('%o is refused with a sentence that helps', (more, expected) => {
    expect(problems(more)).toEqual([expect.stringMatching(expected)]);
  });

  test('marks its secrets, so that they are never printed', () => {
    const schema = configSchema['~standard'].jsonSchema.input({ target: 'draft-2020-12' });
    expect(schema.properties).toMatchObject({ bindPassword: { secret: true }, clientKey: { secret: true } });
  });
});

describe('an option of Dex', () => {
  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['insecureNoSSL', { insecureNoSSL: true }],
    ['bindDN', { bindDN: 'cn=dex,dc=example,dc=com' }],
    ['idAttr', { userSearch: { ...least.userSearch, idAttr: 'uid' } }],
    ['userAttr', { groupSearch: { baseDn: 'ou=groups', userAttr: 'DN', groupAttr: 'member' } }],
    ['recursionGroupAttr', { groupSearch: { baseDn: 'ou=groups', recursionGroupAttr: 'member' } }],
    ['expectedRealm', { kerberos: { ...tickets, expectedRealm: 'EXAMPLE.COM' } }],
    ['fallbackToPassword', { kerberos: { ...tickets, fallbackToPassword: true } }],
  ])('such as %s is never ignored in silence', (name, more) => {
    expect(problems(more)).toEqual([expect.stringContaining(`"${name}"`)]);
  });
});

describe('a preset', () => {
  const base = 'ou=people,dc=example,dc=com';
  const filled = (preset: string, more: Readonly<Record<string, unknown>> = {}) =>
    configSchema.parse({ host: 'ldap.example.com', preset, userSearch: { baseDn: base }, ...more });

  test.each(presetNames)(
    '%s needs a server and a base only, and names an id that is never given again',
    (name) => {
      const config = filled(name);
      expect(config.userSearch.username).toContain(config.attributes.username);
      expect(config.userSearch.filter).toBeDefined();
      expect(knownIdAttributes).toContain(config.attributes.id);
    },
  );

  test.each(presetNames)('%s has filters that can be read', (name) => {
    const { filter, groupFilter } = presets[name];
    for (const text of [filter, groupFilter]) expect(parseFilter(text ?? '(a=b)')).toEqual({});
  });

  test('gives way to what the administrator writes', () => {
    const config = filled('active-directory', {
      userSearch: { baseDn: base, username: 'mail', filter: '(mail=*)' },
      attributes: { id: 'mS-DS-ConsistencyGuid', displayName: 'cn', emailVerified: false },
      groupSearch: { baseDn: 'ou=groups,dc=example,dc=com', nameAttribute: 'cn' },
    });
    expect(config).toMatchObject({
      userSearch: { username: ['mail'], filter: '(mail=*)' },
      attributes: {
        id: 'mS-DS-ConsistencyGuid',
        username: 'sAMAccountName',
        displayName: 'cn',
        emailVerified: false,
      },
      groupSearch: { nameAttribute: 'cn', filter: '(objectClass=group)' },
      tokenGroups: undefined,
      memberOf: undefined,
    });
  });

  test('knows where groups are where the directory always keeps them there', () => {
    expect(filled('active-directory').tokenGroups?.baseDn).toEqual(['dc=example,dc=com']);
    expect(filled('freeipa').memberOf?.baseDn).toEqual(['cn=groups,cn=accounts,dc=example,dc=com']);
    expect(filled('lldap').memberOf?.baseDn).toEqual(['ou=groups,dc=example,dc=com']);
    const elsewhere = { memberOf: { baseDn: 'ou=teams,dc=example,dc=com' } };
    expect(filled('lldap', elsewhere).memberOf?.baseDn).toEqual(['ou=teams,dc=example,dc=com']);
  });

  test('invents no groups where only the administrator knows where they are', () => {
    for (const name of ['openldap', '389ds']) {
      const config = filled(name);
      expect([config.groupSearch, config.memberOf, config.tokenGroups]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
    }
  });

  // Attack: in a directory whose people change their addresses, one writes down that of somebody else.
  test('vouches for addresses, but not for those that people change themselves', () => {
    expect(presetNames.filter((name) => !filled(name).attributes.emailVerified)).toEqual(['lldap']);
    expect(filled('lldap').userSearch.username).toEqual(['uid']);
    expect(filled('lldap', { attributes: { emailVerified: true } }).attributes.emailVerified).toBe(true);
  });

  test('leaves the id to the DN where that is asked for', () => {
    expect(filled('openldap', { insecureIdFromDn: true }).attributes.id).toBeUndefined();
  });
});
