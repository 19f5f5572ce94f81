import { beforeEach, describe, expect, it } from 'vitest';
import { BegunSignIns } from './begun-sign-ins.ts';

let now: Date;
let begun: BegunSignIns;
beforeEach(() => {
  now = new Date('2026-11-21T12:00:00Z');
  begun = new BegunSignIns(40, () => now);
});

function times(count: number, address: string): void {
  for (let n = 0; n < count; n += 1) begun.count('sign-in', address);
}

// Attack: one computer begins sign-ins without end, and each takes the place of somebody else's.
describe('the places for pending sign-ins', () => {
  it('are taken by one address to a quarter, and others still begin', () => {
    times(10, '192.0.2.1');
    expect(() => begun.count('sign-in', '192.0.2.1')).toThrow(/begun 10 of limits.pendingSignIns/);
    times(10, '192.0.2.2');
  });

  it('are counted for a whole IPv6 network of one customer', () => {
    for (let n = 0; n < 10; n += 1) begun.count('sign-in', `2001:db8::${n}`);
    expect(() => begun.count('sign-in', '2001:db8::ffff')).toThrow();
    begun.count('sign-in', '2001:db8:0:1::1');
  });

  it('are free again when what was begun has ended', () => {
    times(10, '192.0.2.1');
    now = new Date(now.getTime() + 599_000);
    expect(() => begun.count('sign-in', '192.0.2.1')).toThrow(expect.objectContaining({ retryAfter: 1 }));
    now = new Date(now.getTime() + 1_000);
    times(10, '192.0.2.1');
  });

  it('are others for logins at an upstream', () => {
    times(10, '192.0.2.1');
    begun.count('login', '192.0.2.1');
  });
});
