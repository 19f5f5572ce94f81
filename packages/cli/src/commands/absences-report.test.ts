import type { ConnectorEntry } from '@gatehouse/config';
import type { MissingPerson } from '@gatehouse/core';
import { describe, expect, it } from 'vitest';
import { fakeTerminal } from '../testing/fake-terminal.ts';
import { type Absences, showAbsences } from './absences-report.ts';

const at = new Date('2030-01-01T12:00:00Z');
const until = new Date('2030-01-01T13:00:00Z');
const entry: ConnectorEntry = {
  ...{ id: 'corp', type: 'ldap', name: 'Example directory' },
  ...{ domains: [], config: {}, rules: {} },
};
const quiet: Absences = { standing: {}, answers: { asked: 0, absent: 0, stated: 0 }, people: [] };
const ann: MissingPerson = {
  ...{ subject: 's-ann', username: 'ann', state: 'suspended', proof: 'stated' },
  ...{ since: at, until, reason: 'disabled' },
};

function shown(changes: Partial<Absences>, json = false) {
  const { terminal, stdout, stderr } = fakeTerminal();
  showAbsences(entry, { ...quiet, ...changes }, json, { terminal, env: {}, cwd: '/', now: () => at });
  return { stdout: stdout(), stderr: stderr() };
}

describe('what is shown of absences', () => {
  it.each([
    ['that they count', {}, true, 'absences count\n'],
    ['that they do not', { closedAt: at }, false, 'absences do not count since 2030-01-01 12:00:00 UTC'],
    [
      'who agreed to them',
      { word: { kind: 'agreed' as const, at, until, by: 'root' } },
      true,
      'absences count, however many they are: agreed by root at 2030-01-01 12:00:00 UTC until 2030-01-01 13:00:00 UTC',
    ],
    [
      'who holds them, also where the rate would',
      { closedAt: at, word: { kind: 'held' as const, at, until, by: 'root' } },
      false,
      'absences do not count: held by root',
    ],
  ])('says %s', (_what, standing, absencesCount, sentence) => {
    expect(shown({ standing }).stdout).toContain(sentence);
    expect(JSON.parse(shown({ standing }, true).stdout)).toMatchObject({ absencesCount });
  });

  it('has the numbers, and a share where somebody was asked for', () => {
    const answers = { asked: 400, absent: 20, stated: 1 };
    expect(shown({ answers }).stdout).toContain(
      '400 people were asked for, 21 were gone (5.3 %): 20 absent, 1 stated',
    );
    expect(shown({}).stdout).toContain('0 people were asked for, 0 were gone: 0 absent, 0 stated');
    expect(shown({}).stderr).toContain('Nobody is gone.');
  });

  it('names who is gone, since when, and how long they may come back', () => {
    const { stdout } = shown({ people: [ann] });
    expect(stdout).toMatch(
      /ann +suspended +stated +2030-01-01 12:00 UTC +2030-01-01 13:00 UTC +disabled +s-ann/,
    );
    const { people } = JSON.parse(shown({ people: [ann] }, true).stdout);
    expect(people).toEqual([{ ...ann, since: at.toISOString(), until: until.toISOString() }]);
  });

  it('has no columns in which nothing stands', () => {
    const { until: _, reason: __, ...rest } = ann;
    const { stdout } = shown({ people: [{ ...rest, state: 'kept', proof: 'absent' }] });
    expect(stdout).toMatch(/^USERNAME +STATE +PROOF +SINCE +SUBJECT$/m);
  });

  it('names the two questions where too many are gone, and nobody has answered them yet', () => {
    const { stderr } = shown({ standing: { closedAt: at }, people: [ann] });
    expect(stderr).toContain('gatehouse connector check corp\n');
    expect(stderr).toContain('gatehouse absences agree corp\n');
    const word = { kind: 'held' as const, at, until, by: 'root' };
    expect(shown({ standing: { closedAt: at, word }, people: [ann] }).stderr).toBe('');
    expect(shown({ people: [ann] }).stderr).toBe('');
  });

  it('is short enough to read, and whole for scripts', () => {
    const people = Array.from({ length: 1234 }, () => ann);
    expect(shown({ people }).stdout.match(/s-ann/g)).toHaveLength(50);
    expect(shown({ people }).stderr).toContain('and 1184 more; --json has them all');
    expect(JSON.parse(shown({ people }, true).stdout).people).toHaveLength(1234);
  });

  // Attack: somebody's name in the directory draws on the operator's terminal (CWE-150).
  it('has no control characters of the directory in it', () => {
    const people = [{ ...ann, username: 'a\u001b[2Jnn', reason: '\u009b31m' }];
    expect(shown({ people }).stdout).not.toMatch(/[^\P{Cc}\n]/u);
    const word = { kind: 'held' as const, at, until, by: '\u001b[2J' };
    expect(shown({ standing: { word } }).stdout).not.toContain('\u001b');
  });
});
