/** How accounts of Active Directory stand, on a real domain controller: who may begin a session, and who keeps one. */
import { testCall } from '@gatehouse/connector-kit/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountControl, adDn } from '../support/ad-entries.ts';
import { corp, corpDomain, lockoutThreshold } from '../support/corp-domain.ts';
import {
  type LdapConnector,
  type LdapIdentity,
  openLdapConnector,
  type WrittenConfig,
} from '../support/ldap-connector.ts';
import { ldifReplace } from '../support/ldif.ts';
import { adSuffix, type SambaAd, startSambaAd } from '../support/samba-ad.ts';
import { until } from '../support/until.ts';

const link = 'https://password.example.com/';
const longAgo = '132223104000000000';
const never = '0';

let first: SambaAd;
let second: SambaAd;
const open: LdapConnector[] = [];
beforeAll(async () => {
  first = await startSambaAd({ ldif: corpDomain() });
  second = await first.copy();
}, 300_000);
afterAll(async () => {
  await Promise.all(open.map((connector) => connector.close()));
  await Promise.all([first?.stop(), second?.stop()]);
});

async function connect(more: WrittenConfig = {}): Promise<LdapConnector> {
  const connector = await openLdapConnector({
    preset: 'active-directory',
    host: first.host,
    ca: first.ca + second.ca,
    bindDn: corp.service.dn,
    bindPassword: corp.service.password,
    userSearch: { baseDn: adSuffix },
    passwordChangeUrl: link,
    ...more,
  });
  open.push(connector);
  return connector;
}

const dnOf = (account: string) => adDn(account, corp.berlin);
const change = (account: string, attributes: Readonly<Record<string, string>>, on = first) =>
  on.modify(ldifReplace(dnOf(account), attributes));
const remove = (account: string, on: SambaAd) => on.modify(`dn: ${dnOf(account)}\nchangetype: delete\n`);

async function guess(connector: LdapConnector, account: string, times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) expect(await connector.signIn(account, `guess-${n}`)).toBeNull();
}

const standings = [
  ['disabled', 'Your account is disabled.', 'data 533'],
  ['expired', 'Your account has expired.', 'data 701'],
  ['expired-disabled', 'Your account is disabled.', 'data 533'],
  [
    'must-change',
    `Your password has to be changed before you can sign in. Please change it at ${link}`,
    'data 773',
  ],
  ['password-expired', `Your password has expired. Please change it at ${link}`, 'data 532'],
  ['nighthawk', 'Your account cannot be used at this time of day.', 'data 530'],
  ['kiosk', 'Your account can be used on certain computers only.', 'data 531'],
] as const;

describe.each(standings)('a person whose account is "%s"', (account, sentence, code) => {
  test('is told so with the right password, and the log has the code', async () => {
    await expect((await connect()).signIn(account, `${account}-secret`)).rejects.toMatchObject({
      code: 'denied',
      personMessage: expect.stringContaining(sentence),
      message: expect.stringContaining(code),
    });
  });

  test('looks like anybody else to a guesser who finds out which accounts are worth a try', async () => {
    const call = testCall();
    expect(await (await connect()).signIn(account, 'wrong', call as never)).toBeNull();
    expect(call.logged).toEqual([]);
  });
});

describe('guesses', () => {
  test('count once each at the controller, and those at a name that nobody has count for nobody', async () => {
    const connector = await connect();
    await guess(connector, 'guessed', 1);
    await guess(connector, 'nobody-at-all', lockoutThreshold + 1);
    expect(await first.read(dnOf('guessed'), 'badPwdCount')).toEqual(['1']);
    expect(await first.read(corp.service.dn, 'badPwdCount')).toEqual(['0']);
    await connector.someone('guessed');
    expect(await first.read(dnOf('guessed'), 'badPwdCount')).toEqual(['0']);
  });

  test('that lock an account do not say so, not to the right password either: the controller does not look at it', async () => {
    const connector = await connect();
    await guess(connector, 'locked', lockoutThreshold);
    for (const password of ['one more', 'locked-secret']) {
      await expect(connector.signIn('locked', password)).rejects.toMatchObject({
        code: 'denied',
        personMessage: undefined,
        message: expect.stringContaining('data 775'),
      });
    }
    await change('locked', { lockoutTime: '0' });
    await connector.someone('locked');
  });

  test('end no session, unless the configuration wants that', async () => {
    const connector = await connect();
    const john = await connector.someone('john');
    await guess(connector, 'john', lockoutThreshold);
    expect(await connector.refresh(john)).toMatchObject({ status: 'current' });
    const strict = await connect({ onLocked: 'refuse' });
    expect(await strict.refresh(john)).toMatchObject({ status: 'gone', proof: 'stated' });
    await change('john', { lockoutTime: '0' });
    expect(await strict.refresh(john)).toMatchObject({ status: 'current' });
  });
});

describe('the session of somebody', () => {
  test.each([
    [
      'is disabled',
      { userAccountControl: accountControl.disabled },
      { userAccountControl: accountControl.normal },
    ],
    ['has expired', { accountExpires: longAgo }, { accountExpires: never }],
  ])('whose account %s is over, for as long as that is so', async (_, leave, comeBack) => {
    const connector = await connect();
    const leaver = await connector.someone('leaver');
    await change('leaver', leave);
    expect(await connector.refresh(leaver)).toMatchObject({ status: 'gone', proof: 'stated' });
    await change('leaver', comeBack);
    expect(await connector.refresh(leaver)).toEqual({ status: 'current', identity: leaver });
  });

  test('whose password has to be changed goes on: it was good when they showed it', async () => {
    const connector = await connect();
    const moved = await connector.someone('moved');
    await change('moved', { pwdLastSet: '0' });
    expect(await connector.refresh(moved)).toEqual({ status: 'current', identity: moved });
    await change('moved', { pwdLastSet: '-1' });
  });

  test('who was deleted is over', async () => {
    const connector = await connect();
    const recreated = await connector.someone('recreated');
    await remove('recreated', first);
    expect(await connector.refresh(recreated)).toMatchObject({ status: 'gone', proof: 'absent' });
  });
});

describe('with two controllers', () => {
  let connector: LdapConnector;
  let renamed: LdapIdentity;
  beforeAll(async () => {
    connector = await connect({ host: [first.host, second.host] });
    renamed = await connector.someone('renamed');
  });

  test('somebody whom only one of them has not got any more is not gone: one of them lags behind', async () => {
    await remove('renamed', first);
    await expect(connector.refresh(renamed)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(second.host),
    });
  });

  test('somebody whom both have not got any more is gone', async () => {
    await remove('renamed', second);
    expect(await connector.refresh(renamed)).toMatchObject({ status: 'gone', proof: 'absent' });
  });

  test('a wrong password is tried at one of them only', async () => {
    await guess(connector, 'guessed', 1);
    const counts = await Promise.all(
      [first, second].map((each) => each.read(dnOf('guessed'), 'badPwdCount')),
    );
    expect(
      counts
        .flat()
        .map(Number)
        .reduce((sum, count) => sum + count, 0),
    ).toBe(1);
  });

  test('people sign in while one is dead, and when it is back and the other one dies', async () => {
    await first.kill();
    await connector.someone('jane');
    await first.start();
    await second.kill();
    await until('the first controller to be asked again', () => connector.someone('jane').catch(() => null));
    await first.kill();
    await expect(connector.someone('jane')).rejects.toMatchObject({ code: 'unavailable' });
    await Promise.all([first.start(), second.start()]);
    await until('a controller to be asked again', () => connector.someone('jane').catch(() => null));
  });
});

describe('the way to a controller', () => {
  test('is also StartTLS', async () => {
    await (await connect({ startTls: true })).someone('jane');
  });

  test('without TLS is refused by the controller, and the administrator is told', async () => {
    const plain = await connect({ insecureNoTls: true, ca: undefined });
    await expect(plain.signIn('jane', 'jane-secret')).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('encryption required'),
    });
  });

  test('has nothing to object to in the check', async () => {
    const lines = await (await connect()).check();
    expect(lines.filter(({ ok }) => !ok)).toEqual([]);
    expect(lines.length).toBeGreaterThan(4);
  });
});
