import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, test } from 'vitest';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-plugins-'));
  const exported = { '.': { import: './index.js' } };
  await addPackage('import-only', { exports: exported }, { 'index.js': 'export default { type: "found" }' });
  await addPackage('@acme/scoped', { main: 'index.js' }, { 'index.js': 'export default { type: "scoped" }' });
  await addPackage('nothing-exported', { exports: {} }, {});
  await addPackage('throws', { main: 'index.js' }, { 'index.js': 'throw new Error("no licence")' });
  await addPackage('incomplete', { main: 'index.js' }, { 'index.js': 'import "not-there-either"' });
  await addPackage('typescript', { main: 'index.ts' }, { 'index.ts': 'export default {} as object' });
  await addPackage('no-default', { main: 'index.js' }, { 'index.js': 'export const type = "named"' });
  await writeFile(join(folder, 'beside.mjs'), 'export default { type: "beside" }');
});
afterAll(() => rm(folder, { recursive: true }));

test.each([
  ['import-only', '{"type":"found"}'],
  ['@acme/scoped', '{"type":"scoped"}'],
  ['./beside.mjs', '{"type":"beside"}'],
  ['no-default', 'undefined'],
])('the default export of %s is found from the folder of the configuration', async (name, expected) => {
  assert.equal(await load(name), expected);
});

test.each([
  ['absent', /^is not installed; run `npm install absent` in \//],
  ['./absent.mjs', /^is not there; the path begins at \//],
  ['nothing-exported', /^has nothing to import: its package\.json/],
  ['throws', /^fails while it is loaded: no licence$/],
  ['incomplete', /^is installed incompletely: .*not-there-either/],
  ['typescript', /^is published as TypeScript/],
])('a fault in %s says what to do', async (name, expected) => {
  assert.match(await load(name), expected);
});

// Code from an address or a data: URL would be code that nobody has installed.
test.each([
  'node:fs',
  'data:text/javascript,export default 1',
  'https://example.com/x.js',
  '/etc/passwd',
  '',
  'a/../b',
])('the name %j is refused', async (name) => {
  assert.match(await load(name), /^is neither the name of a package nor a path/);
});

/** In a process of its own: the test runner replaces `import`. Answers with the result or the message. */
async function load(name: string): Promise<string> {
  const script = `
    const { loadPlugin } = await import(${JSON.stringify(new URL('./plugins.ts', import.meta.url).href)});
    await loadPlugin(...process.argv.slice(1)).then((v) => JSON.stringify(v) ?? 'undefined', (e) => e.message)
      .then((text) => process.stdout.write(text));`;
  const run = promisify(execFile);
  const { stdout, stderr } = await run(process.execPath, [
    '--input-type=module',
    '-e',
    script,
    '--',
    name,
    folder,
  ]);
  assert.equal(stderr, '');
  return stdout;
}

async function addPackage(
  name: string,
  manifest: object,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const home = join(folder, 'node_modules', name);
  const all = {
    ...files,
    'package.json': JSON.stringify({ name, version: '1.0.0', type: 'module', ...manifest }),
  };
  for (const [file, text] of Object.entries(all)) {
    await mkdir(dirname(join(home, file)), { recursive: true });
    await writeFile(join(home, file), text);
  }
}
