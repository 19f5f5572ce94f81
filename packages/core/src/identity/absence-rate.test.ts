import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Answers } from '../ports/absence-brakes.ts';
import { canBeJudged, hasFallen, isTooMany } from './absence-rate.ts';

const of = (asked: number, absent: number, stated = 0): Answers => ({ asked, absent, stated });

const somePeople = fc
  .record({ here: fc.nat(10_000), absent: fc.nat(1_000), stated: fc.nat(1_000) })
  .map(({ here, absent, stated }) => of(here + absent + stated, absent, stated));

describe('too many people gone', () => {
  test.each([
    ['19 of 19, which is everybody of a small company', of(19, 19), false],
    ['20 of 20', of(20, 20), true],
    ['20 of 399', of(399, 20), true],
    ['20 of 400, which is 5 % and not more', of(400, 20), false],
    ['21 of 400', of(400, 21), true],
    ['30 of 100', of(100, 30), true],
    ['10 absent and 10 stated of 100', of(100, 10, 10), true],
    ['nobody of nobody', of(0, 0), false],
  ])('%s', (_what, answers, tooMany) => {
    expect(isTooMany(answers)).toBe(tooMany);
  });

  test('are at least 20 and more than 5 %, whatever the numbers', () => {
    fc.assert(
      fc.property(somePeople, (answers) => {
        const gone = answers.absent + answers.stated;
        expect(isTooMany(answers)).toBe(gone >= 20 && gone > answers.asked / 20);
      }),
    );
  });

  test('are never fewer because one more is gone, nor more because one more is here', () => {
    fc.assert(
      fc.property(somePeople, (answers) => {
        const { asked, absent, stated } = answers;
        if (isTooMany(answers)) expect(isTooMany(of(asked + 1, absent + 1, stated))).toBe(true);
        else expect(isTooMany(of(asked + 1, absent, stated))).toBe(false);
      }),
    );
  });
});

describe('a rate that has fallen', () => {
  test('is one of at most 5 %, however few are asked', () => {
    expect(hasFallen(of(400, 20))).toBe(true);
    expect(hasFallen(of(399, 20))).toBe(false);
    expect(hasFallen(of(3, 0))).toBe(true);
    expect(hasFallen(of(3, 1))).toBe(false);
  });

  test('is not known where nobody is asked', () => {
    expect(hasFallen(of(0, 0))).toBe(false);
  });

  // Otherwise the brake would close and open with every answer.
  test('is never one that closes the brake', () => {
    fc.assert(
      fc.property(somePeople, (answers) => {
        expect(isTooMany(answers) && hasFallen(answers)).toBe(false);
      }),
    );
  });

  test('is judged by 20 people or more, where there are', () => {
    expect([19, 20].map((asked) => canBeJudged(of(asked, 0)))).toEqual([false, true]);
  });
});
