import { describe, expect, it } from 'vitest';
import { fakeTerminal } from './testing/fake-terminal.ts';
import { padded, printBeside, printLinesBeside, widthOf, wrap } from './wrapped.ts';

const words = 'a few words that do not fit into one line of a narrow terminal, and a few more';

function beside(text: string, columns: number, lead = '  ✓ name  ') {
  const { terminal, stdout } = fakeTerminal({ tty: true, env: { NO_COLOR: '1' }, columns });
  printBeside(terminal, lead, text);
  return stdout().trimEnd().split('\n');
}

describe('text beside a label', () => {
  it('is wrapped under itself', () => {
    const [first, ...others] = beside(words, 50);
    expect(first).toMatch(/^ {2}✓ name {2}a few/);
    expect(others.length).toBeGreaterThan(0);
    for (const line of others) expect(line).toMatch(/^ {10}\S/);
    expect([first, ...others].every((line) => widthOf(line ?? '') <= 50)).toBe(true);
  });

  it('stands below the label where there is no room beside it, or for a word that would be cut', () => {
    expect(beside(words, 40, ' '.repeat(30))[1]).toMatch(/^ {6}a few/);
    const long = 'x'.repeat(60);
    expect(beside(long, 68, '  ✓ a long name  ')).toEqual(['  ✓ a long name', `      ${long}`]);
  });

  it('is never longer than can be read, and needs no terminal', () => {
    expect(beside(words.repeat(9), 400).every((line) => widthOf(line) <= 110)).toBe(true);
    const { terminal, stdout } = fakeTerminal();
    printBeside(terminal, '> ', words.repeat(9));
    expect(
      stdout()
        .split('\n')
        .every((line) => widthOf(line) <= 80),
    ).toBe(true);
  });

  // Attack: an entry of a directory holds terminal commands that rewrite what the administrator reads.
  it('has no control characters, and no line of its own making', () => {
    expect(beside('a\u001b[2J\r\nroot: all is well\u202e', 80)).toHaveLength(1);
    expect(beside('a\u001b[2J\r\nb\u202e', 80).join('')).not.toMatch(/\p{C}/u);
  });
});

describe('several texts beside a label', () => {
  const under = (texts: readonly string[]) => {
    const { terminal, stdout } = fakeTerminal({ tty: true, env: { NO_COLOR: '1' }, columns: 60 });
    printLinesBeside(terminal, '  memberOf        ', texts);
    return stdout().trimEnd().split('\n');
  };

  it('stand under each other', () => {
    expect(under(['cn=a', 'cn=b'])).toEqual(['  memberOf        cn=a', '                  cn=b']);
  });

  it('stand below it, all of them, where one would be broken beside it', () => {
    const long = `cn=with a blank,${'x'.repeat(32)}`;
    expect(under(['cn=a', long, 'cn=b'])).toEqual([
      '  memberOf',
      '      cn=a',
      `      ${long}`,
      '      cn=b',
    ]);
  });
});

describe('wrapping', () => {
  it('never cuts a word, and loses nothing', () => {
    const dn = `cn=${'x'.repeat(90)},dc=example`;
    expect(wrap(`see ${dn} now`, 20)).toEqual(['see', dn, 'now']);
    expect(wrap(words, 20).join(' ')).toBe(words);
    expect(wrap('', 20)).toEqual(['']);
  });

  it('does not cut what is to be typed, unless it has no end', () => {
    expect(wrap('as PEM or `{ fromFile }`, under `ca`', 14)).toEqual([
      'as PEM or',
      '`{ fromFile }`,',
      'under `ca`',
    ]);
    expect(wrap(`a \` ${words} ${words}`, 20).length).toBeGreaterThan(3);
  });

  it('counts what is seen, not the colours', () => {
    const { terminal } = fakeTerminal({ tty: true });
    expect(widthOf(padded(terminal.paint('red', 'ab'), 5))).toBe(5);
  });
});
