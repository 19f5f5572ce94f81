import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { renderConfig } from './render.ts';
import { schema } from './schema/schema.ts';
import { ConfigError } from './source/problem.ts';
import { attempt } from './testing/attempt.ts';

/** Loads, or says why not; anything else fails the test. */
async function loadsOrComplains(text: string): Promise<void> {
  try {
    renderConfig(await attempt(text, { env: { A: 'a value' } }));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    for (const { message, position } of error.problems) {
      expect(message).not.toBe('');
      if (position) expect(Math.min(position.line, position.column)).toBeGreaterThan(0);
    }
  }
}

// The attack: a configuration that makes `config check` crash, hang or show a stack trace in a pipeline.
describe('whatever the text is, it loads or it is a ConfigError', () => {
  test('for any characters', async () => {
    await fc.assert(fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), loadsOrComplains), {
      numRuns: 300,
    });
  });

  test('for what looks like YAML', async () => {
    const piece = fc.constantFrom(
      'issuer',
      'clients',
      'connectors',
      'id',
      '__proto__',
      'constructor',
      ': ',
      ':',
      '- ',
      '\n',
      '\n  ',
      '\t',
      '{',
      '}',
      '[',
      ']',
      ', ',
      '&a ',
      '*a',
      '!!str ',
      '"',
      "'",
      '|',
      '>',
      '#',
      '? ',
      '---\n',
      '%YAML 1.1\n',
      '<<: ',
      'null',
      '1e999',
      '.nan',
      '0x10',
      'true',
      '{ fromEnv: A }',
      'http://localhost:5556',
      '\u0000',
      '\ud800',
    );
    const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));
    await fc.assert(fc.asyncProperty(text, loadsOrComplains), { numRuns: 1000 });
  });

  test('for any value under any key', async () => {
    const key = fc.constantFrom(...Object.keys(schema.shape));
    const part = fc.oneof(
      fc.jsonValue({ maxDepth: 4 }),
      fc.constant({ fromEnv: 'A' }),
      fc.constant([{ id: 'a', type: 'local' }]),
    );
    const value = fc.dictionary(key, part, { maxKeys: 6 });
    const text = value.map((sections) => stringify({ issuer: 'http://localhost:5556', ...sections }));
    await fc.assert(fc.asyncProperty(text, loadsOrComplains), { numRuns: 300 });
  });

  test('for a good text with one part of it replaced', async () => {
    const good = `issuer: http://127.0.0.1:5556
listen: { host: 127.0.0.1, port: 5556 }
connectors: [{ id: a, type: directory, config: { host: x, searches: [{ base: y }] }, rules: { groups: { prefix: "a:" } } }]
clients: [{ id: c, public: true, redirectUris: [http://localhost:8000], connectors: [a], groups: { include: ["a:*"] } }]
tokens: { idToken: 5m }
`;
    const replaced = fc
      .tuple(fc.nat(good.length), fc.nat(20), fc.string({ unit: 'grapheme', maxLength: 8 }))
      .map(([at, length, text]) => good.slice(0, at) + text + good.slice(at + length));
    await fc.assert(fc.asyncProperty(replaced, loadsOrComplains), { numRuns: 300 });
  });
});

test('what config show prints, loads again and is shown the same, where there are no secrets in it', async () => {
  const text = `issuer: http://localhost:5556/dex
database: { embedded: /srv/db }
tokens: { idToken: 1h30m }
connectors: [{ id: a, type: directory, config: { host: x }, rules: { groups: { rename: { b: c } } } }]
clients: [{ id: c, public: true, redirectUris: [http://localhost:8000] }]
demo: true
`;
  const shown = renderConfig(await attempt(text));
  expect(renderConfig(await attempt(shown))).toBe(shown);
});
