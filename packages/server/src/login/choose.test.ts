import type { Connector, Json } from '@gatehouse/connector-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Browser } from '../testing/browser.ts';
import { type SignInApp, startSignInApp, testClient } from '../testing/sign-in-app.ts';

const directory: Connector<Json> = {
  login: { kind: 'password', usernameLabel: 'Name', verify: async () => null },
  check: async () => [],
};

let app: SignInApp;

beforeEach(async () => {
  app = await startSignInApp(
    { corp: directory, partner: directory, guests: directory },
    { corp: ['example.com', 'shared.example'], partner: ['partner.example', 'shared.example'] },
  );
});
afterEach(() => app.close());

const hinting = (loginHint: string, client = testClient) =>
  new Browser(app, 'alice-1', { client, wish: { fresh: false, loginHint } });

describe('the hint of a client about who signs in', () => {
  it.each([
    ['its domain', 'alice@example.com', 'Directory corp'],
    ['its domain in capitals', 'Bob@PARTNER.Example', 'Directory partner'],
    ['its domain after a quoted local part', '"a@example.com"@partner.example', 'Directory partner'],
  ])('leads to the connector that has %s', async (_what, hint, name) => {
    const { text } = await hinting(hint).get('/login/alice-1');
    expect(text).toContain('name="password"');
    expect(text).toContain(name);
  });

  it.each([
    ['belongs to no connector', 'alice@elsewhere.example'],
    ['belongs to two', 'alice@shared.example'],
    ['is below a known one', 'alice@mail.example.com'],
    ['is missing', 'alice'],
    ['is empty', 'alice@'],
    ['has nobody before it', '@example.com'],
  ])('leaves the choice to the person when its domain %s', async (_what, hint) => {
    const { text } = await hinting(hint).get('/login/alice-1');
    expect(text).not.toContain('name="password"');
    for (const id of ['corp', 'partner', 'guests']) expect(text).toContain(`/login/alice-1/with/${id}"`);
  });

  it('still leaves a way to the others, which does not lead back', async () => {
    const alice = hinting('alice@example.com');
    const { text } = await alice.get('/login/alice-1');
    const [, choice = ''] = /href="([^"]+)">Sign in another way/.exec(text) ?? [];
    expect((await alice.get(choice)).text).toContain('/login/alice-1/with/guests"');
  });

  it('opens no connector that the client may not use', async () => {
    const client = { ...testClient, connectors: ['partner', 'guests'] };
    const { text } = await hinting('alice@example.com', client).get('/login/alice-1');
    expect(text).not.toContain('name="password"');
    expect(text).not.toContain('/with/corp');
  });

  it('counts the connectors that this client may use alone: one of two with the domain is enough', async () => {
    const client = { ...testClient, connectors: ['partner', 'guests'] };
    const { text } = await hinting('alice@shared.example', client).get('/login/alice-1');
    expect(text).toContain('Directory partner');
    expect(text).toContain('name="password"');
  });
});
