import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Browser } from '../testing/browser.ts';
import { type SignInApp, startSignInApp } from '../testing/sign-in-app.ts';

let app: SignInApp;
beforeEach(async () => {
  app = await startSignInApp({});
  const identity = {
    upstreamId: '1',
    username: 'ada',
    displayName: 'Ada <Lovelace>',
    groups: [],
    state: null,
  };
  const at = new Date();
  app.tables.identities.set('s1', {
    subject: 's1',
    connectorId: 'c',
    identity,
    checkedAt: at,
    lastLoginAt: at,
  });
});
afterEach(() => app.close());

describe('consent', () => {
  const scopes = ['openid', 'email', 'groups', 'audience:server:client_id:other'];
  const open = () => new Browser(app, 'one', { step: 'consent', subject: 's1', scopes });

  it('says who asks, for whom, for what, and where the answer goes', async () => {
    const { text } = await open().get('/login/one');
    expect(text).toContain('The App');
    expect(text).toContain('Ada &lt;Lovelace&gt;');
    expect(text).toContain('See the groups you are in');
    expect(text).toContain('Act for you at “other”');
    expect(text).toContain('app.example');
  });

  it('shows the whole address of an application that has a scheme of its own', async () => {
    const redirectUri = 'com.example.app:/callback';
    const { text } = await new Browser(app, 'one', { step: 'consent', subject: 's1', redirectUri }).get(
      '/login/one',
    );
    expect(text).toContain(`<code>${redirectUri}</code>`);
  });

  it('goes on after "allow", and tells the application after anything else', async () => {
    const alice = open();
    expect((await alice.submit('/login/one', '/login/one/consent', { decision: 'allow' })).location).toBe(
      '/agreed',
    );
    expect((await alice.submit('/login/one', '/login/one/consent', { decision: 'deny' })).location).toBe(
      '/refused',
    );
    expect((await alice.submit('/login/one', '/login/one/consent', {})).location).toBe('/refused');
    expect(app.refused).toEqual(['access_denied', 'access_denied']);
  });

  it('Attack: a forged consent. It is refused.', async () => {
    const page = await open().post('/login/one/consent', { decision: 'allow', csrf: '' });
    expect(page.status).toBe(403);
    expect(page.location).toBe('');
  });

  it('Attack: the password step is skipped by agreeing at once. The browser is sent back to the step it is at.', async () => {
    const alice = new Browser(app, 'one', { step: 'login' });
    for (const step of ['consent', 'confirm']) {
      const page = await alice.post(`/login/one/${step}`, { decision: 'allow' });
      expect(page.location).toBe('/sso/login/one');
    }
  });
});

describe('the click for a native client', () => {
  const open = () => new Browser(app, 'one', { step: 'confirm', subject: 's1' });

  it('names the program and the person, and waits', async () => {
    const { text } = await open().get('/login/one');
    expect(text).toContain('<strong>The App</strong> on this computer asks for a token');
    expect(text).toContain('Ada &lt;Lovelace&gt;');
  });

  it('Attack: a site that makes people hold Enter opens the page. No button has the focus.', async () => {
    expect((await open().get('/login/one')).text).not.toContain('autofocus');
  });

  it('goes on only after the click', async () => {
    const alice = open();
    expect((await alice.submit('/login/one', '/login/one/confirm', { decision: 'allow' })).location).toBe(
      '/agreed',
    );
    expect((await alice.submit('/login/one', '/login/one/confirm', {})).location).toBe('/refused');
  });
});

describe('a browser without this sign-in', () => {
  it('is told that it has expired, and nothing else', async () => {
    new Browser(app, 'one', { step: 'consent', subject: 's1' });
    const response = await fetch(`${app.origin}/login/one`, { headers: { cookie: 'sign-in=two' } });
    expect(response.status).toBe(400);
    expect(await response.text()).not.toContain('The App');
  });

  it('gets no page for the address of another sign-in', async () => {
    new Browser(app, 'one', { step: 'consent', subject: 's1' });
    const bob = new Browser(app, 'two');
    expect((await bob.get('/login/one')).status).toBe(400);
  });
});
