import type { Config } from '@gatehouse/config';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readIssuer } from '../http/issuer.ts';
import { CookieKeys } from '../oidc/cookies.ts';
import { type HttpApp, startHttpApp } from '../testing/http-app.ts';
import { testClient } from '../testing/sign-in-app.ts';
import { type DemoOptions, demoRoutes } from './routes.ts';

let app: HttpApp;
/** What the token endpoint was asked. */
let asked: string[];

function optionsFor(
  issuer: string,
  clients = [{ ...testClient, id: 'demo', redirectUris: [`${issuer}/demo/callback`] }],
) {
  const config = { issuer, clients, listen: { host: '127.0.0.1', port: 0 } } as unknown as Config;
  const site = { name: 'Test', base: readIssuer(issuer).base, stylesheet: '/s.css', icon: '/i.svg' };
  return { config, issuer: readIssuer(issuer), site, now: () => new Date() } satisfies DemoOptions;
}

beforeEach(async () => {
  asked = [];
  app = await startHttpApp({
    issuer: 'http://127.0.0.1:%port%/sso',
    mount: (koa, { issuer }) => {
      koa.keys = new CookieKeys([new Uint8Array(32).fill(5)]) as never;
      koa.use(demoRoutes(optionsFor(issuer)).routes());
      koa.use((ctx) => {
        asked.push(ctx.path);
        ctx.status = 400;
        ctx.body = { error: 'invalid_grant' };
      });
    },
  });
});
afterEach(() => app.close());

/** Leaves for `/auth`; returns the cookie and the query that went along. */
async function leave(): Promise<{ cookie: string; query: URLSearchParams }> {
  const { headers } = await app.get('/sso/demo/sign-in');
  const cookie = (headers['set-cookie'] ?? []).map((line) => line.split(';')[0]).join('; ');
  return { cookie, query: new URL(headers.location ?? '', app.issuer.origin).searchParams };
}

const callback = (query: Record<string, string>, cookie = '') =>
  app.get(`/sso/demo/callback?${new URLSearchParams(query)}`, { cookie });

describe('the demo', () => {
  it('asks as every client does: code flow, PKCE, state and nonce, and keeps the verifier from scripts', async () => {
    const { headers } = await app.get('/sso/demo/sign-in');
    const { query } = await leave();
    expect(query.get('response_type')).toBe('code');
    expect(query.get('code_challenge_method')).toBe('S256');
    for (const name of ['state', 'nonce', 'code_challenge']) expect(query.get(name)).toMatch(/^[\w-]{43}$/);
    expect(headers['set-cookie']?.[0]).toMatch(/path=\/sso\/demo; .*samesite=lax; httponly/i);
  });

  it('Attack: an answer that this browser did not ask for. The code is not exchanged.', async () => {
    const { cookie } = await leave();
    const iss = app.issuer.issuer;
    expect((await callback({ code: 'stolen', state: 'x', iss }, cookie)).status).toBe(400);
    expect((await callback({ code: 'stolen', state: 'x', iss })).headers.location).toBe('/sso/');
    expect(asked).toEqual([]);
  });

  it('Attack: an answer of another issuer, mixed in (RFC 9207). The code is not exchanged.', async () => {
    const { cookie, query } = await leave();
    const state = query.get('state') ?? '';
    expect((await callback({ code: 'c', state, iss: 'https://evil.example' }, cookie)).status).toBe(400);
    expect((await callback({ code: 'c', state }, cookie)).status).toBe(400);
    expect(asked).toEqual([]);
  });

  it('Attack: a cookie that somebody wrote themselves. It does not count.', async () => {
    const { cookie, query } = await leave();
    const forged = cookie.replace(/^gatehouse_demo=[^.;]+/, `gatehouse_demo=${'A'.repeat(43)}`);
    expect(forged).not.toBe(cookie);
    const { status, headers } = await callback(
      { code: 'c', state: query.get('state') ?? '', iss: app.issuer.issuer },
      forged,
    );
    expect([status, headers.location]).toEqual([303, '/sso/']);
  });

  it('asks the token endpoint, and says that it has expired when the code is not good', async () => {
    const { cookie, query } = await leave();
    const { status, text } = await callback(
      { code: 'c', state: query.get('state') ?? '', iss: app.issuer.issuer },
      cookie,
    );
    expect(asked).toEqual(['/sso/token']);
    expect(status).toBe(400);
    expect(text).toContain('href="/sso/demo/sign-in"');
  });

  it('is refused where others could reach it', () => {
    expect(() => demoRoutes(optionsFor('https://login.example'))).toThrow(
      'demo: the issuer must be on this computer',
    );
    expect(() => demoRoutes(optionsFor('http://127.0.0.1', []))).toThrow('there is no client "demo"');
  });
});
