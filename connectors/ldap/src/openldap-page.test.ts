/** The access rules and the configuration of docs/connectors/openldap.md as they stand there, on a real directory. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testCall } from '@gatehouse/connector-kit/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type OpenLdap, startOpenLdap } from '../../../tests/support/openldap.ts';
import { openConnector, signIn } from './testing/open-connector.ts';

const suffix = 'dc=example,dc=com';
const page = readFileSync(join(import.meta.dirname, '../../../docs/connectors/openldap.md'), 'utf8');
const ldifs = [...page.matchAll(/```ldif\n(.*?)```/gs)].map((match) => match[1] ?? '');
const account = ldifs.find((text) => text.includes('simpleSecurityObject')) ?? '';
const access = ldifs.find((text) => text.includes('olcAccess')) ?? '';

/** `olcAccess: {0}to …`, over several lines, is `access to …` in slapd.conf. */
const rules = access
  .replaceAll(/\n /g, ' ')
  .split('\n')
  .flatMap((line) => /^olcAccess: \{\d+\}(.+)$/.exec(line)?.[1] ?? [])
  .map((rule) => `access ${rule}`);

const tree = `
dn: ${suffix}
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: ou=services,${suffix}
objectClass: organizationalUnit
ou: services

dn: ou=people,${suffix}
objectClass: organizationalUnit
ou: people

dn: ou=groups,${suffix}
objectClass: organizationalUnit
ou: groups

${account.replace('{SSHA}replace-this', 'service')}

dn: uid=jane,ou=people,${suffix}
objectClass: inetOrgPerson
uid: jane
cn: Jane Doe
sn: Doe
mail: jane@example.com
employeeNumber: 7
userPassword: jane-secret

dn: uid=leaver,ou=people,${suffix}
objectClass: inetOrgPerson
uid: leaver
cn: Lee Ver
sn: Ver
userPassword: leaver-secret

dn: cn=staff,ou=groups,${suffix}
objectClass: groupOfNames
cn: staff
member: uid=jane,ou=people,${suffix}

dn: cn=posix,ou=groups,${suffix}
objectClass: posixGroup
cn: posix
gidNumber: 7
memberUid: jane
`;

let directory: OpenLdap;
beforeAll(async () => {
  // Behind the page's rules: nobody else may do anything.
  const settings = [...rules, 'access to * by * none'].join('\n');
  directory = await startOpenLdap({ suffix, ldif: tree, settings });
});
afterAll(() => directory?.stop());

function open(more: Readonly<Record<string, unknown>> = {}) {
  const [, example = ''] = /```yaml gatehouse:connectors\n(.*?)```/s.exec(page) ?? [];
  const [connector] = parse(example).connectors;
  const here = { host: `localhost:${directory.ldapsPort}`, ca: directory.ca, bindPassword: 'service' };
  return openConnector({ ...connector.config, ...here, ...more });
}

test('the rights of the page are enough to sign in, with all groups, and to ask again', async () => {
  expect(rules).toHaveLength(3);
  const connector = open();
  const identity = await signIn(connector, 'JANE', 'jane-secret');
  expect(identity).toMatchObject({
    username: 'jane',
    displayName: 'Jane Doe',
    email: { address: 'jane@example.com', verified: true },
    groups: ['staff', 'posix'],
  });
  expect(await signIn(connector, 'jane', 'wrong')).toBeNull();
  if (identity === null) throw new Error('jane cannot sign in');
  expect(await connector.refresh?.(identity, testCall())).toMatchObject({ status: 'current', identity });
});

test('the rights of the page are enough to see that somebody has left', async () => {
  const connector = open();
  const identity = await signIn(connector, 'leaver', 'leaver-secret');
  if (identity === null) throw new Error('leaver cannot sign in');
  await directory.modify(`dn: uid=leaver,ou=people,${suffix}\nchangetype: delete\n`);
  expect(await connector.refresh?.(identity, testCall())).toMatchObject({ status: 'gone' });
});

test('the rights of the page are for nothing else', async () => {
  const curious = open({ attributes: { id: 'employeeNumber' } });
  await expect(signIn(curious, 'jane', 'jane-secret')).rejects.toMatchObject({ code: 'misconfigured' });
});
