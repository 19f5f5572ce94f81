import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../load.ts';
import { readFileBounded } from './file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-config-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function complaint(path: string): Promise<string> {
  const outcome = await loadConfig({ path, env: {}, definitions: [] }).catch((error: unknown) => error);
  if (outcome instanceof Error) return outcome.message;
  throw new Error('expected it to fail');
}

test('a file that is not there is said so', async () => {
  const path = join(folder, 'nope.yaml');
  expect(await complaint(path)).toBe(`${path}: 1 problem\n  does not exist`);
});

test('a folder is no configuration', async () => {
  expect(await complaint(folder)).toBe(`${folder}: 1 problem\n  is a folder, not a file`);
});

test('a file that may not be read is said so', async () => {
  const readFile = async () => {
    throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
  };
  const loading = loadConfig({ path: 'closed.yaml', env: {}, definitions: [], readFile });
  await expect(loading).rejects.toThrow('closed.yaml: 1 problem\n  may not be read by this account');
});

test.each(['', 'a\0b'])('%j is a name that no file has', async (name) => {
  expect(await complaint(name)).toMatch(/: 1 problem\n {2}(does not exist|has a name that no file can have)/);
});

test('10 MB are not read to the end', async () => {
  const path = join(folder, 'large.yaml');
  await writeFile(path, Buffer.alloc(10 * 1024 * 1024, '#'));
  expect(await complaint(path)).toBe(`${path}: 1 problem\n  is larger than 512 KiB`);
  expect((await readFileBounded(path, 1000)).length).toBe(1001);
});

test('a file without an end is not read to the end', async () => {
  expect((await readFileBounded('/dev/zero', 1000)).length).toBe(1001);
});

test('what an editor of another system wrote is not taken for text', async () => {
  const path = join(folder, 'utf16.yaml');
  await writeFile(path, Buffer.from('\ufeffissuer: http://localhost:5556', 'utf16le'));
  expect(await complaint(path)).toBe(`${path}: 1 problem\n  is not UTF-8 text`);
});

test('a byte order mark and the line ends of another system do no harm', async () => {
  const path = join(folder, 'windows.yaml');
  await writeFile(path, '\ufeffissuer: http://localhost:5556\r\ndatabase:\r\n  embedded: db\r\n');
  const { config, file } = await loadConfig({ path, env: {}, definitions: [] });
  expect(config.issuer).toBe('http://localhost:5556');
  expect(config.database).toEqual({ kind: 'embedded', path: join(folder, 'db') });
  expect(file).toBe(path);
});

test('secrets lie beside the configuration, wherever the command was typed', async () => {
  await mkdir(join(folder, 'secrets'));
  await writeFile(join(folder, 'secrets', 'db'), 'postgres://x\n');
  const path = join(folder, 'gatehouse.yaml');
  await writeFile(path, 'issuer: http://localhost:5556\ndatabase: { url: { fromFile: secrets/db } }\n');
  const { config } = await loadConfig({ path, env: {}, definitions: [] });
  expect(config.database).toMatchObject({ kind: 'url', url: 'postgres://x' });
});
