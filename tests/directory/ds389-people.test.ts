/** People and groups of 389 Directory Server: the rights and the configuration of its page as they stand there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Ds389, dsSuffix, startDs389 } from '../support/ds389.ts';
import { type LdapConnector, openLdapConnector } from '../support/ldap-connector.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/connectors/389ds.md'), 'utf8').replaceAll(
  'dc=example,dc=com',
  dsSuffix,
);
const [, rights = ''] = /```ldif\n(.*?)```/s.exec(page) ?? [];
const [, example = ''] = /```yaml gatehouse:connectors\n(.*?)```/s.exec(page) ?? [];
const people = `ou=people,${dsSuffix}`;

const units = ['people', 'groups', 'services']
  .map((name) => `dn: ou=${name},${dsSuffix}\nobjectClass: organizationalUnit\nou: ${name}\n`)
  .join('\n');

/** Without any access rule of the server's own: only what the page gives counts. */
const tree = `
dn: ${dsSuffix}
objectClass: domain
dc: example

${units}
dn: ou=left,ou=people,${dsSuffix}
objectClass: organizationalUnit
ou: left

dn: cn=gatehouse,ou=services,${dsSuffix}
objectClass: applicationProcess
objectClass: nsAccount
cn: gatehouse
userPassword: service-secret

${inetOrgPerson('jane')}
${inetOrgPerson('moved')}
${inetOrgPerson('recreated')}
dn: uid=john,${people}
objectClass: nsPerson
objectClass: nsAccount
objectClass: nsOrgPerson
objectClass: posixAccount
uid: john
cn: John Roe
displayName: Johnny
mail: john@example.org
uidNumber: 7
gidNumber: 7
homeDirectory: /home/john
userPassword: john-secret

dn: cn=staff,ou=groups,${dsSuffix}
objectClass: groupOfNames
cn: staff
member: uid=jane,${people}
member: uid=john,${people}

dn: cn=old,ou=groups,${dsSuffix}
objectClass: groupOfUniqueNames
cn: old
uniqueMember: uid=jane,${people}

${rights}
`;

function inetOrgPerson(uid: string): string {
  return `dn: uid=${uid},${people}
objectClass: inetOrgPerson
uid: ${uid}
cn: ${uid}
sn: ${uid}
mail: ${uid}@example.org
userPassword: ${uid}-secret
`;
}

let directory: Ds389;
let connector: LdapConnector;
beforeAll(async () => {
  directory = await startDs389({ ldif: tree });
  const [written] = parse(example).connectors;
  const here = { host: `127.0.0.1:${directory.ldapsPort}`, ca: directory.ca, bindPassword: 'service-secret' };
  connector = await openLdapConnector({ ...written.config, ...here });
}, 120_000);
afterAll(async () => {
  await connector?.close();
  await directory?.stop();
});

describe('a person of 389 Directory Server', () => {
  test('signs in with the rights of the page, with the groups of both kinds', async () => {
    expect(await connector.signIn('JANE', 'jane-secret')).toMatchObject({
      username: 'jane',
      email: { address: 'jane@example.org', verified: true },
      groups: ['staff', 'old'],
      upstreamId: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{8}){3}$/),
    });
  });

  test('may be of the kind that its own tool makes', async () => {
    expect(await connector.someone('john')).toMatchObject({ displayName: 'John Roe', groups: ['staff'] });
  });

  test('is known again after another name and another place', async () => {
    const before = await connector.someone('moved');
    await directory.modify(
      `dn: uid=moved,${people}\nchangetype: modrdn\nnewrdn: uid=newly\ndeleteoldrdn: 1\nnewsuperior: ou=left,${people}\n`,
    );
    expect(await connector.refresh(before)).toMatchObject({
      status: 'current',
      identity: { upstreamId: before.upstreamId, username: 'newly' },
    });
  });

  test('is not the next one of the same name', async () => {
    const before = await connector.someone('recreated');
    await directory.modify(`dn: uid=recreated,${people}\nchangetype: delete\n`);
    await directory.modify(inetOrgPerson('recreated'));
    expect(await connector.refresh(before)).toMatchObject({ status: 'gone' });
    expect((await connector.someone('recreated')).upstreamId).not.toBe(before.upstreamId);
  });
});
