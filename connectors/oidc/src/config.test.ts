import { describe, expect, test } from 'vitest';
import { configSchema, httpNeeds } from './config.ts';

const least = { issuer: 'https://sso.example.com', clientId: 'gatehouse', clientSecret: 'secret' };
const key = '-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n';
const tenant = '72f988bf-86f1-41af-91ab-2d7cd011db47';

const problems = (config: object) =>
  (configSchema.safeParse(config).error?.issues ?? []).map(
    ({ path, message }) => `${path.join('.')} ${message}`,
  );

describe('a configuration is refused', () => {
  test.each([
    ['without an issuer', { issuer: undefined }, /^issuer is missing/],
    ['with an issuer that is none', { issuer: 'sso.example.com' }, /^issuer is not an address/],
    ['with a password in an address', { issuer: 'https://a:b@sso.example.com' }, /^issuer is not an address/],
    ['without TLS', { issuer: 'http://sso.example.com' }, /^issuer is not HTTPS/],
    [
      'without TLS at one endpoint',
      { endpoints: { token: 'http://sso.example.com' } },
      /^endpoints.token is not HTTPS/,
    ],
    ['with two ways to be known', { clientKey: key }, /^clientKey and `clientSecret` exclude/],
    ['with a method and no key', { clientAuthentication: 'private_key_jwt' }, /^clientKey is missing/],
    ['with half of a certificate', { tlsCertificate: '-----BEGIN CERTIFICATE-----\n' }, /^tlsKey and/],
    ['with several scopes in one text', { scopes: ['email profile'] }, /^scopes.0 is not one scope/],
    [
      'with a parameter that is ours',
      { parameters: { state: 'x' } },
      /^parameters.state is sent by Gatehouse/,
    ],
    ['with an algorithm that anybody can use', { algorithms: ['HS256'] }, /^algorithms.0/],
    ['with no algorithm', { algorithms: [] }, /^algorithms/],
    ['with the tenant of another kind of upstream', { tenant }, /^tenant/],
    [
      'with domains of another kind of upstream',
      { hostedDomains: ['example.com'] },
      /^hostedDomains belongs to/,
    ],
    ['with Graph at another kind of upstream', { graph: {} }, /^graph belongs to/],
    ['of Entra without a tenant', { preset: 'microsoft', issuer: undefined }, /^tenant is missing/],
    [
      'of Entra for all tenants of the world',
      { preset: 'microsoft', issuer: undefined, tenant: 'common' },
      /^tenant is not a tenant id/,
    ],
    [
      'with now ids, now names',
      { preset: 'microsoft', graph: { name: 'displayName' } },
      /^graph.name must be `id`/,
    ],
    // Attack: somebody joins groups until the token has no room, and the denied role is not among what Graph says.
    [
      'with roles that are lost with too many groups',
      { preset: 'microsoft', graph: {}, claims: { groups: [{ claim: 'groups' }, { claim: 'roles' }] } },
      /^claims.groups must be one claim/,
    ],
    [
      'with a prefix that is lost with too many groups',
      { preset: 'microsoft', graph: {}, claims: { groups: [{ claim: 'groups', prefix: 'entra:' }] } },
      /^claims.groups must be one claim/,
    ],
    [
      'with groups that nobody reads',
      { preset: 'microsoft', graph: { when: 'always' }, claims: { groups: 'x' } },
      /^claims.groups has no meaning/,
    ],
    [
      'with groups of the whole world',
      {
        preset: 'google',
        issuer: undefined,
        workspaceGroups: { serviceAccount: '{}', admins: { '*': 'a@example.com' } },
      },
      /^hostedDomains is missing/,
    ],
    ['of Keycloak without a realm', { preset: 'keycloak' }, /^issuer is not the address of a realm/],
    [
      'of Keycloak with a slash at its end',
      { preset: 'keycloak', issuer: 'https://sso.example.com/realms/staff/' },
      /realm/,
    ],
    ['of Auth0 without a slash at its end', { preset: 'auth0' }, /^issuer is not an issuer of Auth0/],
    [
      'of Okta with the address of the console',
      { preset: 'okta', issuer: 'https://example.okta.com/admin/' },
      /^issuer is not an issuer of Okta/,
    ],
    [
      'with a regular expression, which Dex takes',
      { claims: { groups: [{ claim: 'groups', filter: '(' }] } },
      /^claims.groups/,
    ],
    [
      'with a discovery document that is elsewhere',
      { discoveryUrl: 'https://sso.example.com/discovery' },
      /^discoveryUrl/,
    ],
  ])('%s', (_, change, expected) => {
    expect(problems({ ...least, ...change })).toEqual(
      expect.arrayContaining([expect.stringMatching(expected)]),
    );
  });
});

describe('a preset', () => {
  test('of Entra makes the issuer of the tenant, and asks Graph with the right for it', () => {
    const { issuer: _, ...client } = least;
    expect(configSchema.parse({ preset: 'microsoft', tenant, ...client, graph: {} })).toMatchObject({
      issuer: `https://login.microsoftonline.com/${tenant}/v2.0`,
      discoveryUrl: `https://login.microsoftonline.com/${tenant}/v2.0/.well-known/openid-configuration`,
      scopes: [
        'openid',
        'profile',
        'email',
        'https://graph.microsoft.com/GroupMember.Read.All',
        'offline_access',
      ],
      claims: { id: 'oid', emailVerified: 'xms_edov', groups: [{ claim: 'groups' }] },
    });
  });

  test('of Google asks for a refresh token in its way, unless there shall be none', () => {
    const google = { preset: 'google', clientId: 'a', clientSecret: 'b', hostedDomains: ['Example.com'] };
    const parameters = { access_type: 'offline', hd: 'example.com' };
    expect(configSchema.parse(google)).toMatchObject({ prompt: 'consent', parameters });
    const never = configSchema.parse({
      ...google,
      refresh: 'never',
      hostedDomains: ['a.example', 'b.example'],
    });
    expect([never.prompt, never.parameters]).toEqual([undefined, { hd: '*' }]);
  });

  test('gives way to what is written', () => {
    const written = {
      preset: 'gitlab',
      issuer: 'https://git.example.com',
      userinfo: false,
      claims: { groups: 'groups_direct' },
    };
    expect(configSchema.parse({ ...least, ...written })).toMatchObject({
      issuer: 'https://git.example.com',
      userinfo: false,
      claims: { groups: [{ claim: 'groups_direct' }] },
    });
  });
});

test('private addresses may be those that the operator wrote, and `http:` on this computer', () => {
  const config = configSchema.parse({
    ...least,
    issuer: 'http://127.0.0.1:8080',
    endpoints: { keys: 'https://10.0.0.1/keys' },
  });
  expect(httpNeeds(config)).toEqual({
    urls: [
      'http://127.0.0.1:8080',
      'http://127.0.0.1:8080/.well-known/openid-configuration',
      'https://10.0.0.1/keys',
    ],
    insecureHttp: false,
    insecureSkipTlsVerify: false,
  });
});

test('a certificate of ours is shown where the operator wrote the address, and nowhere else', () => {
  const pem = '-----BEGIN CERTIFICATE-----\n';
  const config = configSchema.parse({
    issuer: least.issuer,
    clientId: 'a',
    tlsCertificate: pem,
    tlsKey: key,
    ca: pem,
  });
  expect(httpNeeds(config)).toMatchObject({ clientCertificate: { cert: pem, key }, ca: pem });
});
