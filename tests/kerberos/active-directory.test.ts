/** Tickets of a real Active Directory domain controller (Samba), with what it writes into them. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Connector, Negotiate } from '@gatehouse/connector-kit';
import { testCall, testHost } from '@gatehouse/connector-kit/testing';
import ldap from '@gatehouse/connector-ldap';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountControl, adDn, adGroup, adPerson } from '../support/ad-entries.ts';
import { type Computer, layComputer } from '../support/kerberos-computer.ts';
import { ldifReplace } from '../support/ldif.ts';
import { adSuffix, type SambaAd, startSambaAd } from '../support/samba-ad.ts';

const run = promisify(execFile);
const realm = 'CORP.EXAMPLE.COM';

let domain: SambaAd;
let computer: Computer;
let folder: string;
let connector: Connector<never>;
let negotiate: Negotiate<unknown>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-ad-kerberos-'));
  domain = await startSambaAd({
    ldif: [
      ldifReplace(adSuffix, { pwdProperties: '0', minPwdLength: '1' }),
      adPerson({ account: 'svc-gatehouse' }),
      adPerson({
        account: 'svc-http',
        // AES256 alone ([MS-KILE] 2.2.7).
        attributes: { servicePrincipalName: 'HTTP/localhost', 'msDS-SupportedEncryptionTypes': '16' },
      }),
      adPerson({
        account: 'jane',
        name: 'Doe, Jane',
        attributes: { userPrincipalName: 'j.doe@example.com' },
      }),
      adPerson({ account: 'john', attributes: { userPrincipalName: 'jane@corp.example.org' } }),
      adPerson({ account: 'leaver' }),
      adGroup({ name: 'Inner', members: [adDn('Doe, Jane')] }),
      adGroup({ name: 'Outer', members: [adDn('Inner')] }),
    ].join(''),
  });
  computer = await layComputer(folder, [realm], `${domain.host}:88`);
  connector = await open(await keytab());
  if (connector.login.kind !== 'password' || connector.login.negotiate === undefined)
    throw new Error('no tickets');
  negotiate = connector.login.negotiate;
}, 300_000);
afterAll(async () => {
  await connector?.close?.();
  await domain?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The key that the domain controller makes of a password: its salt is the realm and the account. */
async function keytab(): Promise<string> {
  const file = join(folder, 'http.keytab');
  const ktutil = run('ktutil', [], { env: computer.env });
  const entry = `addent -password -p HTTP/localhost@${realm} -k 1 -e aes256-cts -s ${realm}svc-http`;
  ktutil.child.stdin?.end(`${entry}\nsvc-http-secret\nwkt ${file}\nquit\n`);
  await ktutil;
  return file;
}

async function open(file: string): Promise<Connector<never>> {
  const read = await ldap.config['~standard'].validate({
    preset: 'active-directory',
    host: domain.host,
    ca: domain.ca,
    bindDn: adDn('svc-gatehouse'),
    bindPassword: 'svc-gatehouse-secret',
    userSearch: { baseDn: adSuffix },
    kerberos: { keytab: file, service: 'HTTP/localhost', realms: { [realm]: adSuffix } },
  });
  if (read.issues !== undefined) throw new Error(JSON.stringify(read.issues));
  return ldap.open(read.value, testHost()) as unknown as Connector<never>;
}

async function present(account: string, password = `${account}-secret`) {
  const token = await (await computer.logIn(`${account}@${realm}`, password)).token();
  return (await negotiate.accept(token, testCall()))?.identity;
}

describe('a ticket of Active Directory', () => {
  test('is of the account, whatever its principal name says, with nested groups', async () => {
    const identity = await present('jane');
    expect(identity).toMatchObject({ username: 'jane', displayName: 'Doe, Jane' });
    expect(identity?.groups).toEqual(expect.arrayContaining(['Inner', 'Outer']));
  });

  test('is of the same account in upper case, which is one name to the domain', async () => {
    expect(await present('JANE', 'jane-secret')).toMatchObject({ username: 'jane' });
  });

  test('Attack: an account whose principal name is the account name of somebody else. It stays itself.', async () => {
    expect(await present('john')).toMatchObject({ username: 'john' });
  });

  test('is good for hours after its account was disabled, and signs nobody in', async () => {
    const leaver = await computer.logIn(`leaver@${realm}`, 'leaver-secret');
    const before = await leaver.token();
    expect((await negotiate.accept(before, testCall()))?.identity.username).toBe('leaver');
    await domain.modify(ldifReplace(adDn('leaver'), { userAccountControl: accountControl.disabled }));
    const error = await negotiate.accept(await leaver.token(), testCall()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'denied', personMessage: expect.stringMatching(/disabled/) });
  });
});
