/** Attacks on passwords: guessing them, and finding out whom to guess at. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type House, openHouse, passwordOf } from '../support/house.ts';
import { HttpBrowser, type Page, textOf } from '../support/http-browser.ts';
import { fetchFrom } from '../support/raw-http.ts';
import { begin, typePassword } from '../support/sign-in-steps.ts';

const perAccount = 4;
const perAddress = 12;
const windowSeconds = 300;

let house: House;
beforeAll(async () => {
  const window = `${windowSeconds}s`;
  const passwordAttempts = {
    perAccount: { tries: perAccount, window },
    perAddress: { tries: perAddress, window },
  };
  house = await openHouse({ config: { limits: { passwordAttempts } } });
});
afterAll(() => house.close());

/** Each test comes from addresses of its own, so that they do not use up each other's tries. */
let next = 1;
function newAddress(): string {
  next += 1;
  return `127.0.1.${next}`;
}

/** What a browser at this address is told about a name and a password. */
async function tryFrom(address: string, name: string, password: string, headers = {}): Promise<Page> {
  const fetcher = fetchFrom(address);
  const browser = new HttpBrowser((url, init) =>
    fetcher(url, { ...init, headers: { ...Object.fromEntries(new Headers(init?.headers)), ...headers } }),
  );
  return await typePassword(browser, await begin(house, 'app', browser), name, password);
}

async function statuses(tries: number, attempt: (n: number) => Promise<Page>): Promise<readonly number[]> {
  const found: number[] = [];
  for (let n = 0; n < tries; n += 1) found.push((await attempt(n)).status);
  return found;
}

const times = <T>(count: number, value: T) => Array<T>(count).fill(value);

function stopped(page: Page): void {
  expect(page.status).toBe(429);
  const seconds = Number(page.headers.get('retry-after'));
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual(windowSeconds);
  expect(textOf(page)).toContain('Too many attempts');
}

describe('guessing', () => {
  // Attack: many passwords are tried on one account.
  test('at one account is stopped, also for the right password, and from other addresses too', async () => {
    const guesser = newAddress();
    const seen = await statuses(perAccount, (n) => tryFrom(guesser, 'alice', `guess-${n}`));
    expect(seen).toEqual(times(perAccount, 401));
    stopped(await tryFrom(guesser, 'alice', 'one-more'));
    stopped(await tryFrom(guesser, 'alice', passwordOf('alice')));
    stopped(await tryFrom(newAddress(), 'alice', passwordOf('alice')));
    // Others are not touched, from the same address either.
    expect((await tryFrom(guesser, 'bob', passwordOf('bob'))).status).toBe(303);
  });

  test('locks the owner out for no longer than the window', async () => {
    await statuses(perAccount + 3, (n) => tryFrom(newAddress(), 'alice', `guess-${n}`));
    const [{ most = 0 } = {}] = await house.sql<{ most: number }>(
      'SELECT max(extract(epoch FROM expires_at - now()))::float AS most FROM rate_limits',
    );
    expect(most).toBeLessThanOrEqual(windowSeconds);
    await house.sql(`UPDATE rate_limits SET expires_at = expires_at - interval '${windowSeconds} seconds'`);
    expect((await tryFrom(newAddress(), 'alice', passwordOf('alice'))).status).toBe(303);
  });

  test('is forgotten once the person has shown the password', async () => {
    for (let round = 0; round < 3; round += 1) {
      const address = newAddress();
      expect((await tryFrom(address, 'carol', 'wrong')).status).toBe(401);
      expect((await tryFrom(address, 'carol', 'wrong')).status).toBe(401);
      expect((await tryFrom(address, 'carol', passwordOf('carol'))).status).toBe(303);
    }
  });

  // Attack: every spelling that the directory takes for the same person is a fresh try.
  test('under other spellings of one name counts as one account', async () => {
    const spellings = ['Dora', 'DORA', ' dora ', 'ｄｏｒａ', 'do\u00adra', 'd\u200bora', 'dorá'];
    const seen = await statuses(spellings.length, (n) => tryFrom(newAddress(), spellings[n] ?? '', 'wrong'));
    expect(seen).toEqual([...times(perAccount, 401), ...times(spellings.length - perAccount, 429)]);
  });

  // Attack: one password is tried on many accounts.
  test('at many accounts is stopped by its address', async () => {
    const sprayer = newAddress();
    const seen = await statuses(perAddress + 2, (n) => tryFrom(sprayer, `person-${n}`, 'Winter2026!'));
    expect(seen).toEqual([...times(perAddress, 401), 429, 429]);
    stopped(await tryFrom(sprayer, 'erin', 'x'));
    expect((await tryFrom(newAddress(), 'bob', passwordOf('bob'))).status).toBe(303);
  });

  test('is not what an office behind one address does that signs in, however many they are', async () => {
    const office = newAddress();
    const names = ['alice', 'bob', 'carol'];
    const seen = await statuses(perAddress + 3, (n) => {
      const name = names[n % names.length] ?? '';
      return tryFrom(office, name, passwordOf(name));
    });
    expect(seen).toEqual(times(perAddress + 3, 303));
  });

  // Attack: a made-up X-Forwarded-For gives each try an address of its own.
  test('from made-up addresses is stopped by the real one', async () => {
    const sprayer = newAddress();
    const seen = await statuses(perAddress + 2, (n) =>
      tryFrom(sprayer, `victim-${n}`, 'x', {
        'x-forwarded-for': `203.0.113.${n}`,
        'x-real-ip': `203.0.113.${n}`,
        forwarded: `for=203.0.113.${n}`,
        'cf-connecting-ip': `203.0.113.${n}`,
      }),
    );
    expect(seen).toEqual([...times(perAddress, 401), 429, 429]);
  });

  // Attack: all tries at the same moment, before the first of them was counted.
  test('in parallel is counted like guessing in turn', async () => {
    const pages = await Promise.all(
      Array.from({ length: 20 }, (_, n) => tryFrom(newAddress(), 'frank', `guess-${n}`)),
    );
    expect(pages.filter(({ status }) => status === 401)).toHaveLength(perAccount);
    expect(pages.filter(({ status }) => status === 429)).toHaveLength(20 - perAccount);
  });
});

describe('finding out who has an account', () => {
  /** Without what is different each time: ids, tokens, and what was typed. */
  function shape(page: Page, name: string) {
    const uid = page.url.pathname.split('/')[2] ?? '';
    const body = page.body
      .replaceAll(uid, '<uid>')
      .replace(/name="csrf" value="[^"]+"/g, '<csrf>')
      .replaceAll(name, '<name>');
    const headers = Object.fromEntries(page.headers);
    for (const changing of ['date', 'x-request-id', 'content-length', 'set-cookie']) delete headers[changing];
    return { status: page.status, headers, body, cookies: page.headers.getSetCookie().length };
  }

  // Attack: the page, its status or its headers differ between "wrong password" and "nobody by that name".
  test('the answer is the same for a wrong password, for nobody and for whoever has left', async () => {
    await house.behave({ people: { bob: { behaviour: 'gone' }, carol: { behaviour: 'denied' } } });
    const wrong = shape(await tryFrom(newAddress(), 'alice', 'wrong-1'), 'alice');
    const nobody = shape(await tryFrom(newAddress(), 'nobody', 'wrong-1'), 'nobody');
    const left = shape(await tryFrom(newAddress(), 'bob', passwordOf('bob')), 'bob');
    const locked = shape(await tryFrom(newAddress(), 'carol', passwordOf('carol')), 'carol');
    await house.behave({});
    expect(wrong.status).toBe(401);
    expect(nobody).toEqual(wrong);
    expect(left).toEqual(wrong);
    // A locked account, of which the upstream did not say that the password was right.
    expect(locked).toEqual(wrong);
  });

  // Attack: only accounts that exist are ever locked.
  test('names that nobody has are stopped like others', async () => {
    const name = 'nobody-at-all';
    const seen = await statuses(perAccount + 1, () => tryFrom(newAddress(), name, 'x'));
    expect(seen).toEqual([...times(perAccount, 401), 429]);
  });

  test('the log has neither the password nor the name that was typed', async () => {
    await tryFrom(newAddress(), 'typed-by-mistake-into-the-name', 'typed-as-the-password');
    expect(house.gatehouse.output()).not.toMatch(/typed-by-mistake|typed-as-the-password|ecila/);
  });
});

test('an empty name or password, and very long ones, are wrong like others', async () => {
  for (const [name, password] of [
    ['', ''],
    ['alice', ''],
    ['', 'ecila'],
    ['a'.repeat(5_000), 'x'],
    ['x', 'p'.repeat(5_000)],
  ]) {
    const page = await tryFrom(newAddress(), name ?? '', password ?? '');
    expect(page.status).toBe(401);
    expect(textOf(page)).toContain('do not match');
  }
});
