import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
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

  // Attack: another account of the machine puts its own key there, and opens all that is sealed from then on.
  it.each([0o602, 0o620, 0o666])('is refused where others can write it: mode %o', async (mode) => {
    await ensureSealFile(path, empty);
    await chmod(path, mode);
    await expect(ensureSealFile(path, sealed)).rejects.toMatchObject({
      message: expect.stringContaining('can write the sealing key'),
      advice: expect.arrayContaining([expect.stringContaining(`chmod 600 ${path}`)]),
    });
  });

  it.each([0o604, 0o640, 0o644])('is used with a warning where others can read it: mode %o', async (mode) => {
    const { key } = await ensureSealFile(path, empty);
    await chmod(path, mode);
    const found = await ensureSealFile(path, sealed);
    expect(found).toEqual({
      key,
      made: false,
      warning: `Others can read the sealing key ${path}: chmod 600 ${path}`,
    });
  });

  it.each([0o600, 0o400])(
    'is used without a word where its owner alone has rights: mode %o',
    async (mode) => {
      const { key } = await ensureSealFile(path, empty);
      await chmod(path, mode);
      expect(await ensureSealFile(path, sealed)).toEqual({ key, made: false });
    },
  );

  it('is judged where a symbolic link leads, and not by the link', async () => {
    const { key } = await ensureSealFile(path, empty);
    const elsewhere = join(folder, 'link');
    await symlink(path, elsewhere);
    expect(await ensureSealFile(elsewhere, sealed)).toEqual({ key, made: false });
    await chmod(path, 0o606);
    await expect(ensureSealFile(elsewhere, sealed)).rejects.toThrow('can write the sealing key');
  });

  it('says what to do where it cannot be written', async () => {
    await writeFile(join(folder, 'var'), 'a file where a folder should be');
    await expect(ensureSealFile(path, empty)).rejects.toThrow(/cannot be (written|read) \(ENOTDIR\)/);
    await chmod(folder, 0o700);
  });
});
