import { describe, expect, test } from 'vitest';
import { Entry } from '../entry.ts';
import { accountState, statusAttributes } from './account-state.ts';
import { parseGeneralizedTime } from './status-values.ts';

const now = new Date('2026-11-22T12:00:00Z');
const dn = 'cn=jane,dc=example,dc=org';

function entryWith(attributes: Readonly<Record<string, string | readonly string[]>>): Entry {
  const values = Object.entries(attributes).map(
    ([name, value]) => [name.toLowerCase(), [value].flat().map((text) => Buffer.from(text))] as const,
  );
  return new Entry({ dn, attributes: new Map(values) });
}

const statesOf = (attributes: Parameters<typeof entryWith>[0], at = now) =>
  accountState(entryWith(attributes), at).map(({ state }) => state);

/** In units of 100 ns since 1601. */
const fileTime = (time: string) => String((BigInt(Date.parse(time)) + 11_644_473_600_000n) * 10_000n);

describe('an entry tells that the account is', () => {
  const year = 365 * 86_400_000;
  const day = Math.floor(now.getTime() / 86_400_000);

  test.each([
    ['account disabled', { userAccountControl: '514' }],
    ['account disabled', { userAccountControl: '66050' }],
    ['account disabled', { 'msDS-UserAccountDisabled': 'TRUE' }],
    ['account disabled', { nsAccountLock: 'true' }],
    ['account disabled', { nsAccountLock: 'TRUE' }],
    ['account disabled', { pwdAccountLockedTime: '000001010000Z' }],
    ['account disabled', { pwdAccountLockedTime: '00000101000000Z' }],
    ['account expired', { accountExpires: fileTime('2026-11-22T12:00:00Z') }],
    ['account expired', { accountExpires: '1' }],
    ['account expired', { pwdEndTime: '20261122120000Z' }],
    ['account expired', { krbPrincipalExpiration: '20200101000000Z' }],
    ['account expired', { shadowExpire: String(day) }],
    ['account expired', { shadowExpire: '0' }],
    ['account not yet valid', { pwdStartTime: '20261122120001Z' }],
    ['account locked', { 'msDS-User-Account-Control-Computed': '16' }],
    ['account locked', { lockoutTime: fileTime('2026-11-22T11:00:00Z') }],
    ['account locked', { pwdAccountLockedTime: '20261122115959Z' }],
    ['account locked', { accountUnlockTime: '20261122120001Z' }],
    ['password expired', { 'msDS-User-Account-Control-Computed': '8388608' }],
    ['password expired', { krbPasswordExpiration: '20261122115959Z' }],
  ])('%s: %o', (state, attributes) => {
    expect(statesOf(attributes)).toEqual([state]);
  });

  test.each([
    [{}],
    [{ userAccountControl: '512' }],
    [{ userAccountControl: '66048', accountExpires: '0', 'msDS-User-Account-Control-Computed': '0' }],
    [{ accountExpires: '9223372036854775807' }],
    [{ accountExpires: fileTime('2026-11-22T12:00:00.001Z') }],
    [{ lockoutTime: '0' }],
    // It stays there when the lock has run out, which the computed flags know.
    [{ lockoutTime: fileTime('2020-01-01T00:00:00Z'), 'msDS-User-Account-Control-Computed': '0' }],
    [{ nsAccountLock: 'false' }],
    [{ accountUnlockTime: '19700101000000Z' }],
    [{ accountUnlockTime: '20261122120000Z' }],
    // Not in effect yet.
    [{ pwdAccountLockedTime: '20261122120001Z' }],
    [{ pwdEndTime: '20261122120001Z', pwdStartTime: '20261122120000Z' }],
    [{ krbPrincipalExpiration: '19700101000000Z', krbPasswordExpiration: '19700101000000Z' }],
    [{ shadowExpire: '-1' }],
    [{ shadowExpire: '99999' }],
    [{ shadowExpire: String(day + 1) }],
  ])('nothing of the kind: %o', (attributes) => {
    expect(statesOf(attributes)).toEqual([]);
  });

  test('the most lasting first, each with the attribute that says so', () => {
    const attributes = {
      ...{ 'msDS-User-Account-Control-Computed': '8388624', userAccountControl: '514' },
      accountExpires: fileTime(new Date(now.getTime() - year).toISOString()),
    };
    expect(accountState(entryWith(attributes), now)).toEqual([
      { state: 'account disabled', because: '"userAccountControl" of the entry' },
      { state: 'account expired', because: '"accountExpires" of the entry' },
      { state: 'account locked', because: '"msDS-User-Account-Control-Computed" of the entry' },
      { state: 'password expired', because: '"msDS-User-Account-Control-Computed" of the entry' },
    ]);
  });
});

// As a JavaScript number this would be the number before it.
test('a number of 64 bits is read to its last digit', () => {
  const thisMoment = BigInt(fileTime(now.toISOString()));
  expect(statesOf({ accountExpires: String(thisMoment) })).toEqual(['account expired']);
  expect(statesOf({ accountExpires: String(thisMoment + 1n) })).toEqual([]);
});

describe('a value that cannot be read is not "all is well"', () => {
  const malformed = [
    '',
    ' ',
    'x',
    '0x2',
    '1e3',
    '514 ',
    '½',
    '2'.repeat(20),
    '2'.repeat(100_000),
    '20261399000000Z',
  ];

  test.each(statusAttributes)('%s', (attribute) => {
    for (const value of malformed) {
      expect(() => statesOf({ [attribute]: value }), value.slice(0, 30)).toThrow(
        expect.objectContaining({ code: 'misconfigured', message: expect.stringContaining(attribute) }),
      );
    }
  });

  test.each(statusAttributes)('%s with two values, or with a part of them', (attribute) => {
    for (const name of [attribute, `${attribute};range=0-1`]) {
      expect(() => statesOf({ [name]: ['0', '2'] })).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^(misconfigured|unavailable)$/) }),
      );
    }
  });
});

describe('a point in time', () => {
  test.each([
    ['20261122120000Z', '2026-11-22T12:00:00.000Z'],
    ['202611221200Z', '2026-11-22T12:00:00.000Z'],
    ['2026112212Z', '2026-11-22T12:00:00.000Z'],
    ['20261122120000.5Z', '2026-11-22T12:00:00.000Z'],
    ['20261122120000+0130', '2026-11-22T10:30:00.000Z'],
    ['20261122120000-05', '2026-11-22T17:00:00.000Z'],
    ['00500101000000Z', '0050-01-01T00:00:00.000Z'],
    ['20240229000000Z', '2024-02-29T00:00:00.000Z'],
  ])('%s', (text, expected) => {
    expect(parseGeneralizedTime(text)?.toISOString()).toBe(expected);
  });

  test.each([
    '20261122120000',
    '20260230000000Z',
    '20261122240000Z',
    '20261122126000Z',
    '20260000000000Z',
    'now',
  ])('%s is none', (text) => {
    expect(parseGeneralizedTime(text)).toBeUndefined();
  });
});
