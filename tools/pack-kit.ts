/**
 * Packs the connector kit as it would be published: JavaScript with declarations, without a word of this
 * workspace. (Node strips types everywhere but under node_modules, so the sources would not run there.)
 *
 * `node tools/pack-kit.ts <folder>` writes the package file there and prints its path.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '..');
const kit = join(root, 'packages/connector-kit');

/** @returns the path of the package file */
export async function packKit(folder: string): Promise<string> {
  const stage = await mkdtemp(join(tmpdir(), 'gatehouse-kit-'));
  try {
    const out = join(stage, 'dist');
    await run(
      process.execPath,
      [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.publish.json', '--outDir', out],
      {
        cwd: kit,
      },
    );
    await writeFile(join(stage, 'package.json'), JSON.stringify(await publishedManifest(), null, 2));
    await cp(join(kit, 'README.md'), join(stage, 'README.md'));
    await cp(join(root, 'LICENSE'), join(stage, 'LICENSE'));
    return await npmPack(stage, folder);
  } finally {
    await rm(stage, { recursive: true });
  }
}

/** @returns the path of the package file */
export async function npmPack(packageFolder: string, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', folder], {
    cwd: packageFolder,
  });
  return join(folder, stdout.trim());
}

interface Manifest {
  readonly version: string;
  readonly license: string;
  readonly description: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

async function publishedManifest(): Promise<object> {
  const manifest: Manifest = JSON.parse(await readFile(join(kit, 'package.json'), 'utf8'));
  const { catalog } = parse(await readFile(join(root, 'pnpm-workspace.yaml'), 'utf8'));
  const versions = Object.keys(manifest.dependencies).map((name) => [name, versionOf(name, catalog)]);
  return {
    name: '@gatehouse/connector-kit',
    version: manifest.version,
    description: manifest.description,
    license: manifest.license,
    type: 'module',
    engines: { node: '>=22' },
    files: ['dist'],
    exports: { '.': entry('index'), './testing': entry('testing/index') },
    dependencies: Object.fromEntries(versions),
  };
}

function versionOf(name: string, catalog: Readonly<Record<string, string>>): string {
  const version = catalog[name];
  if (version === undefined) throw new Error(`${name} has no version in the catalog of pnpm-workspace.yaml`);
  return `^${version}`;
}

function entry(module: string): object {
  return { types: `./dist/${module}.d.ts`, default: `./dist/${module}.js` };
}

if (import.meta.main) {
  console.log(await packKit(resolve(process.argv[2] ?? '.')));
}
