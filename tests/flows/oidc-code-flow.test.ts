import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { client, type OidcServer, secretOf, startOidcServer } from '../support/oidc-server.ts';
import { freshDatabase, type TestDatabase } from '../support/postgres.ts';
import { RelyingParty } from '../support/relying-party.ts';

let database: TestDatabase;
let server: OidcServer;

beforeAll(async () => {
  database = await freshDatabase();
  server = await startOidcServer({
    databaseUrl: database.url,
    clients: [
      client('web'),
      client('kubectl', { public: true, native: true, redirectUris: ['http://127.0.0.1:8000'] }),
    ],
  });
});

afterAll(async () => {
  await server?.stop();
  await database?.drop();
});

test('a code is exchanged for an ID token with all claims', async () => {
  const rp = await RelyingParty.discover({
    issuer: server.issuer,
    clientId: 'web',
    clientSecret: secretOf('web'),
    redirectUri: 'https://app.example.com/callback',
  });
  const authorization = await rp.authorization();
  const end = await rp.browser.go(authorization.url, rp.redirectUri);
  const tokens = await rp.exchange(authorization, end);
  const claims = decodeJwt(tokens.id_token ?? '');
  expect(decodeProtectedHeader(tokens.id_token ?? '').alg).toBe('RS256');
  expect(claims).toMatchObject({
    iss: server.issuer,
    aud: 'web',
    azp: 'web',
    email: 'jane@example.com',
    email_verified: true,
    name: 'Jane Doe',
    preferred_username: 'jane',
    groups: ['admins', 'staff'],
  });
  for (const claim of ['sub', 'exp', 'iat', 'nonce', 'auth_time', 'at_hash', 'jti', 'sid']) {
    expect(claims, claim).toHaveProperty(claim);
  }
  expect(tokens.refresh_token).toBeDefined();
});
