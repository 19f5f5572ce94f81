/**
 * The sign-ins on which somebody who comes from Dex relies, as its documentation configures them. Their groups, order and
 * all, are in connectors/ldap/src/groups/groups.test.ts.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LdapConnector, openLdapConnector, type WrittenConfig } from '../support/ldap-connector.ts';
import { ldifEntry } from '../support/ldif.ts';
import { type OpenLdap, startOpenLdap } from '../support/openldap.ts';

const suffix = 'dc=example,dc=org';
const people = `ou=People,${suffix}`;

let directory: OpenLdap;
const connectors: LdapConnector[] = [];
beforeAll(async () => {
  directory = await startOpenLdap({
    ldif: [
      ldifEntry(suffix, { objectClass: ['dcObject', 'organization'], o: 'Example', dc: 'example' }),
      unit('People', suffix),
      unit('Seattle', people),
      unit('Portland', people),
      person('jane', 'foo', 'Seattle', { mail: 'janedoe@example.com' }),
      person('jane', 'bar', 'Portland', { mail: 'janedoefromportland@example.com' }),
      person('john', 'bar', 'Seattle', { mail: 'johndoe@example.com' }),
      person('nomail', 'foo', 'Seattle', {}),
    ].join(''),
  });
});
afterAll(async () => {
  await Promise.all(connectors.map((connector) => connector.close()));
  await directory?.stop();
});

function unit(name: string, below: string): string {
  return ldifEntry(`ou=${name},${below}`, { objectClass: 'organizationalUnit', ou: name });
}

function person(
  name: string,
  password: string,
  city: string,
  more: Readonly<Record<string, string>>,
): string {
  const entry = { objectClass: 'inetOrgPerson', cn: name, sn: 'doe', userPassword: password, ...more };
  return ldifEntry(`cn=${name},ou=${city},${people}`, entry);
}

/** As Dex is told to: found by `cn`, with the DN as id. */
async function open(
  search: WrittenConfig = {},
  attributes: WrittenConfig = {},
  connection: WrittenConfig = {},
): Promise<LdapConnector> {
  const connector = await openLdapConnector({
    host: `localhost:${directory.ldapsPort}`,
    ca: directory.ca,
    bindDn: directory.adminDn,
    bindPassword: directory.adminPassword,
    insecureIdFromDn: true,
    userSearch: { baseDn: people, username: 'cn', filter: '(ou:dn:=Seattle)', ...search },
    attributes,
    ...connection,
  });
  connectors.push(connector);
  return connector;
}

const jane = {
  upstreamId: `cn=jane,ou=Seattle,${people}`,
  username: 'jane',
  email: { address: 'janedoe@example.com', verified: true },
};

test('a filter on a part of the DN tells two people of one name apart', async () => {
  expect(await (await open()).signIn('jane', 'foo')).toMatchObject(jane);
  expect(await (await open()).signIn('jane', 'bar')).toBeNull();
  const portland = await open({ filter: '(ou:dn:=Portland)' });
  expect(await portland.signIn('jane', 'bar')).toMatchObject({
    email: { address: 'janedoefromportland@example.com' },
  });
});

test('each of several attributes for the name finds the person', async () => {
  const connector = await open({ username: ['cn', 'mail'] }, { username: 'cn' });
  expect(await connector.signIn('jane', 'foo')).toMatchObject(jane);
  expect(await connector.signIn('janedoe@example.com', 'foo')).toMatchObject(jane);
  expect(await connector.signIn('johndoe@example.com', 'bar')).toMatchObject({ username: 'john' });
});

test('an address is made of the name and the suffix', async () => {
  const connector = await open({}, { emailSuffix: 'test.example.com' });
  expect(await connector.signIn('jane', 'foo')).toMatchObject({
    email: { address: 'jane@test.example.com', verified: true },
  });
});

test.each([
  ['a wrong password', 'jane', 'bad'],
  ['no password', 'jane', ''],
  ['a pattern as name', 'a*', 'foo'],
  ['a pattern that one person fits', 'joh*', 'bar'],
  ['a pattern as password', 'jane', '*'],
  ['nobody', 'idontexist', 'foo'],
])('%s is refused', async (_, name, password) => {
  expect(await (await open()).signIn(name, password)).toBeNull();
});

test.each([
  ['LDAPS', {}],
  ['StartTLS', { startTls: true }],
  ['LDAPS without a look at the certificate', { ca: undefined, insecureSkipTlsVerify: true }],
  ['no TLS', { ca: undefined, insecureNoTls: true }],
])('the same person comes over %s', async (name, how) => {
  const host = `localhost:${name.startsWith('LDAPS') ? directory.ldapsPort : directory.port}`;
  expect(await (await open({}, {}, { host, ...how })).signIn('jane', 'foo')).toMatchObject(jane);
});
