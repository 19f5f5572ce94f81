import { describe, expect, test } from 'vitest';
import { configSchema } from './config.ts';
import { addressesOf } from './connect.ts';

const least = {
  host: 'ldap.example.com',
  userSearch: { baseDn: 'ou=people,dc=example,dc=com', username: 'uid' },
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
    [{ host: 'ldaps://ldap.example.com' }, /^host: is a host name, not a URL/],
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
    [{ bindDn: 'cn=a,dc=b', bindPassword: '' }, /^bindPassword/],
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
