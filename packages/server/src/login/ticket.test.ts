import { type Connector, ConnectorError, type Json } from '@gatehouse/connector-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Browser } from '../testing/browser.ts';
import { type SignInApp, startSignInApp } from '../testing/sign-in-app.ts';

/** The ticket says what happens; addresses decide nothing but who is asked first. */
class Domain implements Connector<Json> {
  readonly seen: string[] = [];
  asksFirst = true;
  readonly login = {
    kind: 'password' as const,
    usernameLabel: 'Name',
    verify: async ({ username }: { username: string }) => identityOf(username),
    negotiate: {
      asksFirst: () => this.asksFirst,
      accept: async (token: Uint8Array) => this.#accept(Buffer.from(token).toString()),
    },
  };

  async check() {
    return [];
  }

  #accept(ticket: string) {
    this.seen.push(ticket);
    if (ticket === 'unknown') return null;
    if (ticket === 'disabled') {
      const personMessage = 'Your account is disabled.';
      throw new ConnectorError('denied', { reason: 'disabled', personMessage });
    }
    if (ticket === 'down') throw new ConnectorError('unavailable', { reason: 'no directory' });
    if (ticket === 'no keytab') throw new ConnectorError('misconfigured', { reason: 'no keytab' });
    if (ticket === 'odd') throw new ConnectorError('bad_response', { reason: 'odd' });
    return { identity: identityOf(ticket), reply: Buffer.from('it is me') };
  }
}

function identityOf(username: string) {
  const authenticated = { amr: ['wia'] };
  return { upstreamId: `id-${username}`, username, groups: [], authenticated, state: null };
}

let app: SignInApp;
let domain: Domain;
let computer: Browser;
const entry = '/login/it-1';
const form = '/login/it-1/with/corp/form';
const ticket = '/login/it-1/with/corp/ticket';

beforeEach(async () => {
  domain = new Domain();
  app = await startSignInApp({ corp: domain });
  computer = new Browser(app, 'it-1');
});
afterEach(() => app.close());

const negotiate = (token: string) => `Negotiate ${Buffer.from(token).toString('base64')}`;
const present = (authorization: string) => computer.get(ticket, { authorization });
const isForm = (text: string) => text.includes('id="submit-login"');
const offer = 'Sign in with this computer';

describe('a browser with a ticket', () => {
  it('is asked with a page that is the form, for those who have none', async () => {
    const { status, location } = await computer.get(entry);
    expect([status, location]).toEqual([303, `/sso${ticket}`]);
    const question = await computer.get(ticket);
    expect(question.status).toBe(401);
    expect(question.headers.get('www-authenticate')).toBe('Negotiate');
    expect(question.text).toContain('action="/sso/login/it-1/with/corp"');
    expect(isForm(question.text)).toBe(true);
  });

  it('is signed in without a page, and is shown in turn who we are', async () => {
    const done = await present(negotiate('jane'));
    expect([done.status, done.location]).toEqual([303, '/done']);
    expect(done.headers.get('www-authenticate')).toBe(negotiate('it is me'));
    expect(app.signedIn).toMatchObject([{ amr: ['wia'], remember: false }]);
  });

  it('is not taken for a person who is there: a command line still needs its click', async () => {
    await present(negotiate('jane'));
    expect(app.signedIn).toMatchObject([{ attended: false }]);
  });
});

describe('a browser without one', () => {
  it('gets the form at once outside the networks that are asked first, with a link', async () => {
    domain.asksFirst = false;
    const { status, text, headers } = await computer.get(entry);
    expect(status).toBe(200);
    expect(headers.has('www-authenticate')).toBe(false);
    expect(text).toContain(offer);
    expect(text).toContain(`href="/sso${ticket}"`);
  });

  it('is never asked twice: a second question opens a dialog in browsers on Windows', async () => {
    for (const answer of [
      negotiate('unknown'),
      'Negotiate',
      'Negotiate ',
      'NTLM TlRMTVNTUAAB',
      'Basic eDp5',
      'Negotiate %%%',
    ]) {
      const page = await present(answer);
      expect([page.status, page.headers.has('www-authenticate')]).toEqual([200, false]);
      expect(isForm(page.text)).toBe(true);
      expect(page.text).not.toContain(offer);
      expect(page.text).not.toContain('role="alert"');
    }
    expect(domain.seen).toEqual(['unknown']);
  });

  it('can still type', async () => {
    const typed = { login: 'jane', password: 'x' };
    expect((await computer.submit(ticket, '/login/it-1/with/corp', typed)).location).toBe('/done');
  });
});

describe('what stands in the way', () => {
  it('is said in the form where another account may help', async () => {
    for (const [token, status, sentence] of [
      ['disabled', 403, 'Your account is disabled.'],
      ['down', 503, 'cannot be reached'],
    ] as const) {
      const page = await present(negotiate(token));
      expect([page.status, page.headers.has('www-authenticate')]).toEqual([status, false]);
      expect(page.text).toContain(sentence);
      expect(isForm(page.text)).toBe(true);
    }
  });

  it('is for the log alone where only tickets are concerned', async () => {
    const page = await present(negotiate('no keytab'));
    expect(page.status).toBe(200);
    expect(page.text).not.toContain('role="alert"');
    const line = app.logLines.find(({ message }) => message === 'tickets cannot be checked');
    expect([line?.level, String(line?.fields.error)]).toEqual([
      'error',
      expect.stringContaining('no keytab'),
    ]);
  });

  it('leads to the form, and not to the same ticket again', async () => {
    const page = await present(negotiate('odd'));
    expect(page.status).toBe(502);
    expect(page.text).toContain(`href="/sso${form}"`);
    const again = await computer.get(form);
    expect([again.status, isForm(again.text), again.text.includes(offer)]).toEqual([200, true, true]);
  });
});

describe('who must be asked themselves', () => {
  const wishes = { 'prompt=login': { fresh: true }, max_age: { fresh: false, maxAge: 3600 } };

  it.each(Object.entries(wishes))(
    'gets the form alone for %s: a ticket does not say when it was earned',
    async (_, wish) => {
      computer = new Browser(app, 'it-1', { wish });
      const { status, text } = await computer.get(entry);
      expect([status, isForm(text), text.includes(offer)]).toEqual([200, true, false]);
      expect((await computer.get(ticket)).status).toBe(200);
      expect(isForm((await present(negotiate('jane'))).text)).toBe(true);
      expect(domain.seen).toEqual([]);
    },
  );

  it('sees a page where an account is to be chosen, and may choose that of the computer', async () => {
    computer = new Browser(app, 'it-1', { choosesAccount: true });
    const { status, text } = await computer.get(entry);
    expect([status, text.includes(offer)]).toEqual([200, true]);
    expect((await present(negotiate('jane'))).location).toBe('/done');
  });

  it('sees a page after signing out, once', async () => {
    const left = { cookie: 'sign-in=it-1; gatehouse_signed_out=1' };
    const { status, text } = await computer.get(entry, left);
    expect([status, text.includes(offer)]).toEqual([200, true]);
    const done = await computer.get(ticket, { ...left, authorization: negotiate('jane') });
    expect(done.headers.getSetCookie().join()).toMatch(/gatehouse_signed_out=;.*expires=Thu, 01 Jan 1970/);
  });
});

describe('attacks', () => {
  it('Attack: a ticket from somebody else’s connection, shown without the cookie that began the sign-in.', async () => {
    const page = await computer.get(ticket, { cookie: '', authorization: negotiate('jane') });
    expect(page.status).toBe(400);
    expect(domain.seen).toEqual([]);
  });

  it('Attack: a ticket sent to another page, where a browser was never asked for one. It is not read.', async () => {
    for (const path of [entry, form, '/login/it-1/with/corp']) {
      await computer.get(path, { authorization: negotiate('jane') });
    }
    expect([domain.seen, app.signedIn]).toEqual([[], []]);
  });

  it('Attack: forged tickets without end, each of which costs a check. An address has its share.', async () => {
    const share = 250;
    for (let n = 0; n < share; n += 1) await present(negotiate('unknown'));
    const page = await present(negotiate('unknown'));
    expect([page.status, domain.seen.length]).toEqual([429, share]);
    expect(isForm(page.text)).toBe(true);
  });
});
