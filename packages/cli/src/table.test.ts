import { describe, expect, it } from 'vitest';
import { showRows } from './table.ts';
import { fakeTerminal } from './testing/fake-terminal.ts';

const rows = [
  { email: 'anna@example.com', signsFrom: null, groups: ['a', 'b'] },
  { email: 'b@c.d', signsFrom: 'today', groups: [] },
];
const columns = ['email', 'signsFrom', 'groups'] as const;

function show(options: Partial<Parameters<typeof showRows>[1]>) {
  const { terminal, stdout, stderr } = fakeTerminal();
  showRows(terminal, { rows, columns, json: false, none: 'There is nothing.', ...options });
  return { stdout: stdout(), stderr: stderr() };
}

describe('a list', () => {
  it('is in columns for people', () => {
    expect(show({}).stdout.split('\n')).toEqual([
      'EMAIL             SIGNS FROM  GROUPS',
      'anna@example.com              a, b',
      'b@c.d             today',
      '',
    ]);
  });

  it('is JSON for scripts, also when it is empty', () => {
    expect(JSON.parse(show({ json: true }).stdout)).toEqual(rows);
    expect(show({ json: true, rows: [] })).toEqual({ stdout: '[]\n', stderr: '' });
  });

  it('says in words that it is empty, beside the answer', () => {
    expect(show({ rows: [] })).toEqual({ stdout: '', stderr: 'There is nothing.\n' });
  });

  // Attack: a group from a directory holds terminal commands that rewrite what the administrator reads.
  it('shows no control characters', () => {
    const { stdout } = show({ rows: [{ email: 'a\u001b[2K\rroot\n', signsFrom: null, groups: ['\u202e'] }] });
    expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{C}/u);
    expect(stdout.trim().split('\n')).toHaveLength(2);
  });
});
