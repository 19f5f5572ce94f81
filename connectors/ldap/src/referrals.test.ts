import { describe, expect, test } from 'vitest';
import { referencesElsewhere } from './referrals.ts';

const base = 'DC=corp,DC=example,DC=com';

describe('references below the root of an Active Directory domain', () => {
  test.each([
    'ldap://ForestDnsZones.corp.example.com/DC=ForestDnsZones,DC=corp,DC=example,DC=com',
    'ldap://DomainDnsZones.corp.example.com/DC=DomainDnsZones,DC=corp,DC=example,DC=com',
    'ldap://corp.example.com/CN=Configuration,DC=corp,DC=example,DC=com',
    'ldaps://corp.example.com:636/cn=schema,cn=configuration,dc=corp,dc=example,dc=com??base',
    'ldap://corp.example.com/CN%3DConfiguration,DC=corp,DC=example,DC=com',
  ])('that lead to no people and no groups are harmless: %s', (url) => {
    expect(referencesElsewhere([url], base)).toEqual([]);
  });

  test.each([
    ['another domain', 'ldap://sales.corp.example.com/DC=sales,DC=corp,DC=example,DC=com'],
    ['a part that only looks like one', 'ldap://x/OU=People,CN=Configuration,DC=corp,DC=example,DC=com'],
    ['a unit of that name', 'ldap://x/OU=DomainDnsZones,DC=corp,DC=example,DC=com'],
    ['the zones of another domain', 'ldap://x/DC=DomainDnsZones,DC=other,DC=example,DC=com'],
    ['no DN', 'ldap://x/'],
    ['no URL', 'nonsense'],
    ['a broken escape', 'ldap://x/DC=ForestDnsZones%,DC=corp,DC=example,DC=com'],
    ['another scheme', 'http://x/CN=Configuration,DC=corp,DC=example,DC=com'],
    ['nothing at all', ''],
  ])('that may lead to some are told: %s', (_, url) => {
    expect(referencesElsewhere([url], base)).toEqual([url]);
  });
});
