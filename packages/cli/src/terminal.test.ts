import { describe, expect, it } from 'vitest';
import { fakeTerminal } from './testing/fake-terminal.ts';

describe('the terminal', () => {
  it('paints for a person', () => {
    expect(fakeTerminal({ tty: true }).terminal.paint('red', 'no')).toBe('\u001b[31mno\u001b[39m');
  });

  it.each([
    ['a pipe', { tty: false }],
    ['NO_COLOR', { tty: true, env: { NO_COLOR: '1' } }],
    ['a dumb terminal', { tty: true, env: { TERM: 'dumb' } }],
  ])('does not paint for %s', (_, options) => {
    expect(fakeTerminal(options).terminal.paint('red', 'no')).toBe('no');
  });

  it('paints where NO_COLOR is empty, as its convention says', () => {
    expect(fakeTerminal({ tty: true, env: { NO_COLOR: '' } }).terminal.colour).toBe(true);
  });

  it('Attack: a name in a directory that draws on the terminal of who reads the answer as JSON. It is escaped, and the same for a program.', () => {
    const { terminal, stdout } = fakeTerminal();
    const value = { name: '\u009b2Jjane\u007f\u202e\u{e0041}\u001b[31m', displayName: 'Zoë 田中 😀' };
    terminal.json(value);
    expect(stdout().replaceAll('\n', '')).not.toMatch(/\p{C}/u);
    expect(stdout()).toContain('Zoë 田中 😀');
    expect(JSON.parse(stdout())).toEqual(value);
  });

  it('keeps the answer and what is said beside it apart', () => {
    const { terminal, stdout, stderr } = fakeTerminal();
    terminal.json([1]);
    terminal.error('note');
    expect([stdout(), stderr()]).toEqual(['[\n  1\n]\n', 'note\n']);
  });
});
