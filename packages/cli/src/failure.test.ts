import { expect, it } from 'vitest';
import { CommandFailure, reportFailure } from './failure.ts';
import { fakeTerminal } from './testing/fake-terminal.ts';

function report(error: unknown): { readonly code: number; readonly lines: readonly string[] } {
  const { terminal, stderr } = fakeTerminal();
  const code = reportFailure(error, { terminal, env: {}, cwd: '/', now: () => new Date(0) });
  return { code, lines: stderr().trimEnd().split('\n') };
}

class DatabaseProblem extends Error {
  override readonly name = 'DatabaseProblem';
}

it('says what somebody else said on a line of its own, and nothing twice', () => {
  const refused = new Error('password authentication failed');
  const problem = new DatabaseProblem('PostgreSQL refuses the password.', { cause: refused });
  expect(report(problem)).toEqual({
    code: 4,
    lines: ['Error: PostgreSQL refuses the password.', '  Because: password authentication failed'],
  });
  const told = new DatabaseProblem('It cannot be reached: ECONNREFUSED.', {
    cause: new Error('ECONNREFUSED'),
  });
  expect(report(told).lines).toEqual(['Error: It cannot be reached: ECONNREFUSED.']);
});

it('shows the stack of a fault of ours, and none of what a person can act on', () => {
  expect(report(new TypeError('x is not a function')).lines.length).toBeGreaterThan(1);
  expect(report(new CommandFailure('usage', 'No.', { advice: ['Do this.'] }))).toEqual({
    code: 2,
    lines: ['Error: No.', '  Do this.'],
  });
});
