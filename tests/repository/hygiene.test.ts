import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { root } from './imports.ts';

/** What git has or would take: nothing that is ignored. */
const tracked = spawnSync(
  'git',
  ['-c', 'safe.directory=*', 'ls-files', '--cached', '--others', '--exclude-standard'],
  {
    cwd: root,
    encoding: 'utf8',
  },
)
  .stdout.split('\n')
  .filter((file) => file !== '' && existsSync(join(root, file)));
const read = (file: string) => readFileSync(join(root, file), 'utf8');

describe('the tests', () => {
  const tests = tracked.filter((file) => file.endsWith('.test.ts'));

  it('are there', () => {
    expect(tests.length).toBeGreaterThan(20);
  });

  it('leave none out: a test that does not run proves nothing', () => {
    const word = ['skip', 'only', 'todo', 'fails'].join('|');
    const pattern = new RegExp(
      `\\b(?:it|test|describe|suite)(?:\\.\\w+)*\\.(?:${word})\\b|\\bx(?:it|describe)\\(`,
    );
    expect(tests.filter((file) => pattern.test(read(file)))).toEqual([]);
  });

  it('assert on no elapsed time: that fails on a busy machine', () => {
    const pattern = /expect\([^)]*(?:elapsed|duration|took|Date\.now\(\)\s*-)[^)]*\)\.toBe(?:Less|Greater)/i;
    expect(tests.filter((file) => pattern.test(read(file)))).toEqual([]);
  });
});

describe('the dependencies', () => {
  const manifests = tracked.filter((file) =>
    /^(?:(?:packages|connectors)\/[^/]+\/)?package\.json$/.test(file),
  );
  const exact = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/;

  it('have one exact version each', () => {
    const { catalog } = parse(read('pnpm-workspace.yaml')) as { catalog: Record<string, string> };
    const loose = Object.entries(catalog).filter(([, version]) => !exact.test(version));
    const own = manifests.flatMap((file) => looseIn(file, catalog));
    expect([...loose.map(([name]) => name), ...own]).toEqual([]);
  });

  function looseIn(file: string, catalog: Readonly<Record<string, string>>): readonly string[] {
    const manifest = JSON.parse(read(file)) as Record<string, Record<string, string> | undefined>;
    return ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
      Object.entries(manifest[kind] ?? {})
        .filter(([name, version]) => !isPinned(name, version, catalog))
        .map(([name, version]) => `${file}: ${name} ${version}`),
    );
  }

  function isPinned(name: string, version: string, catalog: Readonly<Record<string, string>>): boolean {
    if (version === 'workspace:*') return name.startsWith('@gatehouse/');
    if (version === 'catalog:') return Object.hasOwn(catalog, name);
    return exact.test(version.replace(/^npm:@?[^@]+@/, ''));
  }

  it('come from whatever registry the machine uses: no file names one', () => {
    // Put together here, or this file would be the first to name it.
    const hosts = [
      ['registry', 'npmjs', 'org'],
      ['registry', 'yarnpkg', 'com'],
      ['npm', 'pkg', 'github', 'com'],
    ].map((parts) => parts.join('.'));
    const configured = spawnSync('npm', ['config', 'get', 'registry'], {
      encoding: 'utf8',
      cwd: '/',
    }).stdout.trim();
    const all = [...hosts, ...(URL.canParse(configured) ? [new URL(configured).hostname] : [])];
    expect(tracked.filter((file) => all.some((host) => read(file).includes(host)))).toEqual([]);
  });
});

describe('the root scripts', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

  it('put nothing between npm and what runs long: a signal to npm must reach it', () => {
    for (const name of ['start', 'gatehouse', 'generate'])
      expect(scripts[name]).toMatch(/ && exec node_modules\/\.bin\/node /);
  });

  it('name every ring that tests/rings.json has', () => {
    const rings = Object.entries(
      JSON.parse(read('tests/rings.json')) as Record<string, { onRequest?: true }>,
    );
    const onRequest = rings.filter(([, ring]) => ring.onRequest).map(([name]) => name);
    for (const name of onRequest) expect(scripts[`test:${name}`]).toBe(`node tools/test.mjs ${name}`);
    const projects = [...read('vitest.config.ts').matchAll(/ring\('([a-z]+)'/g)].map((match) => match[1]);
    expect(rings.map(([name]) => name).sort()).toEqual(projects.sort());
  });
});
