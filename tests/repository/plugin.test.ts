/** A stranger's connector package: built, tested, packed and installed beside a configuration that names it. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { npmPack, packKit } from '../../tools/pack-kit.ts';

const root = resolve(import.meta.dirname, '../..');
const bin = join(root, 'node_modules/.bin');
const run = promisify(execFile);

const listed = '[gatehouse-connector-people-api]';

let folder = '';
let authors = '';
let operators = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-plugin-'));
  authors = join(folder, 'author');
  operators = join(folder, 'operator');
  const kit = await packKit(folder);
  await cp(join(root, 'docs/connectors/template'), authors, {
    recursive: true,
    filter: (path) => !path.includes('node_modules') && !path.endsWith('/dist'),
  });
  await npm(authors, 'install', '--no-save', '--omit=dev', kit);
  // What `npm install` would fetch for development is here already.
  await mkdir(join(authors, 'node_modules/@types'), { recursive: true });
  await symlink(join(root, 'node_modules/@types/node'), join(authors, 'node_modules/@types/node'));
  await writeOperatorsConfig();
  await npm(operators, 'install', kit, await npmPack(authors, folder));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('the template compiles against the declarations of the kit, with libraries checked too', async () => {
  await run('tsc', ['-p', 'tsconfig.json', '--skipLibCheck', 'false'], { cwd: authors, env: env() });
});

test('the template passes the contract suite of the packed kit, under the test runner of Node', async () => {
  const { stdout } = await run('node', ['--test', '--test-reporter=tap', 'test/*.test.ts'], {
    cwd: authors,
    env: env(),
  });
  assert.match(stdout, /^# fail 0$/m);
  const passed = Number(/^# pass (\d+)$/m.exec(stdout)?.[1]);
  assert.ok(passed >= 30, `only ${passed} tests ran`);
});

test('what is packed is JavaScript with declarations, and names nothing of the workspace', async () => {
  for (const name of ['@gatehouse/connector-kit', 'gatehouse-connector-people-api']) {
    const home = join(operators, 'node_modules', name);
    const manifest = await readFile(join(home, 'package.json'), 'utf8');
    assert.doesNotMatch(manifest, /workspace:|catalog:|\.\/src\//);
    const entry = await readFile(join(home, 'dist/index.js'), 'utf8');
    assert.doesNotMatch(entry, /from '[^']+\.ts'/);
    await readFile(join(home, 'dist/index.d.ts'));
  }
});

test('the installed package is found from the folder of the configuration and knows its own settings', async () => {
  await writeOperatorsConfig();
  assert.equal(await check(), 'ok');
});

test('a fault under `config:` of the package is shown with its place', async () => {
  await writeOperatorsConfig((example) => example.replace('url:', 'urll:'));
  expect(await check()).toMatch(/connectors\[0\]\.config\.urll/);
});

test('a package that is not installed stops the start under its name, with what to do', async () => {
  await writeOperatorsConfig((example) => example.replace(listed, '["@acme/gatehouse-connector-crowd"]'));
  expect(await check()).toMatch(/"@acme\/gatehouse-connector-crowd" is not installed; run `npm install/);
});

test('the same package twice is refused', async () => {
  await writeOperatorsConfig((example) =>
    example.replace(listed, '[gatehouse-connector-people-api, gatehouse-connector-people-api]'),
  );
  expect(await check()).toMatch(/brings the type "people-api", which is there already/);
});

/** @returns `ok`, or what the command said */
async function check(): Promise<string> {
  const main = join(root, 'packages/cli/src/main.ts');
  const args = [main, 'config', 'check', '--config', join(operators, 'gatehouse.yaml')];
  return run('node', args, { cwd: folder, env: env() }).then(
    () => 'ok',
    (error: { stdout: string; stderr: string }) => error.stdout + error.stderr,
  );
}

/** The example of the template's README, as an operator would copy it. */
async function writeOperatorsConfig(
  change: (example: string) => string = (example) => example,
): Promise<void> {
  const readme = await readFile(join(authors, 'README.md'), 'utf8');
  const example = /^```yaml\n(.+?)^```$/ms.exec(readme)?.[1];
  assert.ok(example, 'the README has no example');
  const text = `issuer: http://127.0.0.1:5556\n${example.replace('/run/secrets/people-api', 'token')}`;
  await mkdir(operators, { recursive: true });
  await writeFile(join(operators, 'token'), 'a-token');
  await writeFile(join(operators, 'package.json'), '{ "private": true }');
  await writeFile(join(operators, 'gatehouse.yaml'), change(text));
}

async function npm(cwd: string, ...args: string[]): Promise<void> {
  await run('npm', [...args, '--no-audit', '--no-fund', '--prefer-offline'], { cwd, env: env() });
}

/** `node` and `tsc` are those of the repository. */
function env(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };
}
