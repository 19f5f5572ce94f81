import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureSealFile } from './seal-file.ts';

let folder: string;
let path: string;
const empty = async () => false;
const sealed = async () => true;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seal-'));
  path = join(folder, 'var', 'seal.key');
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('the sealing key in a file', () => {
  it('is made once, for its owner alone, and read ever after', async () => {
    const first = await ensureSealFile(path, empty);
    const second = await ensureSealFile(path, sealed);
    expect([first.made, second.made]).toEqual([true, false]);
    expect(second.key).toEqual(first.key);
    expect(first.key.key).toHaveLength(32);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(folder, 'var'))).toEqual(['seal.key']);
  });

  it('is one key when ten processes make it at once', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => ensureSealFile(path, empty)));
    expect(new Set(all.map(({ key }) => Buffer.from(key.key).toString('hex'))).size).toBe(1);
  });

  it('is never made again for a database that was sealed with another', async () => {
    await expect(ensureSealFile(path, sealed)).rejects.toMatchObject({
      message: expect.stringContaining('is missing'),
      advice: expect.arrayContaining([expect.stringContaining('Restore the file from its backup')]),
    });
    await expect(stat(path)).rejects.toThrow('ENOENT');
  });

  it('says which folder to remove when the embedded database outlived its checkout', async () => {
    await expect(ensureSealFile(path, sealed, '/var/lib/gatehouse/1234')).rejects.toMatchObject({
      advice: expect.arrayContaining([expect.stringContaining('remove /var/lib/gatehouse/1234')]),
    });
  });

  it.each([
    ['cut short by a full disk', 'QUJD\n'],
    ['empty', ''],
    ['overwritten by something else', `${'x'.repeat(44)}\n`],
  ])('is refused, and not replaced, when it is %s', async (_, text) => {
    await mkdir(join(folder, 'var'));
    await writeFile(path, text);
    await expect(ensureSealFile(path, empty)).rejects.toThrow('is damaged');
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  it('survives umask 077 and is no more open under umask 000', async () => {
    const before = process.umask(0o000);
    try {
      await ensureSealFile(path, empty);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
    } finally {
      process.umask(before);
    }
  });

  it('says what to do where it cannot be written', async () => {
    await writeFile(join(folder, 'var'), 'a file where a folder should be');
    await expect(ensureSealFile(path, empty)).rejects.toThrow(/cannot be (written|read) \(ENOTDIR\)/);
    await chmod(folder, 0o700);
  });
});
