/** What somebody meets who carries a configuration of Dex over, key by key: docs/from-dex.md names these tests. */
import { describe, expect, test } from 'vitest';
import { attempt, complaint } from './testing/attempt.ts';

const minimal = 'issuer: http://127.0.0.1:5556\n';
const env = { SECRET: 'a client secret of some length' };
const clientWith = (rest: string) =>
  `${minimal}clients: [{ id: a, secrets: [{ fromEnv: SECRET }], redirectUris: [https://a.example]${rest} }]\n`;

describe('a key of Dex', () => {
  test.each([
    'staticClients',
    'staticPasswords',
    'enablePasswordDB',
    'storage',
    'web',
    'oauth2',
    'expiry',
    'frontend',
  ])('%s is an error that names it, and never ignored', async (key) => {
    expect(await complaint(`${minimal}${key}: {}\n`)).toContain(`2:1   ${key}   unknown key`);
  });

  test.each([
    ['idEnv: A', 'idEnv'],
    ['secret: text', 'secret'],
    ['secretEnv: A', 'secretEnv'],
    ['redirectURIs: [https://a.example]', 'redirectURIs'],
    ['postLogoutRedirectURIs: [https://a.example]', 'postLogoutRedirectURIs'],
    ['backchannelLogoutURI: https://a.example', 'backchannelLogoutURI'],
    ['logoURL: https://a.example', 'logoURL'],
    ['allowedConnectors: []', 'allowedConnectors'],
    ['mfaChain: []', 'mfaChain'],
    ['ssoSharedWith: []', 'ssoSharedWith'],
    ['clientCredentialsClaims: {}', 'clientCredentialsClaims'],
  ])('in a client, such as %s, is an error that names it', async (pair, key) => {
    expect(await complaint(clientWith(`, ${pair}`), { env })).toContain(`clients[0].${key}   unknown key`);
  });

  test.each([
    'hash: x',
    'hashFromEnv: A',
    'username: a',
    'preferredUsername: a',
    'emailVerified: true',
    'userID: a',
  ])('in an account, such as %s, is an error that names it', async (pair) => {
    const account = `users: [{ email: a@example.com, passwordHash: $2, ${pair} }]`;
    const text = `${minimal}connectors: [{ id: local, type: local }]\n${account}\n`;
    expect(await complaint(text)).toContain(`users[0].${pair.split(':')[0]}   unknown key`);
  });

  test('in another case than the documentation has it is an error that says which was meant', async () => {
    expect(await complaint(clientWith(', redirecturis: []'), { env })).toContain(
      'unknown key; did you mean "redirectUris"?',
    );
  });
});

describe('an id of Dex', () => {
  test.each(['ldap', 'GitHub', 'corp_ldap', 'example.com', 'a', 'A-1_b.c'])(
    '%s stays the id of its connector, and so part of every subject',
    async (id) => {
      const { config } = await attempt(`${minimal}connectors: [{ id: ${id}, type: local }]`);
      expect(config.connectors[0]?.id).toBe(id);
    },
  );

  test.each(['example-app', 'kubernetes', 'ArgoCD_1', 'https://example.com/app', 'a@b'])(
    '%s stays the id of its client',
    async (id) => {
      const { config } = await attempt(`${minimal}clients: [{ id: "${id}", public: true }]`);
      expect(config.clients[0]?.id).toBe(id);
    },
  );

  test('of a client that is there twice is an error', async () => {
    expect(
      await complaint(`${minimal}clients: [{ id: a, public: true }, { id: a, public: true }]`),
    ).toContain('clients[1].id   "a" is the id of clients[0] already');
  });
});

describe('a client of Dex', () => {
  test('needs no name', async () => {
    expect((await attempt(clientWith(''), { env })).config.clients[0]?.name).toBe('a');
  });

  test('may use every connector, and its refresh tokens outlive the session, unless it says otherwise', async () => {
    const { config } = await attempt(clientWith(''), { env });
    expect(config.clients[0]).toMatchObject({
      ...{ connectors: [], refreshTokens: 'requested', refreshTokenLifetime: 'standalone', trustedPeers: [] },
    });
  });

  test.each([
    'urn:ietf:wg:oauth:2.0:oob',
    'foo://bar.com/',
    'http://app.example.com/callback',
    '/device/callback',
  ])('may not be sent back to %s', async (uri) => {
    const text = `${minimal}clients: [{ id: a, public: true, native: true, redirectUris: ["${uri}"] }]`;
    expect(await complaint(text)).toContain('clients[0].redirectUris[0]   must be');
  });

  test.each(['ü', '\t', '\u0001', '€'])(
    'has no secret with %j in it, which it could not send',
    async (character) => {
      const shown = await complaint(clientWith(''), {
        env: { SECRET: `a secret of some length ${character}` },
      });
      expect(shown).toContain('clients[0].secrets[0]   may have letters, digits and signs of ASCII alone');
      expect(shown).not.toContain('of some length');
    },
  );
});

describe('an account of Dex', () => {
  const account = (hash: string) =>
    `${minimal}connectors: [{ id: local, type: local }]\nusers: [{ email: a@example.com, passwordHash: ${hash} }]\n`;

  test.each([
    ['the configuration', '$2a$10$written'],
    ['the environment', '{ fromEnv: HASH }'],
    ['a file', '{ fromFile: /hash }'],
  ])('has its hash in %s', async (_where, hash) => {
    const options = { env: { HASH: '$2a$10$written' }, files: { '/hash': '$2a$10$written\n' } };
    const { config } = await attempt(account(hash), options);
    expect(config.users[0]?.passwordHash).toBe('$2a$10$written');
  });

  test.each([
    ['{ fromEnv: NOWHERE }', 'the environment variable "NOWHERE" is not set'],
    ['{ fromEnv: WRONG }', 'not a hash'],
    ['""', 'must not be empty'],
    ['5', 'must be text'],
  ])('whose hash is %s is one problem, that does not quote it', async (hash, sentence) => {
    const shown = await complaint(account(hash), { env: { WRONG: 'hunter2' } });
    expect(shown).toMatch(/^gatehouse.yaml: 1 problem\n.*users\[0\]\.passwordHash/);
    expect(shown).toContain(sentence);
    expect(shown).not.toContain('hunter2');
  });
});
