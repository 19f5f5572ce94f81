import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ber } from '../../../../tests/support/hostile-ldap.ts';
import { ticketMark } from './token.ts';

const oid = {
  spnego: '2b0601050502',
  kerberos: '2a864886f712010202',
  microsoft: '2a864882f712010202',
  ntlm: '2b06010401823702020a',
  negoex: '2b06010401823702021e',
  iakerb: '2a864886f712010205',
};

const name = (hex: string) => ber(0x06, Buffer.from(hex, 'hex'));

/** AP-REQ (RFC 4120, section 5.5.1), with what is encrypted in it as it is given. */
function request(authenticator: string, options = '\0\0\0\0\0'): Buffer {
  const encrypted = ber(0x30, ber(0xa0, ber(0x02, '\x12')), ber(0xa2, ber(0x04, authenticator)));
  const fields = ber(
    0x30,
    ber(0xa0, ber(0x02, '\x05')),
    ber(0xa1, ber(0x02, '\x0e')),
    ber(0xa2, ber(0x03, options)),
    ber(0xa3, ber(0x61, ber(0x30))),
    ber(0xa4, encrypted),
  );
  return ber(0x6e, fields);
}

interface Parts {
  readonly outer?: string;
  readonly offers?: readonly string[];
  readonly inner?: string;
  readonly mark?: Buffer;
  readonly token?: Buffer;
}

function spnego({ outer, offers, inner, mark, token = request('secret') }: Parts = {}): Buffer {
  const chosen = ber(0x60, name(inner ?? oid.kerberos), mark ?? Buffer.of(1, 0), token);
  const offer = ber(
    0x30,
    ber(0xa0, ber(0x30, ...(offers ?? [oid.kerberos]).map(name))),
    ber(0xa2, ber(0x04, chosen)),
  );
  return ber(0x60, name(outer ?? oid.spnego), ber(0xa0, offer));
}

describe('a token', () => {
  test('is a ticket as Windows, macOS and Linux send it', () => {
    const windows = [oid.microsoft, oid.kerberos, oid.negoex, oid.ntlm];
    expect(ticketMark(spnego())).toMatch(/^[\w-]{43}$/);
    expect(ticketMark(spnego({ offers: windows }))).toBe(ticketMark(spnego()));
  });

  test('has one mark for one use of a ticket, whatever is changed around what is encrypted', () => {
    expect(ticketMark(spnego({ token: request('secret', '\0\x20\0\0\0') }))).toBe(ticketMark(spnego()));
    expect(ticketMark(spnego({ token: request('other') }))).not.toBe(ticketMark(spnego()));
  });

  test.each<[string, Parts]>([
    ['NTLM first', { offers: [oid.ntlm, oid.kerberos] }],
    ['NegoEx first', { offers: [oid.negoex, oid.kerberos] }],
    ['no offer', { offers: [] }],
    ['Kerberos offered, NTLM inside', { inner: oid.ntlm }],
    ['Attack: IAKERB, which makes us speak to a server that a stranger names', { inner: oid.iakerb }],
    ['IAKERB offered', { offers: [oid.iakerb] }],
    ['Kerberos without SPNEGO', { outer: oid.kerberos }],
    ['an answer of a KDC instead of a request', { mark: Buffer.of(2, 0) }],
    ['no request', { token: Buffer.alloc(0) }],
    ['a request without its authenticator', { token: ber(0x6e, ber(0x30, ber(0xa0, ber(0x02, '\x05')))) }],
  ])('is refused: %s', (_, parts) => {
    expect(ticketMark(spnego(parts))).toBeNull();
  });

  test('Attack: an element twice, for one reader to take the first and the other the last. It is refused.', () => {
    const offer = ber(0x30, ber(0xa0, ber(0x30, name(oid.ntlm))), ber(0xa0, ber(0x30, name(oid.kerberos))));
    expect(ticketMark(ber(0x60, name(oid.spnego), ber(0xa0, offer)))).toBeNull();
  });

  test('is refused wherever it is cut off, and no bytes at all are a fault', () => {
    const whole = spnego();
    for (let length = 0; length < whole.length; length += 1) {
      expect(ticketMark(whole.subarray(0, length))).toBeNull();
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => ticketMark(Buffer.from(bytes)) === null),
    );
  });

  test('is refused, and no fault, wherever a byte is changed; or it is the same ticket', () => {
    const whole = spnego();
    for (let at = 0; at < whole.length; at += 1) {
      for (const bit of [0x01, 0x20, 0x80]) {
        const changed = Buffer.from(whole);
        changed[at] = (changed[at] ?? 0) ^ bit;
        expect(() => ticketMark(changed)).not.toThrow();
      }
    }
  });
});
