import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { party, signIn } from '../support/oidc-flow.ts';
import { client, type OidcServer, startOidcServer } from '../support/oidc-server.ts';
import { freshDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let server: OidcServer;

beforeAll(async () => {
  database = await freshDatabase();
  server = await startOidcServer({
    databaseUrl: database.url,
    base: '/sso',
    clients: [client('web'), client('untrusted', { trusted: false })],
  });
});

afterAll(async () => {
  await server?.stop();
  await database?.drop();
});

describe('an issuer with a path', () => {
  test.each(['web', 'untrusted'])('signs in to %s, with every address below it', async (clientId) => {
    const rp = await party(server, clientId);
    const tokens = await signIn(rp);
    expect(decodeJwt(tokens.id_token ?? '').iss).toBe(`${server.origin}/sso`);
    expect((await rp.refresh(tokens.refresh_token ?? '')).id_token).toBeDefined();
    const page = await rp.browser.go(`${server.issuer}/logout?id_token_hint=${tokens.id_token}`);
    expect((await rp.browser.submit(page, { logout: 'yes' })).url.pathname).toBe('/sso/logout/success');
  });

  test('is in all addresses of the discovery document', async () => {
    const answer = await fetch(`${server.issuer}/.well-known/openid-configuration`);
    const document = (await answer.json()) as Record<string, string>;
    for (const [name, value] of Object.entries(document)) {
      if (name.endsWith('_endpoint') || name.endsWith('_uri')) expect(value, name).toContain('/sso/');
    }
  });

  test.each(['/auth', '/token', '/keys', '/.well-known/openid-configuration', '/ssoauth', '/sso'])(
    '%s is not served outside it',
    async (path) => {
      expect((await fetch(`${server.origin}${path}`, { redirect: 'manual' })).status).toBe(404);
    },
  );

  test('keeps its cookies to itself', async () => {
    const { url } = await (await party(server, 'web')).authorization();
    const set = (await fetch(url, { redirect: 'manual' })).headers.getSetCookie();
    for (const line of set) expect(line).toMatch(/path=\/sso(\/|;|$)/);
  });
});

describe('an issuer on https behind a proxy', () => {
  test.each([
    ['', '__Host-gatehouse_session', 'path=/;'],
    ['/sso', '__Secure-gatehouse_session', 'path=/sso;'],
  ])('with the path "%s" keeps its session in %s', async (base, name, path) => {
    const proxied = await startOidcServer({
      databaseUrl: database.url,
      issuer: `https://login.example.com${base}`,
      clients: [client('web')],
    });
    try {
      const cookies = await signInBehindProxy(proxied, base);
      const session = cookies.filter((line) => line.startsWith(`${name}=`)).at(-1);
      expect(session).toMatch(/; ?secure/i);
      expect(`${session};`).toContain(path);
      for (const line of cookies) expect(line).toMatch(/^__(Host|Secure)-.*secure/i);
    } finally {
      await proxied.stop();
    }
  });
});

/** What a browser would send and get, seen from behind a proxy that ends TLS. */
async function signInBehindProxy({ origin, issuer }: OidcServer, base: string): Promise<readonly string[]> {
  const query = new URLSearchParams({
    client_id: 'web',
    redirect_uri: 'https://app.example.com/callback',
    response_type: 'code',
    scope: 'openid',
  });
  const cookies: string[] = [];
  let address = `${issuer}/auth?${query}`;
  while (address.startsWith(issuer) || address.startsWith(`${base}/`)) {
    const url = new URL(address, issuer);
    const cookie = cookies.map((line) => line.split(';')[0]).join('; ');
    const answer = await fetch(`${origin}${url.pathname}${url.search}`, {
      headers: { cookie },
      redirect: 'manual',
    });
    cookies.push(
      ...answer.headers.getSetCookie().filter((line) => !line.includes('expires=Thu, 01 Jan 1970')),
    );
    address = answer.headers.get('location') ?? '';
  }
  expect(address).toContain('code=');
  return cookies;
}
