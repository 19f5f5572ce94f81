/**
 * The preset for FreeIPA on a tree like FreeIPA's: its places, classes and ids, on its own kind of server, with the
 * plug-in that writes nested groups into people. FreeIPA as a whole needs a machine to itself.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Ds389, dsSuffix, startDs389 } from '../support/ds389.ts';
import { type LdapConnector, openLdapConnector } from '../support/ldap-connector.ts';
import { ldifEntry, ldifReplace } from '../support/ldif.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/connectors/freeipa.md'), 'utf8').replaceAll(
  'dc=example,dc=com',
  dsSuffix,
);
const [, account = ''] = /```ldif\n(.*?)```/s.exec(page) ?? [];
const [, example = ''] = /```yaml gatehouse:connectors\n(.*?)```/s.exec(page) ?? [];

const accounts = `cn=accounts,${dsSuffix}`;
const person = (uid: string) => `uid=${uid},cn=users,${accounts}`;
const group = (name: string) => `cn=${name},cn=groups,${accounts}`;
const hbacRule = `ipaUniqueID=7c1d0b52-0000-11ee-8000-525400000001,cn=hbac,${dsSuffix}`;

/** As FreeIPA defines them; the names of classes are what matters here. */
const schema = ldifReplace('cn=config', { 'nsslapd-syntaxcheck': 'on' }).concat(
  `
dn: cn=schema
changetype: modify
add: attributeTypes
attributeTypes: ( 2.16.840.1.113730.3.8.3.1 NAME 'ipaUniqueID' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributeTypes: ( 2.16.840.1.113730.3.8.3.6 NAME 'memberUser' SUP distinguishedName EQUALITY distinguishedNameMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.12 )
-
add: objectClasses
objectClasses: ( 2.16.840.1.113730.3.8.4.1 NAME 'ipaObject' SUP top AUXILIARY MUST ipaUniqueID )
objectClasses: ( 2.16.840.1.113730.3.8.4.2 NAME 'ipaUserGroup' SUP groupOfNames STRUCTURAL )
objectClasses: ( 2.16.840.1.113730.3.8.4.7 NAME 'ipaHBACRule' SUP top STRUCTURAL MUST ( cn $ ipaUniqueID ) MAY ( memberUser $ memberOf ) )
`,
  ldifReplace('cn=MemberOf Plugin,cn=plugins,cn=config', {
    'nsslapd-pluginEnabled': 'on',
    memberOfGroupAttr: ['member', 'memberUser'],
  }),
);

/** What everybody who has signed in may read; rules of HBAC are not among it. */
const rights = [`cn=users,${accounts}`, `cn=groups,${accounts}`]
  .map(
    (place) => `
dn: ${place}
changetype: modify
add: aci
aci: (targetattr="*")(version 3.0; acl "read"; allow (read, search, compare)(userdn="ldap:///all");)
`,
  )
  .join('');

function ipaPerson(uid: string, ipaUniqueID: string): string {
  return ldifEntry(person(uid), {
    objectClass: ['inetOrgPerson', 'posixAccount', 'ipaObject', 'nsMemberOf'],
    ...{ uid, cn: `${uid} Doe`, sn: 'Doe', displayName: `${uid} of the company`, mail: `${uid}@example.org` },
    ...{ uidNumber: '7', gidNumber: '7', homeDirectory: `/home/${uid}` },
    ...{ ipaUniqueID, userPassword: `${uid}-secret` },
  });
}

const container = (dn: string, cn: string) => ldifEntry(dn, { objectClass: 'nsContainer', cn });
const tree = [
  ldifEntry(dsSuffix, { objectClass: 'domain', dc: 'example' }),
  container(`cn=etc,${dsSuffix}`, 'etc'),
  container(`cn=sysaccounts,cn=etc,${dsSuffix}`, 'sysaccounts'),
  container(`cn=hbac,${dsSuffix}`, 'hbac'),
  container(accounts, 'accounts'),
  container(`cn=users,${accounts}`, 'users'),
  container(`cn=groups,${accounts}`, 'groups'),
  `\n${account}`,
  ipaPerson('jane', '0D1FC4B2-1111-11EE-9C2A-525400AABBCC'),
  ipaPerson('imported', 'autogenerate'),
  ldifEntry(group('editors'), {
    objectClass: ['ipaUserGroup', 'nsMemberOf'],
    cn: 'editors',
    member: person('jane'),
  }),
  ldifEntry(group('staff'), {
    objectClass: ['ipaUserGroup', 'nsMemberOf'],
    cn: 'staff',
    member: group('editors'),
  }),
  ldifEntry(hbacRule, {
    ...{ objectClass: 'ipaHBACRule', cn: 'allow', ipaUniqueID: '7c1d0b52-0000-11ee-8000-525400000001' },
    memberUser: person('jane'),
  }),
  rights,
].join('');

let directory: Ds389;
let connector: LdapConnector;
beforeAll(async () => {
  directory = await startDs389({ configuration: schema, ldif: tree });
  const [written] = parse(example).connectors;
  const here = { host: `127.0.0.1:${directory.ldapsPort}`, ca: directory.ca, bindPassword: 'replace-this' };
  connector = await openLdapConnector({ ...written.config, ...here });
}, 120_000);
afterAll(async () => {
  await connector?.close();
  await directory?.stop();
});

describe('a person of FreeIPA', () => {
  test('has the groups that the server wrote down, nested ones included, and no rules in place of groups', async () => {
    const { output } = await directory.search([
      '-b',
      person('jane'),
      '-s',
      'base',
      '(objectClass=*)',
      'memberOf',
    ]);
    expect(output.toLowerCase()).toContain(hbacRule.toLowerCase());
    const jane = await connector.someone('jane');
    expect(jane).toMatchObject({
      upstreamId: '0d1fc4b2-1111-11ee-9c2a-525400aabbcc',
      username: 'jane',
      displayName: 'jane of the company',
    });
    expect(jane.groups.toSorted()).toEqual(['editors', 'staff']);
  });

  test('is known again after another login name', async () => {
    const jane = await connector.someone('jane');
    const rename = (from: string, to: string) =>
      directory.modify(`dn: ${person(from)}\nchangetype: modrdn\nnewrdn: uid=${to}\ndeleteoldrdn: 1\n`);
    await rename('jane', 'janet');
    expect(await connector.refresh(jane)).toMatchObject({
      status: 'current',
      identity: { upstreamId: jane.upstreamId, username: 'janet' },
    });
    await rename('janet', 'jane');
  });

  // Attack: everybody who was imported past FreeIPA's own server has this as an id, and would be one person.
  test('without an id of their own cannot sign in', async () => {
    await expect(connector.someone('imported')).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('was never generated'),
    });
  });
});
