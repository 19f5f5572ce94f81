import { describe, expect, test } from 'vitest';
import { configSchema } from '../config.ts';
import { belongsTo, type Domain } from './domains.ts';
import { mayNameDomain, readingsOf } from './typed-name.ts';

const corp = { netbios: 'CORP', dns: 'corp.example.com', base: 'DC=corp,DC=example,DC=com' };
const asia = { netbios: 'ASIA', dns: 'asia.corp.example.com', base: 'DC=asia,DC=corp,DC=example,DC=com' };
const far = { netbios: 'FAR', dns: 'far.example.net', base: 'DC=far,DC=example,DC=net' };
const domains: readonly Domain[] = [corp, asia, far];

function read(
  typed: string,
  userSearch: Readonly<Record<string, unknown>> = {},
  preset = 'active-directory',
) {
  const search = { baseDn: corp.base, ...userSearch };
  return readingsOf(
    typed,
    configSchema.parse({
      host: 'ad.example.com',
      preset,
      userSearch: search,
      tokenGroups: { baseDn: corp.base },
    }),
    domains,
  );
}

const names = ['sAMAccountName', 'userPrincipalName'];

describe('a typed name', () => {
  test('without a domain is looked for as it is, and asks for no domains', () => {
    expect(read('jane')).toEqual([{ attributes: names, value: 'jane', bases: [corp.base] }]);
    expect(mayNameDomain('jane')).toBe(false);
  });

  test.each(['CORP\\jane', 'corp\\jane', 'Corp.Example.com\\jane'])(
    '%s is an account of that domain',
    (typed) => {
      expect(mayNameDomain(typed)).toBe(true);
      expect(read(typed)).toEqual([
        { attributes: ['sAMAccountName'], value: 'jane', bases: [corp.base], domain: corp },
      ]);
    },
  );

  test('keeps what comes after the domain as it is', () => {
    expect(read('CORP\\ja\\ne@x')[0]?.value).toBe('ja\\ne@x');
  });

  test.each(['OTHER\\jane', 'FAR\\jane', '\\jane', 'CORP\\', '.\\jane', '\\', '\\\\'])(
    'with a domain in which nobody is looked for costs what any name costs: %s',
    (typed) => {
      expect(read(typed)).toEqual([{ attributes: names, value: typed, bases: [corp.base] }]);
    },
  );

  test('that is a principal name is also an account and its domain', () => {
    expect(read('Jane@CORP.example.com')).toEqual([
      { attributes: names, value: 'Jane@CORP.example.com', bases: [corp.base] },
      { attributes: ['sAMAccountName'], value: 'Jane', bases: [corp.base], domain: corp },
    ]);
  });

  test.each(['jane@example.com', 'jane@CORP', 'jane@far.example.net', '@corp.example.com', 'jane@'])(
    'with another suffix is looked for as it is: %s',
    (typed) => {
      expect(read(typed)).toHaveLength(1);
    },
  );

  test('is no account and domain where people do not type principal names', () => {
    expect(read('jane@corp.example.com', { username: 'mail' })).toHaveLength(1);
    expect(
      read('jane@corp.example.com', { username: ['uid', 'userPrincipalName'] }, 'openldap'),
    ).toHaveLength(1);
  });

  test('is looked for in the part of each base that is in the domain', () => {
    const staff = `OU=Staff,${corp.base}`;
    const everywhere = { baseDn: ['DC=com', staff, far.base] };
    expect(read('ASIA\\jane', everywhere)[0]).toMatchObject({ bases: [asia.base], domain: asia });
    expect(read('CORP\\jane', everywhere)[0]).toMatchObject({ bases: [corp.base, staff], domain: corp });
    expect(read('CORP\\jane', { ...everywhere, scope: 'one' })[0]).toMatchObject({ bases: [staff] });
  });

  test('with a domain of another kind of directory is one of its user names', () => {
    const userSearch = { username: ['uid', 'mail'], netbiosDomains: { CORP: corp.base } };
    expect(read('CORP\\jane', userSearch, 'openldap')[0]).toMatchObject({
      attributes: ['uid', 'mail'],
      value: 'jane',
    });
  });
});

// Attack: an account of a child domain, whose administrators are others, takes the name of one in the parent.
test('a domain below another one is no part of it', () => {
  expect(belongsTo(`CN=jane,${corp.base}`, corp, domains)).toBe(true);
  expect(belongsTo(`CN=jane,${asia.base}`, corp, domains)).toBe(false);
  expect(belongsTo(`CN=jane,${asia.base}`, asia, domains)).toBe(true);
  expect(belongsTo(`CN=jane,${far.base}`, corp, domains)).toBe(false);
  const alias = { ...corp, netbios: 'OLDCORP', base: corp.base.toLowerCase() };
  expect(belongsTo(`CN=jane,${corp.base}`, corp, [...domains, alias])).toBe(true);
});
