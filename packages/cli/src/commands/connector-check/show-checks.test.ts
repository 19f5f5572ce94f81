import type { Check } from '@gatehouse/connector-kit';
import { describe, expect, it } from 'vitest';
import { fakeTerminal } from '../../testing/fake-terminal.ts';
import { showChecks } from './show-checks.ts';

const full = { verbose: false, brief: false };
const brief = { verbose: false, brief: true };

function shown(checks: readonly Check[], manner = full, columns = 80): string {
  const { terminal, stdout } = fakeTerminal({ tty: true, env: { NO_COLOR: '1' }, columns });
  showChecks(checks, manner, terminal);
  return stdout();
}

const at = (server: string, took: number, more: Partial<Check> = {}): Check => ({
  name: 'bind',
  ok: true,
  detail: 'cn=gatehouse',
  server,
  took,
  ...more,
});

describe('checks for people', () => {
  it('stand under each other, with their times', () => {
    const lines = shown([{ name: 'resolve', ok: true, took: 0.2, detail: 'a' }, at('dc1', 2400)]);
    expect(lines).toMatch(/^ {2}✓ resolve +<1 ms {2}a\n {2}✓ bind +2\.4 s {2}cn=gatehouse\n$/);
    expect(
      new Set(
        lines
          .split('\n')
          .slice(0, 2)
          .map((line) => line.search(/(?<=m?s {2})\S/)),
      ),
    ).toHaveLength(1);
  });

  it('say what failed and what to do, and mark what works and wants a look', () => {
    const text = shown([
      { name: 'tls', ok: true, detail: 'for 9 days', advice: 'Renew it.' },
      { name: 'bind', ok: false, detail: 'refused', advice: 'Check the password.' },
    ]);
    expect(text).toMatch(
      / {2}! tls .*for 9 days\n {6}→ Renew it\.\n {2}✗ bind .*refused\n {6}→ Check the pass/,
    );
  });

  it('have a block for each server where there are several', () => {
    const text = shown([at('dc1', 10), at('dc2', 20)]);
    expect(text).toMatch(/\n {2}dc1, 10 ms\n {2}✓ bind .*\n\n {2}dc2, 20 ms\n/);
    expect(text).not.toContain('slow');
  });

  it('name the server that is slow', () => {
    expect(shown([at('dc1', 90), at('dc2', 1300)])).toContain(
      'dc2 is the slow one: 1.3 s, where the next needs 90 ms.',
    );
    expect(shown([at('dc1', 90), at('dc2', 1300, { ok: false })])).not.toContain('slow one');
  });

  it('are one line for each server where all is well and something else was asked', () => {
    const text = shown([at('dc1', 10), at('dc1', 20), at('dc2', 5, { ok: false })], brief);
    expect(text).toMatch(/^ {2}✓ dc1 {2}all 2 checks are good, 30 ms\n\n {2}dc2, 5 ms\n {2}✗ bind/);
  });
});
