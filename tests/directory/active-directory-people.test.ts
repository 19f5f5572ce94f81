/** How people of Active Directory are named, and known again, on a real domain controller. */
import { testCall } from '@gatehouse/connector-kit/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adDn, adPerson, adUnit, adUsers } from '../support/ad-entries.ts';
import { type LdapConnector, openLdapConnector } from '../support/ldap-connector.ts';
import { ldifReplace } from '../support/ldif.ts';
import { adSuffix, type SambaAd, startSambaAd } from '../support/samba-ad.ts';

const staff = `OU=Staff,${adSuffix}`;
const service = { bindDn: adDn('svc-gatehouse'), bindPassword: 'svc-gatehouse-secret' };

let domain: SambaAd;
beforeAll(async () => {
  domain = await startSambaAd({
    ldif: [
      ldifReplace(adSuffix, { pwdProperties: '0', minPwdLength: '1' }),
      adUnit('Staff'),
      adPerson({ account: 'svc-gatehouse' }),
      adPerson({ account: 'jane', name: 'Doe, Jane "J"', below: staff }),
      adPerson({ account: 'john', below: staff, attributes: { userPrincipalName: 'john.roe@example.com' } }),
      adPerson({ account: 'renamed', below: staff }),
      adPerson({ account: 'recreated', below: staff }),
      // Her address is what his account and domain make. As a principal name, a domain controller refuses that.
      adPerson({ account: 'smith', below: staff, attributes: { userPrincipalName: 'asmith@example.com' } }),
      adPerson({ account: 'anna', below: staff, attributes: { mail: 'smith@corp.example.com' } }),
    ].join(''),
  });
}, 300_000);
afterAll(async () => {
  for (const connector of opened) await connector.close();
  await domain?.stop();
});

const opened: LdapConnector[] = [];
async function open(more: Readonly<Record<string, unknown>> = {}): Promise<LdapConnector> {
  const connector = await openLdapConnector({
    preset: 'active-directory',
    host: domain.host,
    ca: domain.ca,
    ...service,
    userSearch: { baseDn: adSuffix },
    ...more,
  });
  opened.push(connector);
  return connector;
}

describe('a person of Active Directory signs in', () => {
  test.each(['jane', 'JANE', 'jane@corp.example.com', 'CORP\\jane', 'corp\\Jane', 'corp.example.com\\jane'])(
    'as %s',
    async (username) => {
      expect(await (await open()).signIn(username, 'jane-secret')).toMatchObject({
        username: 'jane',
        displayName: 'Doe, Jane "J"',
        email: { address: 'jane@example.com', verified: true },
        upstreamId: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      });
    },
  );

  test('by the principal name that was given, and by the one that every account has', async () => {
    const connector = await open();
    expect(await connector.signIn('john.roe@example.com', 'john-secret')).toMatchObject({
      username: 'john',
    });
    expect(await connector.signIn('John@Corp.Example.com', 'john-secret')).toMatchObject({
      username: 'john',
    });
  });

  test('and is nobody in another domain, or under a suffix that is nobody’s', async () => {
    const connector = await open();
    for (const username of [
      'OTHER\\jane',
      'jane@other.example.com',
      'CORP\\nobody',
      'CORP\\jane@corp.example.com',
    ])
      expect(await connector.signIn(username, 'jane-secret')).toBeNull();
  });

  test('below configured domains, too', async () => {
    const connector = await open({ userSearch: { baseDn: staff, netbiosDomains: { firm: adSuffix } } });
    expect(await connector.signIn('FIRM\\jane', 'jane-secret')).not.toBeNull();
    expect(await connector.signIn('CORP\\jane', 'jane-secret')).toBeNull();
  });

  test('never under the address of one that is also the principal name of another; the log names both', async () => {
    const username = ['sAMAccountName', 'userPrincipalName', 'mail'];
    const connector = await open({ userSearch: { baseDn: adSuffix, username } });
    const call = testCall();
    expect(await connector.signIn('smith@corp.example.com', 'anna-secret', call)).toBeNull();
    expect(await connector.signIn('smith@corp.example.com', 'smith-secret')).toBeNull();
    expect(call.logged).toMatchObject([
      { level: 'error', fields: { people: [adDn('anna', staff), adDn('smith', staff)] } },
    ]);
    expect(await connector.signIn('CORP\\smith', 'smith-secret')).toMatchObject({ username: 'smith' });
    expect(await connector.signIn('anna', 'anna-secret')).toMatchObject({ username: 'anna' });
  });
});

describe('a person of Active Directory is known again', () => {
  test('after a wedding: another name, another account, another place', async () => {
    const connector = await open();
    const before = await connector.someone('renamed');
    await domain.modify(
      `dn: ${adDn('renamed', staff)}\nchangetype: modrdn\nnewrdn: CN=Wed\\, Newly\ndeleteoldrdn: 1\nnewsuperior: ${adUsers}\n`,
    );
    const names = { sAMAccountName: 'newly', userPrincipalName: 'newly@corp.example.com' };
    await domain.modify(ldifReplace(adDn('Wed, Newly'), names));
    expect(await connector.refresh(before)).toMatchObject({
      status: 'current',
      identity: { upstreamId: before.upstreamId, username: 'newly' },
    });
    expect(await connector.signIn('CORP\\newly', 'renamed-secret')).toMatchObject({
      upstreamId: before.upstreamId,
    });
  });

  test('and is not the next one of the same name', async () => {
    const connector = await open();
    const before = await connector.someone('recreated');
    await domain.modify(`dn: ${adDn('recreated', staff)}\nchangetype: delete\n`);
    await domain.modify(
      adPerson({ account: 'recreated', below: staff }).replace(
        '\nobjectClass',
        '\nchangetype: add\nobjectClass',
      ),
    );
    expect(await connector.refresh(before)).toMatchObject({ status: 'gone' });
    expect((await connector.someone('recreated')).upstreamId).not.toBe(before.upstreamId);
  });

  test('by the security identifier, where that is the id', async () => {
    const connector = await open({ attributes: { id: 'objectSid' } });
    const jane = await connector.someone('jane');
    expect(jane.upstreamId).toMatch(/^S-1-5-21-\d+-\d+-\d+-\d+$/);
    expect(await connector.refresh(jane)).toMatchObject({ status: 'current' });
  });
});
