/**
 * Writes what is made from the configuration's schema, the error table and the command line. With `--check` it writes
 * nothing, names the files that differ, and exits with 1.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { configJsonSchema } from '@gatehouse/config';
import github from '@gatehouse/connector-github';
import ldap from '@gatehouse/connector-ldap';
import { createLocalConnector } from '@gatehouse/connector-local';
import { createMockConnector } from '@gatehouse/connector-mock';
import oauth2 from '@gatehouse/connector-oauth2';
import oidc from '@gatehouse/connector-oidc';
import { createSamlConnector } from '@gatehouse/connector-saml';
import { errorTable } from '@gatehouse/core';
import { cliPage } from './generate/cli-page.ts';
import { configPage } from './generate/config-page.ts';
import { errorsPage } from './generate/errors-page.ts';
import { presetsPage } from './generate/presets-page.ts';

const root = join(import.meta.dirname, '..');

const nobody = { findByEmail: async () => null, findById: async () => null, list: async () => [] };
const definitions = [
  createLocalConnector({ users: nobody }),
  ldap,
  github,
  oidc,
  oauth2,
  createSamlConnector({ issuer: 'http://127.0.0.1:5556' }),
  createMockConnector({ issuer: 'http://127.0.0.1:5556' }),
];

const files = {
  'config/gatehouse.schema.json': `${JSON.stringify(configJsonSchema(definitions), null, 2)}\n`,
  'docs/config.md': configPage(definitions),
  'docs/connectors/ldap-presets.md': await presetsPage(ldap),
  'docs/errors.md': errorsPage(errorTable),
  'docs/operations/cli.md': cliPage(),
};

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const differing = await differ();
if (values.check) check();
else await write();

async function differ(): Promise<readonly (readonly [string, string])[]> {
  const found = await Promise.all(
    Object.entries(files).map(async ([path, text]) => {
      const before = await readFile(join(root, path), 'utf8').catch(() => null);
      return before === text ? [] : [[path, text] as const];
    }),
  );
  return found.flat();
}

function check(): void {
  for (const [path] of differing) console.error(`${path} is not what its sources say: run npm run generate`);
  if (differing.length > 0) process.exitCode = 1;
}

async function write(): Promise<void> {
  for (const [path, text] of differing) {
    await writeFile(join(root, path), text);
    console.log(`wrote ${path}`);
  }
}
