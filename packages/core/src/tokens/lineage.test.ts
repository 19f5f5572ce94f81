import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ModelSession } from '../testing/lineage-model.ts';
import { advance, firstLineage, judge, mostSuccessions } from './lineage.ts';

const grace = 60;
const afterWindow = grace + 1;

describe('one client alone', () => {
  test('rotates each time', () => {
    const session = new ModelSession(grace);
    expect([session.present(1), session.present(2), session.present(3)]).toEqual([2, 3, 4]);
  });

  test('whose answer was lost gets it again, in the window and long after it', () => {
    const session = new ModelSession(grace);
    session.present(1);
    expect(session.present(1)).toBe(2);
    session.pass(86_400);
    expect([session.present(1), session.present(1)]).toEqual([2, 2]);
    expect(session.present(2)).toBe(3);
  });

  test('whose every answer is lost twice still goes on', () => {
    const session = new ModelSession(grace);
    for (let generation = 1; generation < 50; generation += 1) {
      session.present(generation);
      session.pass(afterWindow);
      expect(session.present(generation)).toBe(generation + 1);
      session.pass(afterWindow);
    }
  });
});

describe('racers', () => {
  test('all get the same successor', () => {
    const session = new ModelSession(grace);
    expect(Array.from({ length: 20 }, () => session.present(1))).toEqual(Array(20).fill(2));
    expect(session.lineage.generation).toBe(2);
  });

  test('that come late in the window get the newest generation, not their own successor', () => {
    const session = new ModelSession(grace);
    session.present(1);
    session.present(2);
    session.present(3);
    expect([session.present(1), session.present(2), session.present(3)]).toEqual([4, 4, 4]);
  });

  test('cannot make the row grow: a full window answers the newest with itself', () => {
    const session = new ModelSession(grace);
    const answers = Array.from({ length: 100 }, (_, i) => session.present(Math.min(i, mostSuccessions) + 1));
    expect(session.lineage.succeededAt).toHaveLength(mostSuccessions);
    expect(answers.at(-1)).toBe(mostSuccessions + 1);
    expect(session.lineage.newestPresented).toBe(true);
    session.pass(afterWindow);
    expect(session.present(mostSuccessions + 1)).toBe(mostSuccessions + 2);
    expect(session.lineage).toMatchObject({ newestPresented: false, succeededAt: { length: 1 } });
  });

  test('of a full window hold the newest, so its predecessor is dead after the window', () => {
    const session = new ModelSession(grace);
    for (let i = 1; i <= mostSuccessions + 1; i += 1) session.present(i);
    expect(session.present(mostSuccessions)).toBe(mostSuccessions + 1);
    session.pass(afterWindow);
    expect(session.present(mostSuccessions)).toBe('ended');
  });

  test('that all act within one window never lose the session, in whatever order their reads and writes fall', () => {
    const step = fc.record({ racer: fc.nat(4), phase: fc.constantFrom('read', 'write'), pass: fc.nat(2) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 29 }), (steps) => {
        const session = new ModelSession(grace);
        const racers = Array.from({ length: 5 }, () => session.racer());
        for (const { racer, phase, pass } of steps) {
          session.pass(pass);
          racers[racer]?.[phase]();
        }
        for (const racer of racers) racer.finish();
        expect(session.ended).toBe(false);
        expect(session.lineage.succeededAt.length).toBeLessThanOrEqual(mostSuccessions);
        // One lineage: every racer holds a token that still leads to the newest.
        for (const racer of racers) expect(session.present(racer.held)).toBe(session.lineage.generation);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a thief', () => {
  // The attack: a refresh token is copied from a laptop and used elsewhere.
  test('after the owner ends the session', () => {
    const session = new ModelSession(grace);
    session.present(1);
    session.pass(afterWindow);
    session.present(2);
    session.pass(afterWindow);
    expect(session.present(1)).toBe('ended');
    expect(session.present(3)).toBe('ended');
  });

  test('before the owner ends the session too', () => {
    const session = new ModelSession(grace);
    const stolen = session.present(1);
    expect(stolen).toBe(2);
    session.pass(afterWindow);
    session.present(2);
    session.pass(afterWindow);
    expect(session.present(1)).toBe('ended');
    expect(session.present(3)).toBe('ended');
  });

  test('who is two rotations apart from the owner always ends the session', () => {
    const uses = fc.array(fc.integer({ min: afterWindow, max: 100_000 }), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(uses, fc.nat(100), (pauses, start) => {
        const session = new ModelSession(grace);
        for (let i = 0; i < start; i += 1) session.use(afterWindow);
        const copied = session.lineage.generation;
        for (const pause of pauses) session.use(pause);
        expect(session.present(copied)).toBe('ended');
        expect(session.present(session.lineage.generation)).toBe('ended');
      }),
    );
  });

  // What the rule for lost answers costs; docs/decisions/0003 says what bounds it.
  test('who keeps in step with the owner is not noticed, and is as soon as either is a refresh ahead', () => {
    for (const ahead of ['owner', 'thief'] as const) {
      const session = new ModelSession(grace);
      const held = { owner: 1, thief: 1 };
      const refresh = (who: 'owner' | 'thief') => {
        session.pass(afterWindow);
        const answer = session.present(held[who]);
        if (typeof answer === 'number') held[who] = answer;
        return answer;
      };
      for (let i = 0; i < 10; i += 1) expect([refresh('owner'), refresh('thief')]).toEqual([i + 2, i + 2]);
      refresh(ahead);
      refresh(ahead);
      expect(refresh(ahead === 'owner' ? 'thief' : 'owner')).toBe('ended');
    }
  });

  test('never gets a second lineage: whatever two parties do, all that is answered is the newest generation', () => {
    const step = fc.record({ who: fc.nat(1), pass: fc.constantFrom(0, 1, 30, afterWindow, 86_400) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const session = new ModelSession(grace);
        const held = [1, 1];
        for (const { who, pass } of steps) {
          session.pass(pass);
          const answer = session.present(held[who] ?? 0);
          if (answer === 'ended') return;
          expect(answer).toBe(session.lineage.generation);
          held[who] = Number(answer);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a generation that this row never issued', () => {
  test.each([2, 7, 0, -1, 1.5, Number.NaN])('%d is unknown, and no attack', (presented) => {
    expect(judge(firstLineage(), presented, new Date(0), grace)).toEqual({ status: 'unknown' });
  });

  test('is what a restored backup sees, and it leaves the session to those whom the backup knows', () => {
    const session = new ModelSession(grace);
    session.present(1);
    const backup = session.lineage;
    session.present(2);
    session.present(3);
    session.restore(backup);
    expect(session.present(4)).toBe('unknown');
    expect(session.present(2)).toBe(3);
  });
});

test('without a grace there is no window, but a lost answer is given again', () => {
  const session = new ModelSession(0);
  session.present(1);
  expect(session.present(1)).toBe(2);
  session.present(2);
  expect(session.present(1)).toBe('ended');
});

test('a clock that is behind the one that rotated sees an open window', () => {
  const ahead = new Date(10_000);
  const lineage = advance(advance(firstLineage(), ahead, grace), ahead, grace);
  expect(judge(lineage, 1, new Date(0), grace)).toEqual({ status: 'repeat', generation: 3 });
});

test('the row forgets what its window has left behind', () => {
  const session = new ModelSession(grace);
  for (let i = 0; i < 100; i += 1) session.use(grace / 4);
  expect(session.lineage.succeededAt.length).toBeLessThanOrEqual(5);
});
