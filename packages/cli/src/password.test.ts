import { describe, expect, it } from 'vitest';
import { readNewPassword } from './password.ts';
import { fakeTerminal } from './testing/fake-terminal.ts';

describe('a password from a pipe', () => {
  it.each([
    ['with its newline', 'correct horse\n', 'correct horse'],
    ['without one', 'correct horse', 'correct horse'],
    ['from Windows', 'correct horse\r\n', 'correct horse'],
    ['with blanks that belong to it', '  a b  \n', '  a b  '],
    ['and nothing after the first line', 'one\ntwo\n', 'one'],
    ['in any script', 'пароль🔑\n', 'пароль🔑'],
  ])('is read %s', async (_, input, password) => {
    expect(await readNewPassword(fakeTerminal({ input }).terminal)).toBe(password);
  });

  it.each(['', '\n', '\r\n'])('is refused when it is empty (%j)', async (input) => {
    await expect(readNewPassword(fakeTerminal({ input }).terminal)).rejects.toThrow('No password was given');
  });

  it('is not read without end: somebody pipes in a disk', async () => {
    await expect(readNewPassword(fakeTerminal({ input: 'x'.repeat(1_000_000) }).terminal)).rejects.toThrow(
      /at most/,
    );
  });
});

describe('a password that a person types', () => {
  async function type(...keys: readonly string[]) {
    const person = fakeTerminal({ tty: true });
    const password = readNewPassword(person.terminal);
    password.catch(() => undefined);
    for (const key of keys) {
      await new Promise(setImmediate);
      person.stdin.write(key);
    }
    return { person, password };
  }

  it('is asked for twice and shown never', async () => {
    const { person, password } = await type('s3cret\r', 's3cret\r');
    expect(await password).toBe('s3cret');
    expect(person.stderr()).toBe('New password: \nThe same again: \n');
    expect(person.stdout()).toBe('');
    expect(person.raw()).toBe(false);
  });

  it('can be corrected, one letter or all', async () => {
    const { password } = await type('wrong\u0015s3x\u007fcret\r', 's3cret\r');
    expect(await password).toBe('s3cret');
  });

  it('changes nothing when the second differs', async () => {
    const { password } = await type('s3cret\r', 's3cert\r');
    await expect(password).rejects.toThrow('The two passwords differ');
  });

  it('ends with Ctrl-C, and gives the terminal its echo back', async () => {
    const { person, password } = await type('s3c\u0003');
    await expect(password).rejects.toThrow('Cancelled');
    expect(person.raw()).toBe(false);
  });

  it('takes no keys that move the cursor', async () => {
    const { password } = await type('a\u0001b\r', 'ab\r');
    expect(await password).toBe('ab');
  });
});
