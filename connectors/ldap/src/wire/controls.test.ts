import fc from 'fast-check';
import { BerReader, InvalidAsn1Error, PagedResultsControl, PasswordPolicyControl } from 'ldapts';
import { describe, expect, test } from 'vitest';
import { ber, bindResult, integer, result } from '../../../../tests/support/hostile-ldap.ts';
import { limits } from '../limits.ts';
import { FrameReader } from './frame-reader.ts';
import { readResponse } from './response.ts';
import { MalformedMessage } from './take.ts';

const oids = {
  policy: '1.3.6.1.4.1.42.2.27.8.5.1',
  expired: '2.16.840.1.113730.3.4.4',
  expiring: '2.16.840.1.113730.3.4.5',
} as const;

const byte = (tag: number, value: number) => ber(tag, Buffer.of(value));
const control = (oid: string, ...value: readonly (Buffer | string)[]) =>
  ber(0x30, ber(0x04, oid), ...value.map((bytes) => ber(0x04, bytes)));
const policy = (...parts: readonly Buffer[]) => control(oids.policy, ber(0x30, ...parts));

function policyOf(code: number, ...controls: readonly Buffer[]) {
  const [frame] = new FrameReader(limits.messageBytes).push(result(7, 0x61, code, '', ...controls));
  if (frame === undefined) throw new Error('not whole');
  const response = readResponse(frame);
  return response.kind === 'bind' ? response.result.policy : undefined;
}

describe('the password policy of an answer to a bind', () => {
  test.each([
    ['nothing to say', [policy()], {}],
    ['expired', [policy(byte(0x81, 0))], { error: 0 }],
    ['locked', [policy(byte(0x81, 1))], { error: 1 }],
    ['to be changed', [policy(byte(0x81, 2))], { error: 2 }],
    ['grace logins', [policy(ber(0xa0, byte(0x81, 3)))], { graceLogins: 3 }],
    ['the last grace login', [policy(ber(0xa0, byte(0x81, 0)))], { graceLogins: 0 }],
    ['time left', [policy(ber(0xa0, integer(86_400, 0x80)))], { secondsLeft: 86_400 }],
    ['both', [policy(ber(0xa0, byte(0x81, 1)), byte(0x81, 2))], { graceLogins: 1, error: 2 }],
    ["Netscape's expired", [control(oids.expired, '0')], { expired: true }],
    ["Netscape's expiring", [control(oids.expiring, '86400')], { secondsLeft: 86_400 }],
    ['a control that nobody knows', [control('1.2.3', 'anything'), control('1.2.3')], {}],
    ['nothing', [], {}],
  ])('can be: %s', (_, controls, expected) => {
    expect(policyOf(49, ...controls)).toEqual(expected);
  });

  test('is read of binds only', () => {
    const [frame] = new FrameReader(limits.messageBytes).push(result(7, 0x65, 0, '', policy(byte(0x81, 0))));
    expect(frame && readResponse(frame)).toEqual({
      ...{ id: 7, kind: 'search', cookie: undefined },
      result: { code: 0, message: '' },
    });
  });
});

describe('attack: a control that makes the library read what is not there', () => {
  test.each([
    ['without a value', [control(oids.policy)]],
    ['with an empty value', [control(oids.policy, '')]],
    ['with something behind the value', [control(oids.policy, Buffer.concat([ber(0x30), ber(0x30)]))]],
    ['with an element too many', [policy(byte(0x81, 0), byte(0x82, 0))]],
    ['with an error of no bytes, which would be "expired"', [policy(ber(0x81))]],
    ['with an error of five bytes', [policy(ber(0x81, Buffer.alloc(5, 1)))]],
    ['with a negative error', [policy(byte(0x81, 0xff))]],
    ['with a negative number of grace logins', [policy(ber(0xa0, byte(0x81, 0x80)))]],
    ['with an error before the warning', [policy(byte(0x81, 0), ber(0xa0, byte(0x80, 1)))]],
    ['with a warning of nothing', [policy(ber(0xa0))]],
    ['with a warning of both kinds', [policy(ber(0xa0, byte(0x80, 1), byte(0x81, 1)))]],
    ['with a warning of a third kind', [policy(ber(0xa0, byte(0x82, 1)))]],
    [
      'with an error that is longer than its list',
      [control(oids.policy, Buffer.from([0x30, 0x03, 0x81, 0x7f, 0]))],
    ],
    [
      'with a list longer than its value',
      [control(oids.policy, Buffer.from([0x30, 0x84, 0x7f, 0xff, 0xff, 0xff]))],
    ],
    [
      'with a list of a length above 2³¹',
      [control(oids.policy, Buffer.from([0x30, 0x84, 0xff, 0xff, 0xff, 0xfa]))],
    ],
    ['with a list without an end', [control(oids.policy, Buffer.from([0x30, 0x80, 0x00, 0x00]))]],
    ['twice', [policy(), policy()]],
    ["Netscape's twice", [control(oids.expired, '0'), control(oids.expired, '0')]],
    ['expiring in no time at all', [control(oids.expiring, '')]],
    ['expiring in hexadecimal', [control(oids.expiring, '0x10')]],
    ['expiring in a negative time', [control(oids.expiring, '-1')]],
    ['expiring after too many digits', [control(oids.expiring, '1'.repeat(1_000_000))]],
  ])('%s', (_, controls) => {
    expect(attempt(() => policyOf(49, ...controls))).toBeUndefined();
  });

  test('nested thousands of levels deep', () => {
    let value = ber(0xa0);
    while (value.length < 20_000) value = ber(0xa0, value);
    expect(() => policyOf(49, policy(value))).toThrow(MalformedMessage);
  });

  test('any value at all is read or refused, and what is read is what the library alone reads', () => {
    const likely = fc.constantFrom(0x30, 0xa0, 0x80, 0x81, 0, 1, 2, 3, 4, 5, 0x7f, 0xff);
    fc.assert(
      fc.property(fc.array(likely, { maxLength: 14 }).map(Buffer.from), (value) => {
        const read = attempt(() => policyOf(0, control(oids.policy, value)));
        if (read === undefined) return;
        const alone = new PasswordPolicyControl();
        alone.parse(new BerReader(value));
        expect(Object.values(read)).toEqual(expect.arrayContaining(Object.values(alone.value ?? {})));
      }),
      { numRuns: 3000 },
    );
  });
});

// CVE-2026-9801 is this in Keycloak: an answer to a bind that ends in the memory of the one who asked.
describe('attack: a bomb of controls', () => {
  test('many of them', () => {
    const many = Array.from({ length: limits.controls + 1 }, (_, n) => control(`1.2.${n}`, 'x'));
    expect(() => policyOf(49, ...many)).toThrow(`more than ${limits.controls} controls`);
    expect(policyOf(49, ...many.slice(1))).toEqual({});
  });

  test('hundreds of thousands, empty', () => {
    const many = Buffer.alloc(4 * limits.messageElements, Buffer.from([0x30, 0x02, 0x04, 0x00]));
    expect(() => policyOf(49, many)).toThrow(MalformedMessage);
  });

  test('one with a list of hundreds of thousands', () => {
    const list = ber(0x30, Buffer.alloc(2 * limits.messageElements, Buffer.from([0x81, 0x00])));
    expect(() => policyOf(49, control(oids.policy, list))).toThrow(MalformedMessage);
  });
});

test('a page cookie that is there twice is refused', () => {
  const cookie = control(PagedResultsControl.type, ber(0x30, integer(0), ber(0x04, 'next')));
  const [frame] = new FrameReader(limits.messageBytes).push(result(7, 0x65, 0, '', cookie, cookie));
  expect(() => frame && readResponse(frame)).toThrow(MalformedMessage);
});

test('an answer without controls has no policy and no error', () => {
  const [frame] = new FrameReader(limits.messageBytes).push(bindResult(7));
  expect(frame && readResponse(frame)).toMatchObject({ kind: 'bind', result: { code: 0, policy: {} } });
});

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof MalformedMessage || error instanceof InvalidAsn1Error)) throw error;
    return undefined;
  }
}
