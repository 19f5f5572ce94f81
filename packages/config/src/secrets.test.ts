import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderConfig } from './render.ts';
import { attempt, complaint } from './testing/attempt.ts';

const minimal = 'issuer: http://127.0.0.1:5556\n';

describe('a secret', () => {
  const url = (reference: string) => `${minimal}database: { url: ${reference} }\n`;

  test('comes from the environment, or from a file beside the configuration without its last newline', async () => {
    const fromEnv = await attempt(url('{ fromEnv: DB }'), { env: { DB: 'postgres://a' } });
    expect(fromEnv.config.database).toMatchObject({ url: 'postgres://a', directUrl: 'postgres://a' });
    const files = { '/etc/gatehouse/db': 'postgres://b\n', '/run/db': 'postgres://c\r\n' };
    const beside = await attempt(url('{ fromFile: db }'), { files });
    expect(beside.config.database).toMatchObject({ url: 'postgres://b' });
    const elsewhere = await attempt(url('{ fromFile: /run/db }'), { files });
    expect(elsewhere.config.database).toMatchObject({ url: 'postgres://c' });
  });

  test.each([
    ['{ fromEnv: NOPE }', '2:29   database.url.fromEnv   the environment variable "NOPE" is not set'],
    ['{ fromEnv: EMPTY }', '2:29   database.url.fromEnv   the environment variable "EMPTY" is empty'],
    [
      '{ fromEnv: constructor }',
      '2:29   database.url.fromEnv   the environment variable "constructor" is not set',
    ],
    ['{ fromEnv: }', '2:29   database.url.fromEnv   must be a name'],
    ['{ fromFile: nope }', '2:30   database.url.fromFile   the file "/etc/gatehouse/nope" does not exist'],
    ['{ fromFile: blank }', '2:30   database.url.fromFile   the file "/etc/gatehouse/blank" is empty'],
    [
      '{ fromFile: big }',
      '2:30   database.url.fromFile   the file "/etc/gatehouse/big" is larger than 64 KiB',
    ],
    ['{ fromEnv: A, fromFile: b }', '2:18   database.url   takes fromEnv or fromFile, not both'],
    [
      '{ fromEvn: A }',
      '2:18   database.url   is a secret: write { fromEnv: NAME } or { fromFile: path } here',
    ],
    [
      'postgres://me:pw@db',
      '2:18   database.url   is a secret: write { fromEnv: NAME } or { fromFile: path } here',
    ],
  ])('given as %s is refused, once', async (reference, line) => {
    const files = { '/etc/gatehouse/blank': '\n', '/etc/gatehouse/big': 'x'.repeat(70_000) };
    const env = { EMPTY: '' };
    expect(await complaint(url(reference), { env, files })).toBe(`gatehouse.yaml: 1 problem\n  ${line}`);
  });

  test('has no place where text is meant', async () => {
    expect(await complaint('issuer: { fromEnv: A }', { env: { A: 'https://a.example' } })).toBe(
      'gatehouse.yaml: 1 problem\n  1:9   issuer   cannot be taken from the environment or a file',
    );
  });
});

describe('in the configuration of a connector', () => {
  const connector = (config: string) =>
    `${minimal}connectors: [{ id: a, type: directory, config: ${config} }]\n`;

  test('any text may come from elsewhere, at any depth', async () => {
    const { config } = await attempt(
      connector(
        '{ host: { fromEnv: H }, bindPassword: { fromEnv: P }, searches: [{ base: { fromEnv: B } }] }',
      ),
      { env: { H: 'ldap', P: 'long enough', B: 'dc=x' } },
    );
    expect(config.connectors[0]?.config).toMatchObject({
      host: 'ldap',
      bindPassword: 'long enough',
      searches: [{ base: 'dc=x' }],
    });
  });

  test('what is marked as secret must come from elsewhere', async () => {
    expect(await complaint(connector('{ host: x, bindPassword: hunter2hunter2 }'))).toBe(
      'gatehouse.yaml: 1 problem\n  2:73   connectors[0].config.bindPassword   is a secret: write { fromEnv: NAME } or { fromFile: path } here',
    );
  });

  test('one that cannot be read is one problem, whatever the schema thinks of its absence', async () => {
    expect(await complaint(connector('{ host: x, bindPassword: { fromEnv: NOPE } }'))).toBe(
      'gatehouse.yaml: 1 problem\n  2:84   connectors[0].config.bindPassword.fromEnv   the environment variable "NOPE" is not set',
    );
  });
});

describe('sealing keys', () => {
  const bytes = Buffer.alloc(32, 7);
  const seal = (...names: string[]) =>
    `${minimal}seal:\n  keys:\n${names.map((name) => `    - { id: ${name}, key: { fromEnv: ${name} } }\n`).join('')}`;

  test.each([
    ['base64', bytes.toString('base64')],
    ['base64url', bytes.toString('base64url')],
    ['hex', bytes.toString('hex')],
    ['hex in capitals', bytes.toString('hex').toUpperCase()],
  ])('are read as %s', async (_, K) => {
    const { config } = await attempt(seal('K'), { env: { K } });
    expect(config.seal).toMatchObject({ kind: 'keys', keys: [{ id: 'K' }] });
    expect(config.seal.kind === 'keys' && Buffer.from(config.seal.keys[0]!.key)).toEqual(bytes);
  });

  test('keep their order: the first one seals', async () => {
    const env = { NEW: bytes.toString('hex'), OLD: Buffer.alloc(32, 8).toString('hex') };
    const { config } = await attempt(seal('NEW', 'OLD'), { env });
    expect(config.seal.kind === 'keys' && config.seal.keys.map(({ id }) => id)).toEqual(['NEW', 'OLD']);
  });

  test.each([
    ['too short', Buffer.alloc(16).toString('base64'), 'is 16 bytes'],
    ['a passphrase', 'correct horse battery staple', 'is neither base64 nor hex'],
  ])('that are %s are refused without being shown', async (_, K, found) => {
    const shown = await complaint(seal('K'), { env: { K } });
    expect(shown).toBe(
      `gatehouse.yaml: 1 problem\n  4:21   seal.keys[0].key   must be 32 random bytes as base64 or hex, and ${found}: \`openssl rand -base64 32\` makes one`,
    );
    expect(shown).not.toContain(K);
  });

  test('have ids of their own', async () => {
    expect(await complaint(seal('K', 'K'), { env: { K: bytes.toString('hex') } })).toContain(
      'seal.keys[1].id   "K" is the id of another key already',
    );
  });
});

const everywhere = `${minimal}
database: { url: { fromEnv: S1 } }
seal: { keys: [{ id: a, key: { fromEnv: KEY } }] }
connectors:
  - id: a
    type: directory
    config: { host: x, note: { fromEnv: S2 }, bindPassword: { fromEnv: S3 } }
  - id: l
    type: local
users: [{ email: a@example.com, passwordHash: $2b$10$abcdefghijklmnop }]
clients: [{ id: c, secrets: [{ fromEnv: S4 }], redirectUris: [https://a.example] }]
`;

const env = {
  S1: 'postgres://me:first-secret@db/x',
  S2: 'second-secret',
  S3: 'third-secret',
  S4: 'fourth-secret-of-all',
  KEY: Buffer.alloc(32, 7).toString('base64'),
};

const hidden = [...Object.values(env), 'first-secret', '$2b$10$abcdefghijklmnop'];

// The attack: somebody who may read a support ticket, a CI log or a terminal finds a password in it.
describe('no secret is shown', () => {
  test('by config show', async () => {
    const shown = renderConfig(await attempt(everywhere, { env }));
    for (const secret of hidden) expect(shown).not.toContain(secret);
    expect(shown.match(/\*\*\*/g)).toHaveLength(7);
  });

  test('by printing what was loaded for whoever debugs', async () => {
    const { secrets } = await attempt(everywhere, { env });
    expect(inspect(secrets, { depth: 9, showHidden: true }) + JSON.stringify(secrets)).not.toContain(
      'secret-',
    );
    expect(secrets.mask('connect to postgres://me:first-secret@db/x failed')).toBe('connect to *** failed');
  });

  test('by a problem or a warning, wherever a mistake is', async () => {
    const lines = everywhere.split('\n');
    const mistakes = [' }', ' {', ' zzz', ': 5', ' *', '\n- x', ' [', '"'];
    for (const index of lines.keys()) {
      for (const mistake of mistakes) {
        const text = lines.with(index, lines[index] + mistake).join('\n');
        const shown = await attempt(text, { env }).then(
          ({ warnings }) => JSON.stringify(warnings),
          (error: Error) => error.message,
        );
        for (const secret of hidden) expect(shown).not.toContain(secret);
      }
    }
  });

  test('by a schema that quotes or throws what it was given', async () => {
    const text = `${minimal}connectors: [{ id: a, type: leaky, config: { key: { fromEnv: S2 } } }]`;
    const quoting = leaky((value) => ({
      issues: [{ message: `cannot use ${JSON.stringify(value)}`, path: [{ key: 'key' }] }],
    }));
    expect(await complaint(text, { env, ...quoting })).toContain(
      'connectors[0].config.key   cannot use {"key":"***"}',
    );
    const throwing = leaky((value) => {
      throw new Error(JSON.stringify(value));
    });
    expect(await complaint(text, { env, ...throwing })).toContain(
      'connectors[0].config   the connector type "leaky" could not check this: its schema failed',
    );
  });

  test('after a schema has made something else of it', async () => {
    const validate = (value: unknown) => {
      const { key } = value as { key: string };
      return {
        value: {
          url: new URL(key),
          bytes: Buffer.from(key),
          text: `it is ${key}`,
          [key]: 1,
          make: () => key,
        },
      };
    };
    const text = `${minimal}connectors: [{ id: a, type: leaky, config: { key: { fromEnv: S1 } } }]`;
    const shown = renderConfig(await attempt(text, { env, ...leaky(validate) }));
    expect(shown).not.toContain('first-secret');
    expect(shown).not.toContain('112'); // the first byte
    expect(shown).toContain('text: it is ***');
  });

  test('even if it is a single letter', async () => {
    const text = `${minimal}connectors: [{ id: a, type: directory, config: { host: x, note: { fromEnv: N } } }]`;
    expect(renderConfig(await attempt(text, { env: { N: 'q' } }))).toContain('note: "***"');
  });

  test('whatever its characters are', async () => {
    const text = `${minimal}connectors: [{ id: a, type: directory, config: { host: x, note: { fromEnv: N } } }]`;
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1 }), async (N) => {
        expect(renderConfig(await attempt(text, { env: { N } }))).toContain('note: "***"');
      }),
      { numRuns: 50 },
    );
  });
});

function leaky(validate: (value: unknown) => unknown) {
  const jsonSchema = { input: () => ({}), output: () => ({}) };
  const config = { '~standard': { version: 1, vendor: 'x', validate, jsonSchema } };
  return { definitions: [{ kit: 1, type: 'leaky', title: 'Leaky', config, open: () => null } as never] };
}
