import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Loaded, loadConfig, parseConfig } from '@gatehouse/config';
import github from '@gatehouse/connector-github';
import ldap from '@gatehouse/connector-ldap';
import { checkPasswordHash, createLocalConnector } from '@gatehouse/connector-local';
import { createMockConnector } from '@gatehouse/connector-mock';
import oauth2 from '@gatehouse/connector-oauth2';
import oidc from '@gatehouse/connector-oidc';
import { createSamlConnector } from '@gatehouse/connector-saml';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

const nobody = { findByEmail: async () => null, findById: async () => null, list: async () => [] };
const common = {
  env: {
    DATABASE_URL: 'postgres://gatehouse:password@db.example.com/gatehouse',
    SEAL_KEY: Buffer.alloc(32, 1).toString('base64'),
    LDAP_BIND_PASSWORD: 'a password of the service account',
    ARGO_CD_SECRET: 'a first secret that is long enough',
    ARGO_CD_SECRET_NEXT: 'a second secret that is long enough',
  },
  definitions: (issuer: string) => [
    createLocalConnector({ users: nobody }),
    ldap,
    github,
    oidc,
    oauth2,
    createSamlConnector({ issuer }),
    createMockConnector({ issuer }),
  ],
  checkPasswordHash,
};

/** The files that an example names lie elsewhere; the example itself is the one of the repository. */
function load(name: string): Promise<Loaded> {
  const readExample = async (path: string) =>
    path.endsWith('.yaml')
      ? readFile(path)
      : Buffer.from('-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n');
  return loadConfig({ ...common, path: join(root, 'config', name), readFile: readExample });
}

test('config/simple.yaml loads without a warning, on a loopback address, with what a newcomer needs', async () => {
  const { config, warnings } = await load('simple.yaml');
  expect(warnings).toEqual([]);
  expect(config).toMatchObject({
    issuer: 'http://127.0.0.1:5556',
    listen: { host: '127.0.0.1', port: 5556 },
    database: { kind: 'embedded', path: join(root, 'var/postgres') },
    seal: { kind: 'file', path: join(root, 'var/seal.key') },
    demo: true,
    firstUser: { email: 'admin@example.com', groups: ['admins'] },
  });
  expect(config.clients).toMatchObject([
    {
      id: 'kubernetes',
      public: true,
      native: true,
      trusted: true,
      refreshTokens: 'always',
      redirectUris: [
        'http://localhost:8000',
        'http://127.0.0.1:8000',
        'http://localhost:18000',
        'http://127.0.0.1:18000',
      ],
    },
    { id: 'demo' },
  ]);
});

test('config/enterprise.yaml loads without a warning, with TLS, PostgreSQL, LDAP and two clients', async () => {
  const { config, warnings } = await load('enterprise.yaml');
  expect(warnings).toEqual([]);
  expect(config.database).toMatchObject({ kind: 'url' });
  expect(config.listen.tls).toEqual({
    cert: join(root, 'var/tls/tls.crt'),
    key: join(root, 'var/tls/tls.key'),
  });
  expect(config.connectors).toMatchObject([{ id: 'corp', type: 'ldap' }]);
  expect(config.clients.map(({ id, secretHashes }) => [id, secretHashes.length])).toEqual([
    ['kubernetes', 0],
    ['argo-cd', 1],
  ]);
});

test('every example in docs/config.md loads', async () => {
  const page = await readFile(join(root, 'docs/config.md'), 'utf8');
  const examples = [...page.matchAll(/```yaml\n(.*?)```/gs)].map((match) => match[1] ?? '');
  expect(examples.length).toBeGreaterThanOrEqual(5);
  for (const example of examples) {
    const text = /^issuer:/m.test(example) ? example : `issuer: http://127.0.0.1:5556\n${example}`;
    await parseConfig({ ...common, text });
  }
});

test('what is generated is what its sources say', async () => {
  const node = join(root, 'node_modules/.bin/node');
  const run = promisify(execFile)(node, [join(root, 'tools/generate.ts'), '--check']);
  await expect(run).resolves.toMatchObject({ stdout: '', stderr: '' });
});
