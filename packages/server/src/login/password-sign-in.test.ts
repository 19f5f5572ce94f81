import { type Connector, ConnectorError, type Json, type PasswordLogin } from '@gatehouse/connector-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Browser } from '../testing/browser.ts';
import { type SignInApp, startSignInApp } from '../testing/sign-in-app.ts';

/** Counts what it is asked; the password says what happens. */
class Directory implements Connector<Json> {
  readonly asked: string[] = [];
  readonly signals: AbortSignal[] = [];
  readonly login = {
    kind: 'password' as const,
    usernameLabel: 'Staff number',
    verify: async (
      { username, password, mayTry }: Parameters<PasswordLogin<Json>['verify']>[0],
      { signal }: { signal: AbortSignal },
    ) => {
      this.asked.push(username);
      this.signals.push(signal);
      const [, account] = username.split('is ');
      if (account !== undefined && (await mayTry?.(account)) === false) return null;
      return this.#answer(username, password, signal);
    },
  };

  async check() {
    return [];
  }

  async #answer(username: string, password: string, signal: AbortSignal) {
    if (password === 'disabled') throw new ConnectorError('denied', { reason: 'account disabled' });
    if (password === 'expired') {
      const personLink = 'https://password.example.com/?a=1&b=2';
      const personMessage = `Your password has expired. Please change it at ${personLink}, then sign in.`;
      throw new ConnectorError('denied', { reason: 'expired', personMessage, personLink });
    }
    if (password === 'down')
      throw new ConnectorError('unavailable', { reason: 'connection refused', retryAfter: 7 });
    if (password === 'hang') return new Promise<never>(() => signal.throwIfAborted());
    if (password !== 'right') return null;
    return { upstreamId: `id-${username}`, username, groups: [], state: null };
  }
}

let app: SignInApp;
let directory: Directory;
let alice: Browser;
const form = '/login/alice-1/with/corp';

beforeEach(async () => {
  directory = new Directory();
  app = await startSignInApp({ corp: directory });
  alice = new Browser(app, 'alice-1');
});
afterEach(() => app.close());

const type = (login: string, password: string, more = {}) =>
  alice.submit('/login/alice-1', form, { login, password, ...more });

/** The page without what is different each time. */
const essence = (text: string) => text.replace(/(Request <code>)[^<]*/, '$1').replace(/value="[^"]*"/g, '');

describe('the password form', () => {
  it('comes without a choice where there is one way, with the fields that password managers know', async () => {
    const { status, text } = await alice.get('/login/alice-1');
    expect(status).toBe(200);
    for (const part of ['id="login" name="login"', 'id="password" name="password"', 'id="submit-login"']) {
      expect(text).toContain(part);
    }
    expect(text).toContain('autocomplete="username"');
    expect(text).toContain('autocomplete="current-password"');
    expect(text).toContain('Staff number');
  });

  it('signs in, and remembers the browser only where the person asked for it', async () => {
    expect((await type('ada', 'right')).location).toBe('/done');
    expect((await type('ada', 'right', { remember: 'yes' })).location).toBe('/done');
    expect(app.signedIn.map(({ remember }) => remember)).toEqual([false, true]);
  });

  it('fills in the name that the client hints at, as text', async () => {
    const bob = new Browser(app, 'bob-1', {
      wish: { fresh: false, loginHint: '"><script>alert(1)</script>' },
    });
    const { text } = await bob.get('/login/bob-1');
    expect(text).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"');
  });

  it('keeps the name and forgets the password after a wrong one', async () => {
    const page = await type('ada', 'wrong-one');
    expect(page.status).toBe(401);
    expect(page.text).toContain('value="ada"');
    expect(page.text).not.toContain('wrong-one');
    expect(page.text).toContain('role="alert"');
  });
});

describe('attacks on it', () => {
  it('Attack: telling from the answer which accounts exist. A disabled one looks like a wrong password.', async () => {
    const wrong = await type('nobody', 'wrong');
    const disabled = await type('ada', 'disabled');
    expect(disabled.status).toBe(wrong.status);
    expect(essence(disabled.text)).toBe(essence(wrong.text));
    const logged = app.logLines.filter(({ message }) => message === 'sign-in refused');
    expect(String(logged.at(-1)?.fields.error)).toContain('account disabled');
  });

  it('tells the state of an account to the person who knew its password', async () => {
    const page = await type('ada', 'expired');
    expect(page.status).toBe(403);
    expect(page.text).toContain('Your password has expired.');
    expect(page.text).toContain('Try again');
  });

  it('gives the address in that sentence as a link, and leaves no trace of the sign-in there', async () => {
    const page = await type('ada', 'expired');
    const address = 'https://password.example.com/?a=1&amp;b=2';
    expect(page.text).toContain(`at <a href="${address}" rel="noreferrer">${address}</a>, then`);
  });

  it('Attack: one account under many names. They share its tries, and nobody is told that they do.', async () => {
    const wrong = [
      await type('jane is j', 'wrong'),
      await type('CORP jane is j', 'wrong'),
      await type('jd is j', 'wrong'),
    ];
    const right = await type('Jane Doe is j', 'right');
    expect([right, ...wrong].map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    expect(essence(right.text).replaceAll('Jane Doe', 'jd')).toBe(essence(wrong[2]?.text ?? ''));
    expect((await type('bob is b', 'right')).location).toBe('/done');
  });

  it('forgives what was tried under other names once the password was right', async () => {
    for (const name of ['a is j', 'b is j', 'c is j', 'd is j', 'e is j']) {
      expect((await type(name, 'wrong')).status).toBe(401);
      expect((await type('jane is j', 'right')).location).toBe('/done');
    }
  });

  it('Attack: an empty password, which many directories take for an anonymous sign-in. Nobody is asked.', async () => {
    const hopeless = [
      ['ada', ''],
      ['', 'right'],
      ['  ', 'right'],
      ['ada', 'right\0'],
      ['a\0', 'right'],
    ] as const;
    const wrong = await type('ada', 'wrong');
    for (const [login, password] of hopeless) {
      const page = await type(login, password);
      expect(page.status).toBe(401);
      expect(page.text).toContain(/role="alert"[^>]*>([^<]*)/.exec(wrong.text)?.[1] ?? 'no sentence');
    }
    expect(directory.asked).toEqual(['ada']);
  });

  it('Attack: a name or a password so long that hashing it is work. Nobody is asked.', async () => {
    expect((await type('a'.repeat(257), 'right')).status).toBe(401);
    expect((await type('ada', 'a'.repeat(1025))).status).toBe(401);
    expect((await type('ada', 'a'.repeat(20_000))).status).toBe(400);
    expect(directory.asked).toEqual([]);
  });

  it('Attack: the fields sent twice, one for the check and one for the directory. Neither is used.', async () => {
    const { text } = await alice.get('/login/alice-1');
    const csrf = /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
    const body = `csrf=${csrf}&login=ada&login=eve&password=right&password=right`;
    const headers = { cookie: 'sign-in=alice-1', 'content-type': 'application/x-www-form-urlencoded' };
    const response = await fetch(app.origin + form, { method: 'POST', body, headers });
    expect(response.status).toBe(401);
    expect(directory.asked).toEqual([]);
  });

  it('Attack: guessing. The fourth try at an account is not passed on, also when its password is right.', async () => {
    for (let n = 0; n < 3; n += 1) await type('ada', 'wrong');
    const page = await type('ada', 'right');
    expect(page.status).toBe(429);
    expect(page.headers.get('retry-after')).toBe('60');
    expect(page.text).toContain('Too many attempts');
    expect(directory.asked).toHaveLength(3);
    expect(app.signedIn).toHaveLength(0);
  });

  it('Attack: guessing at once, to be through before the first is counted. Three get through.', async () => {
    await Promise.all(Array.from({ length: 10 }, () => type('ada', 'wrong')));
    expect(directory.asked).toHaveLength(3);
  });

  it('Attack: a forged form, posted by another site. The directory is not asked.', async () => {
    const page = await alice.post(form, { login: 'eve', password: 'right', csrf: 'forged' });
    expect(page.status).toBe(403);
    const { text } = await alice.get('/login/alice-1');
    const csrf = /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
    const origin = { origin: 'https://evil.example' };
    expect((await alice.post(form, { login: 'eve', password: 'right', csrf }, origin)).status).toBe(403);
    expect(directory.asked).toEqual([]);
  });

  it('logs nothing of what was typed: a password may stand in the field for the name', async () => {
    await type('my-Pa55word', 'wrong-Pa55word');
    await type('my-Pa55word', 'down');
    expect(JSON.stringify(app.logLines)).not.toContain('Pa55word');
  });
});

describe('when the directory does not play along', () => {
  it('says so in the form, with the number to quote, and does not call it a wrong password', async () => {
    const page = await type('ada', 'down');
    expect(page.status).toBe(503);
    expect(page.headers.get('retry-after')).toBe('7');
    expect(page.text).toContain('cannot be reached');
    expect(page.text).toContain(page.headers.get('x-request-id') ?? 'no id');
    expect(page.text).not.toContain('connection refused');
  });

  it('ends the question when the browser goes away', async () => {
    const { text } = await alice.get('/login/alice-1');
    const csrf = /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
    const browser = new AbortController();
    const body = new URLSearchParams({ csrf, login: 'ada', password: 'hang' });
    const headers = { cookie: 'sign-in=alice-1' };
    const request = fetch(app.origin + form, { method: 'POST', body, headers, signal: browser.signal });
    await until(() => directory.signals.length === 1);
    browser.abort();
    await expect(request).rejects.toThrow();
    await until(() => directory.signals[0]?.aborted === true);
  });
});

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
}
