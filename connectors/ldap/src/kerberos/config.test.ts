import { describe, expect, test } from 'vitest';
import { within } from '../config/kerberos.ts';
import { configSchema } from '../config.ts';

const people = 'dc=corp,dc=example,dc=com';
const least = { keytab: '/etc/http.keytab', service: 'HTTP/login.example.com', realms: { CORP: people } };

function read(kerberos: Readonly<Record<string, unknown>>, preset = 'openldap') {
  const config = { preset, host: 'ldap.example.com', userSearch: { baseDn: people } };
  return configSchema.safeParse({ ...config, kerberos: { ...least, ...kerberos } });
}

describe('the options for tickets', () => {
  test.each([
    ['openldap', {}, { attribute: 'uid', holds: 'name' }],
    ['active-directory', {}, { attribute: 'sAMAccountName', holds: 'name' }],
    ['openldap', { nameAttribute: 'cn' }, { attribute: 'cn', holds: 'name' }],
    [
      'freeipa',
      { principalAttribute: 'krbPrincipalName' },
      { attribute: 'krbPrincipalName', holds: 'principal' },
    ],
  ])('with preset %s and %o look people up by %o', (preset, more, person) => {
    expect(read(more, preset).data?.kerberos?.person).toEqual(person);
  });

  test.each<[Readonly<Record<string, unknown>>, RegExp]>([
    [{ keytab: 'http.keytab' }, /keytab: is not the whole path/],
    [{ service: 'login.example.com' }, /service: is not a service principal/],
    [{ service: 'HTTP/login.example.com@CORP' }, /service: is not a service principal/],
    [{ realms: {} }, /realms: names no realm/],
    [{ realms: { 'a@b': people } }, /realms/],
    [{ realms: { A: people, B: `DC=Corp, ${people.slice(8)}` } }, /realms: has one base for two realms/],
    [{ nameAttribute: 'uid', principalAttribute: 'x' }, /principalAttribute: and `nameAttribute` exclude/],
    [{ askFirst: ['10.0.0.0/33'] }, /askFirst.0: is not a network/],
    [{ askFirst: ['intranet'] }, /askFirst.0: is not a network/],
    [{ askfirst: [] }, /askfirst/],
  ])('refuse %o', (more, words) => {
    const problems = read(more).error?.issues.map(
      (issue) => `${issue.path.slice(1).join('.')}: ${issue.message}`,
    );
    expect(problems?.join('\n')).toMatch(words);
  });
});

describe('the networks that are asked first', () => {
  const isOurs = within(['10.1.0.0/16', '2001:db8::/32', '192.0.2.7']);

  test.each(['10.1.2.3', '2001:db8::1', '192.0.2.7'])('have %s', (address) => {
    expect(isOurs(address)).toBe(true);
  });

  test.each(['10.2.0.1', '2001:db9::1', '192.0.2.8', '', 'unknown'])('do not have %j', (address) => {
    expect(isOurs(address)).toBe(false);
  });

  test('are none unless somebody names them', () => {
    expect(within([])('10.0.0.1')).toBe(false);
    expect(read({}).data?.kerberos?.askFirst).toEqual([]);
  });
});
