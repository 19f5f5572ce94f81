import { createHash, X509Certificate } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { rootCertificates } from 'node:tls';
import { HttpFailure } from '@gatehouse/connector-kit';
import { testCall } from '@gatehouse/connector-kit/testing';
import { decodeJwt, decodeProtectedHeader, exportJWK, exportPKCS8, generateKeyPair } from 'jose';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { startHostileOidcProvider } from '../../../../tests/support/hostile/oidc-provider.ts';
import { startOpenIdProvider } from '../../../../tests/support/openid-provider.ts';
import { clientSecret, openAt } from '../testing/open-connector.ts';

const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
const registered = (id: string, more: object) => ({
  client_id: id,
  redirect_uris: ['https://login.example.com/callback/partner'],
  grant_types: ['authorization_code', 'refresh_token'],
  ...more,
});

const upstream = await startHostileOidcProvider();
const provider = await startOpenIdProvider({
  people: [],
  clients: [
    registered('basic', { client_secret: clientSecret }),
    registered('post', { client_secret: clientSecret, token_endpoint_auth_method: 'client_secret_post' }),
    registered('key', {
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'ours', use: 'sig', alg: 'ES256' }] },
    }),
    registered('public', { token_endpoint_auth_method: 'none' }),
  ],
});
afterAll(async () => {
  await upstream.stop();
  await provider.stop();
});
beforeEach(() => upstream.honest());

async function check(options: object, at = provider.issuer) {
  const { connector } = openAt(upstream, { issuer: at, ...options });
  return await connector.check(testCall());
}

const failedIn = async (...of: Parameters<typeof check>) =>
  (await check(...of))
    .filter(({ ok }) => !ok)
    .map(({ name, detail = '', advice = '' }) => [name, detail, advice]);

describe('connector check, at a real provider', () => {
  const key = { clientSecret: undefined, clientKey: '', clientKeyId: 'ours', clientKeyAlgorithm: 'ES256' };

  test.each([
    ['by HTTP Basic', { clientId: 'basic' }, 'client_secret_basic: taken'],
    [
      'in the body',
      { clientId: 'post', clientAuthentication: 'client_secret_post' },
      'client_secret_post: taken',
    ],
    ['with a key', { ...key, clientId: 'key' }, 'private_key_jwt: taken'],
    ['without a secret', { clientId: 'public', clientSecret: undefined }, 'none: taken'],
  ])('knows that a client is known that shows itself %s', async (_, options, detail) => {
    const clientKey = 'clientKey' in options && { clientKey: await exportPKCS8(privateKey) };
    const lines = await check({ ...options, ...clientKey });
    expect(lines.filter(({ ok }) => !ok)).toEqual([]);
    expect(lines.find(({ name }) => name === 'client authentication')).toMatchObject({ detail });
  });

  test.each([
    ['a wrong secret', { clientId: 'basic', clientSecret: 'another secret' }],
    ['a client that nobody knows', { clientId: 'nobody' }],
    ['the wrong way to show it', { clientId: 'key' }],
    ['no secret', { clientId: 'basic', clientSecret: undefined }],
  ])('finds %s', async (_, options) => {
    const [line, ...more] = await failedIn(options);
    expect(line).toEqual([
      'client authentication',
      expect.any(String),
      expect.stringContaining('clientAuthentication'),
    ]);
    expect(more).toEqual([]);
    expect(JSON.stringify(line)).not.toContain(clientSecret);
  });

  test('finds a scope and a level that are not offered', async () => {
    const failed = await failedIn({
      clientId: 'basic',
      scopes: ['profile', 'groups'],
      acrValues: ['urn:none'],
    });
    expect(failed.map(([name, detail]) => [name, detail])).toEqual([
      ['scopes', 'the upstream does not offer groups'],
      ['acr values', 'the upstream does not offer urn:none'],
    ]);
  });

  test.each([
    [
      'a claim',
      { claims: { groups: [{ claim: 'groups' }, { claim: 'realm_access.roles' }] } },
      /from "groups", "realm_access\.roles"/,
    ],
    ['nowhere', { claims: {} }, /none are read/],
  ])('says that groups are read from %s', async (_, options, detail) => {
    const line = (await check({ clientId: 'basic', ...options })).find(({ name }) => name === 'groups');
    expect(line).toMatchObject({ ok: true, detail: expect.stringMatching(detail) });
  });

  test('finds a key that cannot be read, and does not quote it', async () => {
    const clientKey = '-----BEGIN PRIVATE KEY-----\nbm90IGEga2V5\n-----END PRIVATE KEY-----\n';
    const failed = await failedIn({ ...key, clientId: 'key', clientKey });
    expect(failed).toEqual([['client authentication', expect.stringMatching(/PKCS #8/), expect.any(String)]]);
    expect(JSON.stringify(failed)).not.toContain('bm90');
  });
});

describe('connector check, at an upstream that is not what it should be', () => {
  const at = upstream.issuer;
  const bare = (status: number) => (response: ServerResponse) => void response.writeHead(status).end();

  test('finds an issuer that differs by a slash, and asks nothing more', async () => {
    const failed = await failedIn({ issuer: `${at}/` });
    expect(failed).toEqual([
      ['discovery', expect.stringMatching(/is of the issuer/), expect.stringMatching(/slash/)],
    ]);
    expect(upstream.asked).toEqual(['/.well-known/openid-configuration']);
  });

  test('that cannot be reached gives advice about the way there', async () => {
    const cause = new HttpFailure('unreachable', 'nothing listens there');
    const { connector } = openAt(upstream, {}, () =>
      Promise.reject(new TypeError('fetch failed', { cause })),
    );
    const [line] = await connector.check(testCall());
    expect(line).toMatchObject({ name: 'discovery', advice: expect.stringMatching(/firewall/) });
  });

  test.each([
    ['no document', { discovery: () => bare(404) }, 'discovery', /404/],
    [
      'a page in its place',
      {
        discovery: () => (response: ServerResponse) =>
          void response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<html></html>'),
      },
      'discovery',
      /a page for people, and not JSON/,
    ],
    ['no keys', { keys: () => ({ keys: [] }) }, 'keys', /no key/],
    ['secret keys', { keys: () => ({ keys: [{ kty: 'oct', k: 'AAAA' }] }) }, 'keys', /no key/],
    ['keys that cannot be had', { keys: () => bare(503) }, 'keys', /503/],
    ['keys that are kept from us', { keys: () => bare(403) }, 'keys', /^\S+ answered with status 403$/],
    [
      'half of a document',
      { discovery: ({ jwks_uri: _, ...rest }: Record<string, unknown>) => rest },
      'endpoints',
      /jwks_uri/,
    ],
  ])('finds %s', async (_, lies, name, detail) => {
    upstream.lies = lies;
    expect(await failedIn({}, at)).toContainEqual([
      name,
      expect.stringMatching(detail),
      expect.stringMatching(/./),
    ]);
  });
});

describe('a signed assertion', async () => {
  const key = {
    clientSecret: undefined,
    clientKey: await exportPKCS8(privateKey),
    clientKeyAlgorithm: 'ES256',
  };
  const [certificate = ''] = rootCertificates;

  test('is for the token endpoint, of this client, and names its key or its certificate', async () => {
    await check({ ...key, clientKeyId: 'ours', clientCertificate: certificate }, upstream.issuer);
    const assertion = upstream.tokenRequests[0]?.get('client_assertion') ?? '';
    expect(decodeJwt(assertion)).toMatchObject({
      aud: `${upstream.issuer}/token`,
      iss: 'gatehouse',
      sub: 'gatehouse',
    });
    const thumbprint = createHash('sha256').update(new X509Certificate(certificate).raw).digest('base64url');
    expect(decodeProtectedHeader(assertion)).toMatchObject({
      alg: 'ES256',
      kid: 'ours',
      'x5t#S256': thumbprint,
    });
  });

  test('is not made with a certificate that cannot be read', async () => {
    const clientCertificate = '-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n';
    const failed = await failedIn({ ...key, clientCertificate }, upstream.issuer);
    expect(failed).toEqual([
      ['client authentication', expect.stringMatching(/clientCertificate/), expect.any(String)],
    ]);
  });
});
