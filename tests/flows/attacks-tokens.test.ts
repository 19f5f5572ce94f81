/** Attacks on codes and tokens by those who hold one of them. */
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { appRedirect, appSecret, client, type House, openHouse, passwordOf } from '../support/house.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { type Answer, answerOf, post } from '../support/oidc-flow.ts';
import { begin, typePassword } from '../support/sign-in-steps.ts';

let house: House;
beforeAll(async () => {
  const app = { secrets: [{ fromEnv: 'APP_SECRET' }], connectors: ['corp'] };
  const clients = [
    client('app', app),
    client('web', { public: true, connectors: ['corp'] }),
    client('other', app),
  ];
  house = await openHouse({ config: { clients } });
});
afterAll(() => house.close());

type Form = Record<string, string>;

const secret = { client_id: 'app', client_secret: appSecret };
const token = (form: Form | URLSearchParams) => post(house, '/token', form);

/** A code, and the form that redeems it. */
async function codeFor(
  clientId: string,
  parameters: Form = {},
): Promise<{ form: Form; browser: HttpBrowser }> {
  const rp = await house.party(clientId);
  const { url, verifier } = await rp.authorization(parameters);
  for (const [name, value] of Object.entries(parameters)) if (value === '') url.searchParams.delete(name);
  const page = await rp.browser.go(url, appRedirect);
  const end = await typePassword(rp.browser, page, 'alice');
  const code = end.location?.searchParams.get('code');
  if (!code) throw new Error(`no code: ${end.location} ${end.body}`);
  const form = { grant_type: 'authorization_code', code, redirect_uri: appRedirect, code_verifier: verifier };
  return { form: { ...form, client_id: clientId }, browser: rp.browser };
}

function refused(answer: Answer, ...errors: readonly string[]): void {
  expect(errors).toContain(answer.json.error);
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  expect(answer.json.access_token).toBeUndefined();
  expect(answer.json.id_token).toBeUndefined();
}

describe('a code', () => {
  // Attack: code injection. A code that was stolen on its way to one client is brought in by another.
  test('of one client is worth nothing to another', async () => {
    const { form } = await codeFor('web');
    refused(await token({ ...form, ...secret }), 'invalid_grant');
    refused(await token({ ...form, client_id: 'other', client_secret: appSecret }), 'invalid_grant');
    expect((await token(form)).status).toBe(200);
  });

  // Attack: the code is put into a session of the attacker at the same client, whose verifier is another.
  test.each([
    ['another verifier', { code_verifier: randomBytes(32).toString('base64url') }],
    ['the challenge in place of the verifier', { code_verifier: 'challenge' }],
    ['an empty verifier', { code_verifier: '' }],
    ['another redirect_uri', { redirect_uri: 'https://app.example.com/other' }],
    ['no redirect_uri', { redirect_uri: '' }],
  ])('with %s is refused', async (_, changes: Form) => {
    const { form } = await codeFor('web');
    const { code_verifier: verifier = '' } = form;
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    const changed = changes.code_verifier === 'challenge' ? { code_verifier: challenge } : changes;
    const body = Object.entries({ ...form, ...changed }).filter(([, value]) => value !== '');
    refused(await token(Object.fromEntries(body)), 'invalid_grant', 'invalid_request');
    // Whoever has the code and not the verifier cannot spoil it for the client either.
    expect((await token(form)).status).toBe(200);
  });

  // Attack: PKCE downgrade. The challenge is taken out on the way, so that a stolen code needs no verifier.
  test('is not given to a public client without a challenge, nor for a plain one', async () => {
    const rp = await house.party('web');
    const { url } = await rp.authorization();
    url.searchParams.set('code_challenge_method', 'plain');
    const plain = await new HttpBrowser().go(url, appRedirect);
    expect(plain.location?.searchParams.get('error')).toBe('invalid_request');
    url.searchParams.delete('code_challenge');
    url.searchParams.delete('code_challenge_method');
    const none = await new HttpBrowser().go(url, appRedirect);
    expect(none.location?.searchParams.get('error')).toBe('invalid_request');
  });

  // Attack: the same on a client that may do without PKCE, and sends a verifier all the same (RFC 9700, 2.1.1).
  test('that was asked for without a challenge is refused with a verifier', async () => {
    const { form } = await codeFor('app', { code_challenge: '', code_challenge_method: '' });
    refused(await token({ ...form, ...secret }), 'invalid_grant');
  });

  test('that was asked for with a challenge is refused without a verifier', async () => {
    const { form } = await codeFor('app');
    const { code_verifier: _, ...rest } = form;
    refused(await token({ ...rest, ...secret }), 'invalid_grant');
  });

  // Attack: a replay, to find out or to use what the first use was given.
  test('that is used twice ends what it gave', async () => {
    const { form } = await codeFor('web');
    const first = await token(form);
    expect(first.status).toBe(200);
    refused(await token(form), 'invalid_grant');
    const headers = { authorization: `Bearer ${first.json.access_token}` };
    expect((await fetch(`${house.issuer}/userinfo`, { headers })).status).toBe(401);
    refused(
      await token({
        grant_type: 'refresh_token',
        client_id: 'web',
        refresh_token: String(first.json.refresh_token),
      }),
      'invalid_grant',
    );
  });

  test('of a confidential client needs its secret, in the right place', async () => {
    const { form } = await codeFor('app');
    refused(await token(form), 'invalid_client');
    refused(await token({ ...form, client_secret: 'wrong' }), 'invalid_client');
    refused(await token({ ...form, client_secret: '' }), 'invalid_client');
    const query = new URLSearchParams({ ...form, ...secret });
    refused(await post(house, `/token?${query}`, {}), 'invalid_request', 'invalid_client');
    expect((await token({ ...form, ...secret })).status).toBe(200);
  });
});

describe('one kind of token in the place of another', () => {
  let given: { access: string; id: string; refresh: string; code: string };
  beforeEach(async () => {
    const { form } = await codeFor('app');
    const { json } = await token({ ...form, ...secret });
    given = {
      access: String(json.access_token),
      id: String(json.id_token),
      refresh: String(json.refresh_token),
      code: form.code ?? '',
    };
  });

  test.each(['id', 'refresh', 'code'] as const)('the %s is no access token', async (kind) => {
    const headers = { authorization: `Bearer ${given[kind]}` };
    const answer = await answerOf(await fetch(`${house.issuer}/userinfo`, { headers }));
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('invalid_token');
  });

  test.each(['id', 'access', 'code'] as const)('the %s is no refresh token', async (kind) => {
    refused(
      await token({ grant_type: 'refresh_token', refresh_token: given[kind], ...secret }),
      'invalid_grant',
    );
  });

  test.each(['id', 'access', 'refresh'] as const)('the %s is no code', async (kind) => {
    const form = { grant_type: 'authorization_code', code: given[kind], redirect_uri: appRedirect };
    refused(await token({ ...form, ...secret }), 'invalid_grant');
  });

  test.each(['access', 'refresh', 'code'] as const)('the %s is no ID token', async (kind) => {
    const page = await begin(house, 'app', new HttpBrowser(), { prompt: 'none', id_token_hint: given[kind] });
    expect(page.location?.searchParams.get('error')).toBe('invalid_request');
  });

  test('an ID token that was tampered with, or has no signature, is no hint', async () => {
    const [header = '', payload = '', signature = ''] = given.id.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const other = encode({ ...claims, sub: 'CgNib2ISBGNvcnA' });
    for (const hint of [
      `${header}.${other}.${signature}`,
      `${encode({ alg: 'none' })}.${payload}.`,
      `${encode({ alg: 'HS256' })}.${payload}.${signature}`,
      `${header}.${payload}.`,
      `${header}.${payload}`,
      '..',
    ]) {
      const page = await begin(house, 'app', new HttpBrowser(), { prompt: 'none', id_token_hint: hint });
      expect(page.location?.searchParams.get('error'), hint).toBe('invalid_request');
    }
  });

  test('introspection tells nobody but the clients, and of ID tokens nothing', async () => {
    refused(
      await post(house, '/token/introspect', { token: given.access }),
      'invalid_request',
      'invalid_client',
    );
    refused(
      await post(house, '/token/introspect', { token: given.access, client_id: 'web' }),
      'invalid_client',
      'unauthorized_client',
    );
    const asked = await post(house, '/token/introspect', { token: given.id, ...secret });
    refused(asked, 'unsupported_token_type');
    expect(asked.json.active).toBeUndefined();
    const own = await post(house, '/token/introspect', { token: given.access, ...secret });
    expect(own.json.active).toBe(true);
  });

  test('another client cannot revoke it', async () => {
    const others = { client_id: 'other', client_secret: appSecret };
    for (const kind of ['access', 'refresh'] as const) {
      await post(house, '/token/revoke', { token: given[kind], ...others });
    }
    const headers = { authorization: `Bearer ${given.access}` };
    expect((await fetch(`${house.issuer}/userinfo`, { headers })).status).toBe(200);
    const again = await token({ grant_type: 'refresh_token', refresh_token: given.refresh, ...secret });
    expect(again.status).toBe(200);
  });

  test('an access token in the address is not read: it would stand in logs', async () => {
    const response = await fetch(`${house.issuer}/userinfo?access_token=${given.access}`);
    expect(response.status).toBeGreaterThanOrEqual(400);
  });
});

describe('duplicated parameters', () => {
  test.each([
    ['client_id', 'other'],
    ['scope', 'openid groups'],
    ['state', 'second'],
    ['nonce', 'second'],
    ['code_challenge', 'A'.repeat(43)],
    ['response_type', 'code'],
    ['prompt', 'none'],
  ])('%s twice is an error and no choice', async (name, second) => {
    const { url } = await (await house.party('app')).authorization();
    if (!url.searchParams.has(name)) url.searchParams.append(name, second);
    url.searchParams.append(name, second);
    const page = await new HttpBrowser().go(url, appRedirect);
    const error = page.location?.searchParams.get('error');
    if (error === undefined) expect(page.status).toBe(400);
    else expect(error).toBe('invalid_request');
  });

  test.each(['grant_type', 'code', 'client_id', 'redirect_uri', 'code_verifier'])(
    '%s twice in a token request is an error',
    async (name) => {
      const { form } = await codeFor('web');
      const body = new URLSearchParams(form);
      body.append(name, 'second');
      refused(await token(body), 'invalid_request');
      expect((await token(form)).status).toBe(200);
    },
  );
});

describe('methods', () => {
  const paths = [
    ...['/', '/auth', '/token', '/token/introspect', '/token/revoke', '/userinfo', '/keys', '/logout'],
    ...[
      '/callback',
      '/callback/corp',
      '/login/x',
      '/login/x/with/corp',
      '/login/x/finish',
      '/login/x/consent',
    ],
    ...['/healthz', '/readyz', '/.well-known/openid-configuration', '/assets/x', '/connectors/corp/x'],
    ...['/off/par', '/off/register', '/off/device', '/off/device/code', '/auth/x', '/logout/confirm'],
  ];

  test('that no address has, and addresses that are switched off, are refused without a server error', async () => {
    for (const path of paths) {
      for (const method of [
        'PUT',
        'PATCH',
        'DELETE',
        'PROPFIND',
        'QUERY',
        'OPTIONS',
        'POST',
        'GET',
        'HEAD',
      ]) {
        const response = await fetch(house.issuer + path, { method, redirect: 'manual' });
        await response.arrayBuffer();
        expect(response.status, `${method} ${path}`).toBeLessThan(500);
        if (/^(PUT|PATCH|DELETE|PROPFIND|QUERY)$/.test(method) || path.startsWith('/off/')) {
          expect(response.status, `${method} ${path}`).toBeGreaterThanOrEqual(200);
          if (method !== 'OPTIONS') expect(response.status, `${method} ${path}`).toBeGreaterThanOrEqual(400);
        }
      }
    }
  });

  test('GET gives no tokens', async () => {
    const { form } = await codeFor('web');
    const response = await fetch(`${house.issuer}/token?${new URLSearchParams(form)}`);
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toContain('POST');
    expect((await token(form)).status).toBe(200);
  });

  // Attack: a proxy or framework lets a header or field say what the method is.
  test('a header or a field does not change what the method is', async () => {
    const { form } = await codeFor('web');
    const response = await fetch(
      `${house.issuer}/token?${new URLSearchParams({ ...form, _method: 'POST' })}`,
      {
        headers: { 'x-http-method-override': 'POST', 'x-method-override': 'POST' },
      },
    );
    expect(response.status).toBe(405);
  });
});

test('signing in still works after all that', async () => {
  const rp = await house.party('web');
  expect((await rp.signIn('bob', passwordOf('bob'))).claims()?.preferred_username).toBe('bob');
});
