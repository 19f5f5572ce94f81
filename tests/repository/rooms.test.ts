import { readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type Import,
  importsOf,
  packageOf,
  parseImports,
  productionSources,
  roomOf,
  root,
} from './imports.ts';

const files = productionSources();
const imports = files.flatMap(importsOf);

/** Who may open which door: docs/architecture.md. `types`: only with `import type`. */
const doors: Readonly<
  Record<string, { readonly all: readonly string[]; readonly types?: readonly string[] }>
> = {
  'connector-kit': { all: [] },
  core: { all: ['connector-kit'] },
  config: { all: ['connector-kit'], types: ['core'] },
  storage: { all: ['core', 'connector-kit'] },
  server: { all: ['core', 'connector-kit'], types: ['config'] },
  cli: { all: ['core', 'config', 'storage', 'server', 'connector-kit', 'connectors/*'] },
  'oauth-upstream': { all: ['connector-kit'] },
  'connectors/*': { all: ['connector-kit', 'oauth-upstream'] },
};

/** Libraries with one home. */
const homes: Readonly<Record<string, string>> = {
  'oidc-provider': 'packages/server/src/oidc/',
  koa: 'packages/server/src/',
  pg: 'packages/storage/src/',
  ldapts: 'connectors/ldap/src/',
  commander: 'packages/cli/src/',
  yaml: 'packages/config/src/',
  undici: 'packages/server/src/outgoing/',
};

describe('the rooms of the house', () => {
  it('are all in the table, and have sources to read', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(imports.length).toBeGreaterThan(300);
    expect(files.filter((file) => doorsOf(roomOf(file)) === undefined)).toEqual([]);
  });

  it('are entered through the doors of the import table alone', () => {
    expect(imports.filter((each) => ourRoom(each) !== undefined && !isAllowed(each)).map(shown)).toEqual([]);
  });

  it('stay closed to what the table does not name, however it is imported', () => {
    const text = [
      "import { openStore } from '@gatehouse/storage';",
      "import type { Store } from '@gatehouse/storage';",
      "import { type Config, loadConfig } from '@gatehouse/config';",
      "export * from '@gatehouse/connector-ldap';",
      "const late = await import('@gatehouse/cli');",
    ].join('\n');
    const found = parseImports('packages/server/src/app.ts', text);
    expect(found).toHaveLength(5);
    expect(found.filter(isAllowed)).toEqual([]);
    const types = parseImports(
      'packages/server/src/app.ts',
      "import type {\n  Config,\n} from '@gatehouse/config';",
    );
    expect(types.filter(isAllowed)).toHaveLength(1);
  });

  it('are entered by their front door: no relative path leads out of a package', () => {
    const out = imports.filter(({ file, specifier }) => {
      if (!specifier.startsWith('.')) return false;
      const target = normalize(join(file, '..', specifier));
      const home = file.split('/').slice(0, 2).join('/');
      return !target.startsWith(`${home}/`);
    });
    expect(out.map(shown)).toEqual([]);
  });

  it('keep each library in its one home', () => {
    const astray = imports.filter(({ file, specifier }) => {
      const home = homes[packageOf(specifier) ?? ''];
      return home !== undefined && !file.startsWith(home);
    });
    expect(astray.map(shown)).toEqual([]);
  });

  it('import no package that their own package.json does not name', () => {
    const undeclared = imports.filter(({ file, specifier }) => {
      const name = packageOf(specifier);
      return name !== undefined && !dependenciesOf(file).has(name);
    });
    expect(undeclared.map(shown)).toEqual([]);
  });

  it('read the environment in cli and config alone', () => {
    const readers = files.filter((file) =>
      /\bprocess\s*\.\s*env\b|\benv\b.*from 'node:process'/.test(code(file)),
    );
    expect(readers.filter((file) => !/^packages\/(cli|config)\//.test(file))).toEqual([]);
  });
});

function doorsOf(room: string) {
  return doors[room] ?? (room.startsWith('connectors/') ? doors['connectors/*'] : undefined);
}

/** Which of our rooms is imported, if it is one. */
function ourRoom({ specifier }: Import): string | undefined {
  const name = packageOf(specifier);
  if (!name?.startsWith('@gatehouse/')) return undefined;
  const room = name.slice('@gatehouse/'.length);
  return room.startsWith('connector-') && room !== 'connector-kit'
    ? `connectors/${room.slice('connector-'.length)}`
    : room;
}

function isAllowed(each: Import): boolean {
  const from = roomOf(each.file);
  const to = ourRoom(each) ?? '';
  const { all = [], types = [] } = doorsOf(from) ?? {};
  const matches = (allowed: readonly string[]) =>
    allowed.includes(to) || (to.startsWith('connectors/') && allowed.includes('connectors/*'));
  return from === to || matches(all) || (each.typeOnly && matches(types));
}

function dependenciesOf(file: string): ReadonlySet<string> {
  const manifest = JSON.parse(
    readFileSync(join(root, file.split('/').slice(0, 2).join('/'), 'package.json'), 'utf8'),
  );
  const { name, dependencies, devDependencies, optionalDependencies, peerDependencies } = manifest;
  return new Set([
    name,
    ...[dependencies, devDependencies, optionalDependencies, peerDependencies].flatMap((each) =>
      Object.keys(each ?? {}),
    ),
  ]);
}

/** Without comments: they may speak of what the code must not do. */
function code(file: string): string {
  return readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
}

function shown({ file, specifier, typeOnly }: Import): string {
  return `${file}: import ${typeOnly ? 'type ' : ''}${specifier}`;
}
