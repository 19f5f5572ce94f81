import { BrokerError, type RateLimit, type RateLimits } from '@gatehouse/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldName, PasswordAttempts } from './password-attempts.ts';

/** Counts without a clock: what the port promises within one window. */
class Counters implements RateLimits {
  readonly counts = new Map<string, number>();

  async take(key: string, limit: RateLimit): Promise<{ retryAfter: number }> {
    const count = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, count);
    return { retryAfter: count > limit.tries ? limit.window : 0 };
  }

  async forgive(key: string): Promise<void> {
    this.counts.delete(key);
  }

  async giveBack(key: string): Promise<void> {
    this.counts.set(key, Math.max(0, (this.counts.get(key) ?? 0) - 1));
  }
}

const secret = new Uint8Array(32).fill(7);
const rates = { perAccount: { tries: 3, window: 60 }, perAddress: { tries: 5, window: 90 } };

function attempts() {
  const counters = new Counters();
  return { counters, attempts: new PasswordAttempts(counters, rates, [secret]) };
}

const at = (username: string, address = '203.0.113.9') => ({ connectorId: 'corp', username, address });

async function outcome(run: Promise<void>): Promise<string> {
  return run.then(
    () => 'allowed',
    (error) => (error instanceof BrokerError ? `${error.code} ${error.retryAfter}` : 'not a BrokerError'),
  );
}

describe('password attempts', () => {
  it('stops the fourth try at an account and says for how long', async () => {
    const { attempts: counted } = attempts();
    const outcomes = [];
    for (let n = 0; n < 4; n += 1) outcomes.push(await outcome(counted.count(at('ada', `203.0.113.${n}`))));
    expect(outcomes).toEqual(['allowed', 'allowed', 'allowed', 'too_many_attempts 60']);
  });

  it('Attack: one address tries one password at many accounts. It is stopped.', async () => {
    const { attempts: counted } = attempts();
    for (let n = 0; n < 5; n += 1) expect(await outcome(counted.count(at(`user${n}`)))).toBe('allowed');
    expect(await outcome(counted.count(at('user5')))).toBe('too_many_attempts 90');
  });

  it('Attack: an address that is stopped goes on, to lock the person out. The account is not counted any more.', async () => {
    const { attempts: counted } = attempts();
    for (let n = 0; n < 20; n += 1) await outcome(counted.count(at(`user${n}`)));
    await outcome(counted.count(at('ada')));
    await outcome(counted.count(at('ada')));
    await outcome(counted.count(at('ada')));
    expect(await outcome(counted.count(at('ada', '198.51.100.1')))).toBe('allowed');
  });

  it('Attack: the same name in other spellings, for fresh tries. They are one account.', async () => {
    const { attempts: counted } = attempts();
    const spellings = [
      'Ada.Müller',
      'ada.müller ',
      'ADA.MU\u0308LLER',
      'ａｄａ.muller',
      'ada\u200b.müller',
      'a\u00adda.müller',
    ];
    const outcomes = [];
    for (const [n, name] of spellings.entries())
      outcomes.push(await outcome(counted.count(at(name, `192.0.2.${n}`))));
    expect(outcomes.filter((one) => one === 'allowed')).toHaveLength(3);
  });

  it('Attack: another of its names for each try at an account. Its tries are counted by the name that the upstream has for it.', async () => {
    const { attempts: counted } = attempts();
    const allowed = [];
    for (const name of ['ada', 'CORP\\ada', 'ada@corp.example', 'a.lovelace@corp.example'])
      allowed.push(await counted.accountsOf(at(name)).mayTry('cn=ada,ou=people'));
    expect(allowed).toEqual([true, true, true, false]);
    expect(await counted.accountsOf(at('bob')).mayTry('cn=bob,ou=people')).toBe(true);
  });

  it('counts an account once where the upstream asks twice about one try, and forgives it after a success', async () => {
    const { attempts: counted, counters } = attempts();
    for (let n = 0; n < 5; n += 1) {
      const accounts = counted.accountsOf(at('ada'));
      expect(await accounts.mayTry('cn=ada')).toBe(true);
      expect(await accounts.mayTry('cn=ada')).toBe(true);
      expect([...counters.counts.values()]).toEqual([1]);
      await accounts.forgive();
    }
  });

  it('keeps the same name at two connectors apart', async () => {
    const { attempts: counted, counters } = attempts();
    await counted.count(at('ada'));
    await counted.count({ ...at('ada'), connectorId: 'local' });
    expect([...counters.counts.keys()].filter((key) => key.startsWith('password:account:'))).toHaveLength(2);
  });

  it('forgives an account after a success, and gives the address that one try back', async () => {
    const { attempts: counted } = attempts();
    for (let n = 0; n < 3; n += 1) await counted.count(at('ada'));
    await counted.forgive(at('ada'));
    for (let n = 0; n < 3; n += 1) expect(await outcome(counted.count(at('ada')))).toBe('allowed');
    expect(await outcome(counted.count(at('bob')))).toBe('too_many_attempts 90');
  });

  it('lets a hundred people behind one address sign in', async () => {
    const { attempts: counted } = attempts();
    for (let n = 0; n < 100; n += 1) {
      await counted.count(at(`user${n}`));
      await counted.forgive(at(`user${n}`));
    }
    expect(await outcome(counted.count(at('ada')))).toBe('allowed');
  });

  it('Attack: an own account is signed in to between the guesses. The guesses stay counted.', async () => {
    const { attempts: counted } = attempts();
    for (let n = 0; n < 5; n += 1) {
      await counted.count(at(`victim${n}`));
      const own = await outcome(counted.count(at('mallory')));
      if (own === 'allowed') await counted.forgive(at('mallory'));
    }
    expect(await outcome(counted.count(at('victim5')))).toBe('too_many_attempts 90');
  });

  it('keeps nothing of what was typed: it may be a password in the wrong field', async () => {
    const { attempts: counted, counters } = attempts();
    await counted.count(at('hunter2-secret'));
    expect(JSON.stringify([...counters.counts])).not.toContain('hunter2');
    expect(counted.accountMark(at('hunter2-secret'))).toMatch(/^[\w-]{12}$/);
  });

  it('folds a name that is folded already to itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), (name) => {
        expect(foldName(foldName(name))).toBe(foldName(name));
      }),
    );
  });
});
