import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, it } from 'vitest';
import { isLoopback, kindOf } from './address-kind.ts';

describe('an address', () => {
  it.each([
    [
      'public',
      [
        '1.1.1.1',
        '140.82.121.3',
        '11.0.0.0',
        '172.32.0.1',
        '2606:4700::1111',
        '::ffff:1.1.1.1',
        '64:ff9b::101:101',
      ],
    ],
    ['private', ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '127.0.0.1', '127.255.255.254']],
    [
      'private',
      ['100.64.0.1', '::1', 'fc00::1', 'fd12:3456::1', '::ffff:10.0.0.1', '::ffff:7f00:1', '64:ff9b::a00:1'],
    ],
    [
      'special',
      ['0.0.0.0', '0.1.2.3', '169.254.169.254', '169.254.0.1', '224.0.0.1', '255.255.255.255', '240.0.0.1'],
    ],
    ['special', ['192.0.2.1', '198.51.100.1', '203.0.113.1', '198.18.0.1', '192.88.99.1', '100.100.100.200']],
    [
      'special',
      ['168.63.129.16', '192.0.0.192', 'fd00:ec2::254', '::ffff:169.254.169.254', '64:ff9b::a9fe:a9fe'],
    ],
    [
      'special',
      ['::', 'fe80::1', 'febf::1', 'ff02::1', '2001:db8::1', '2001::1', '2002:7f00:1::', '2002:a00:1::'],
    ],
    // IPv4-compatible, site-local, NAT64 of a network's own prefix, and what nobody has been given yet.
    ['special', ['::127.0.0.1', '::7f00:1', 'fec0::1', '64:ff9b:1::a00:1', '4000::1', '1::1', '100::1']],
    [
      'special',
      ['', 'localhost', '1.2.3', '2130706433', '0x7f000001', '1.1.1.1.', '::1%lo', '[::1]', 'nonsense'],
    ],
  ] as const)('is %s: %j', (kind, addresses) => {
    expect(addresses.map((address) => [address, kindOf(address)])).toEqual(
      addresses.map((address) => [address, kind]),
    );
  });

  const byte = fc.integer({ min: 0, max: 255 });
  const v4 = fc.tuple(byte, byte, byte, byte);
  const dotted = (bytes: readonly number[]) => bytes.join('.');

  /** An independent account of what must never be taken for public. */
  const inside = ([a, b]: readonly [number, number, number, number]) =>
    a === 0 ||
    a === 10 ||
    a === 127 ||
    a >= 224 ||
    (a === 100 && b >= 64 && b < 128) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168);

  it('of the inside is never public, in any of the ways to write it', () => {
    fc.assert(
      fc.property(v4.filter(inside), (bytes) => {
        const hex = Buffer.from(bytes).toString('hex');
        const low = `${hex.slice(0, 4)}:${hex.slice(4)}`;
        for (const way of [
          dotted(bytes),
          `::ffff:${dotted(bytes)}`,
          `::ffff:${low}`,
          `64:ff9b::${low}`,
          `::${low}`,
          `2002:${low}::`,
        ]) {
          expect([way, kindOf(way)]).not.toEqual([way, 'public']);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('means the same in its long and its short form, mapped or not', () => {
    fc.assert(
      fc.property(v4, (bytes) => {
        expect(kindOf(`::ffff:${dotted(bytes)}`)).toBe(kindOf(dotted(bytes)));
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        const address = new ipaddr.IPv6([...bytes]);
        expect(kindOf(address.toNormalizedString())).toBe(kindOf(address.toRFC5952String()));
      }),
    );
  });

  it('of version 6 is public only within what has been given out (2000::/3), or if its IPv4 address is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        const text = new ipaddr.IPv6([...bytes]).toString();
        if (kindOf(text) === 'public') expect((bytes[0] ?? 0) >> 5).toBe(1);
      }),
    );
  });

  it('of this computer is known as such', () => {
    expect(['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1'].map(isLoopback)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['10.0.0.1', '0.0.0.0', '::', 'localhost', ''].map(isLoopback)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});
