import { randomBytes } from 'node:crypto';
import type { Identity, Json, ProofOfLeaving } from '@gatehouse/connector-kit';
import { recordingLog } from '@gatehouse/connector-kit/testing';
import { AbsenceBrake, rateWindow, type Store, type StoredIdentity } from '@gatehouse/core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { holding, waiting } from '../../../../tests/support/locks.ts';
import { freshStore, type TestStore, versions } from '../../../../tests/support/store.ts';

const newName = () => randomBytes(16).toString('hex');
const day = 86_400;

describe.each(versions)('the brake on absences on PostgreSQL %i', (version) => {
  let place: TestStore;
  let second: Store;
  let corp: string;
  let log: ReturnType<typeof recordingLog>;
  let brakes: readonly AbsenceBrake[];
  beforeAll(async () => {
    place = await freshStore({ version });
    second = await place.another();
  });
  afterAll(() => place.close());
  beforeEach(() => {
    corp = newName();
    log = recordingLog();
    brakes = [place.store, second].map((store) => new AbsenceBrake(store.absenceBrakes, log));
  });

  const people = async (count: number): Promise<readonly string[]> => {
    const unit = place.store.unit();
    const at = place.clock.now();
    const subjects = Array.from({ length: count }, newName);
    for (const subject of subjects) {
      const identity: Identity<Json> = { upstreamId: subject, username: subject, groups: [], state: null };
      unit.identities.save({ subject, connectorId: corp, identity, checkedAt: at, lastLoginAt: at });
    }
    await unit.commit('success');
    return subjects;
  };
  const read = async (subject: string): Promise<StoredIdentity> => {
    const stored = await place.store.identityChecks.read(subject);
    if (stored === null) throw new Error(`nobody is ${subject}`);
    return stored;
  };
  const here = async (subject: string) => {
    const { identity } = await read(subject);
    const outcome = { status: 'current', identity, at: place.clock.now() } as const;
    await place.store.identityChecks.record(subject, outcome);
  };
  const gone = (subject: string, proof: ProofOfLeaving = 'absent') =>
    place.store.identityChecks.record(subject, {
      ...{ status: 'gone', reason: 'not found', proof },
      ...{ at: place.clock.now(), until: place.clock.in(day) },
    });
  /** As the core does it: judged, and stored as gone or as not known. */
  const absent = async (subject: string, replica = 0): Promise<boolean> => {
    const at = place.clock.now();
    const counts = await brakes[replica]?.counts({ subject, connectorId: corp, at });
    if (counts) await gone(subject);
    else await place.store.identityChecks.record(subject, { status: 'unavailable', at });
    return counts === true;
  };
  const oneByOne = async (subjects: readonly string[]): Promise<readonly boolean[]> => {
    const judged: boolean[] = [];
    for (const subject of subjects) judged.push(await absent(subject));
    return judged;
  };
  const each = (subjects: readonly string[], act: (subject: string) => Promise<unknown>) =>
    Promise.all(subjects.map(act));
  const tend = () => brakes[0]?.tend([corp]);
  const standing = () => place.store.absenceBrakes.standing(corp);
  const answers = () => place.store.absenceBrakes.answers(corp, rateWindow);
  const suspended = async (subjects: readonly string[]) =>
    (await Promise.all(subjects.map(read))).filter((stored) => stored.gone !== undefined).length;
  /** What was answered was answered so many minutes earlier: it is the database's clock that counts. */
  const answeredEarlier = (minutes: number) =>
    place.sql(
      'UPDATE identities SET answered_at = answered_at - make_interval(mins => $2) WHERE connector_id = $1',
      [corp, minutes],
    );
  const minutesPass = async (minutes: number) => {
    await answeredEarlier(minutes);
    await place.sql(
      `UPDATE absence_brakes SET closed_at = closed_at - make_interval(mins => $2),
         word_at = word_at - make_interval(mins => $2), word_until = word_until - make_interval(mins => $2)
       WHERE connector_id = $1`,
      [corp, minutes],
    );
  };
  const alerts = () => log.lines.filter((line) => line.level === 'error');
  const closeIt = async () => oneByOne(await people(20));

  describe('closes', () => {
    test('with the twentieth of everybody, and not before', async () => {
      const all = await people(25);
      expect(await oneByOne(all.slice(0, 19))).toEqual(Array(19).fill(true));
      expect(await standing()).toEqual({});
      expect(await oneByOne(all.slice(19))).toEqual(Array(6).fill(false));
      expect(await standing()).toEqual({ closedAt: expect.any(Date) });
    });

    test('at more than 5 %: with the 21st of 400, and not with the 20th', async () => {
      const all = await people(400);
      await each(all, here);
      const judged = await oneByOne(all.slice(0, 22));
      expect(judged).toEqual([...Array(20).fill(true), false, false]);
    });

    test('with one line for the operator, however many are absent on however many replicas', async () => {
      const all = await people(60);
      await Promise.all(all.map((subject, index) => absent(subject, index % 2)));
      expect(alerts()).toEqual([
        expect.objectContaining({
          message: expect.stringContaining('many people gone at once'),
          fields: expect.objectContaining({ code: 'absences_held', connector: corp }),
        }),
      ]);
    });

    // Attack, or a bad minute: everybody is asked for at the same moment, so that nobody has been counted yet.
    test('before more than 19 of 100 who are absent at the same moment on two replicas count', async () => {
      const all = await people(100);
      const judged = await Promise.all(all.map((subject, index) => absent(subject, index % 2)));
      expect(judged.filter(Boolean).length).toBeLessThan(20);
    });

    test('and takes back who was suspended before: stale since they were found absent', async () => {
      const all = await people(20);
      const at = place.clock.now();
      await oneByOne(all.slice(0, 19));
      expect(await suspended(all)).toBe(19);
      place.clock.pass(10);
      await oneByOne(all.slice(19));
      expect(await suspended(all)).toBe(0);
      expect((await read(all[0] ?? '')).staleSince).toEqual(at);
    });

    // Attack: twenty who left together wait until few are asked, and let it come on again with a new grace.
    test('a second time without another grace for who was absent the first time', async () => {
      const at = place.clock.now();
      const leavers = await people(20);
      await oneByOne(leavers);
      place.clock.pass(7200);
      await minutesPass(120);
      await each(await people(20), here);
      await tend();
      expect(await standing()).toEqual({});
      await minutesPass(6);
      await oneByOne(leavers);
      expect(await suspended(leavers)).toBe(0);
      for (const leaver of leavers) expect((await read(leaver)).staleSince).toEqual(at);
    });

    test('and takes nobody back who left earlier, or of whom it was stated, first or last', async () => {
      const [long = '', stated = '', first = '', last = '', ...rest] = await people(23);
      await absent(long);
      await answeredEarlier(6);
      await gone(stated, 'stated');
      await each([first, last], (subject) => gone(subject, subject === first ? 'stated' : 'absent'));
      await each([first, last], (subject) => gone(subject, subject === first ? 'absent' : 'stated'));
      await oneByOne(rest);
      expect(await standing()).toHaveProperty('closedAt');
      expect(await suspended([long, stated, first, last])).toBe(4);
      expect(await suspended(rest)).toBe(0);
    });

    test('for one connector, and no other', async () => {
      await closeIt();
      const other = await place.store.absenceBrakes.standing(newName());
      expect(other).toEqual({});
    });

    test('because of statements too, which themselves go on counting', async () => {
      const all = await people(20);
      await each(all.slice(0, 19), (subject) => gone(subject, 'stated'));
      expect(await absent(all[19] ?? '')).toBe(false);
      expect(await suspended(all)).toBe(19);
    });
  });

  describe('counts', () => {
    // Attack: somebody who has left asks again and again, until absences do not count any more.
    test('people, not questions', async () => {
      const [one = ''] = await people(1);
      for (let time = 0; time < 30; time++) await absent(one);
      expect(await answers()).toEqual({ asked: 1, absent: 1, stated: 0 });
      expect(await standing()).toEqual({});
    });

    test('each by the last answer', async () => {
      const [one = '', two = '', three = ''] = await people(3);
      await each([one, two, three], here);
      await absent(one);
      await gone(two, 'stated');
      expect(await answers()).toEqual({ asked: 3, absent: 1, stated: 1 });
      await here(one);
      expect(await answers()).toEqual({ asked: 3, absent: 0, stated: 1 });
    });

    test('those of the last five minutes', async () => {
      const all = await people(30);
      await oneByOne(all.slice(0, 15));
      await answeredEarlier(5);
      expect(await oneByOne(all.slice(15))).toEqual(Array(15).fill(true));
      expect(await answers()).toMatchObject({ asked: 15 });
    });

    test('nobody again who is suspended already and is asked for again', async () => {
      const all = await people(15);
      await oneByOne(all);
      await answeredEarlier(5);
      await each(all, (subject) => gone(subject));
      await oneByOne(all);
      expect(await answers()).toEqual({ asked: 0, absent: 0, stated: 0 });
    });

    test('nothing from before a new sign-in, and forgets what was answered before it', async () => {
      const [one = ''] = await people(1);
      await absent(one);
      const at = place.clock.now();
      place.clock.pass(1);
      const stored = { ...(await read(one)), checkedAt: place.clock.now() };
      const { gone: _, ...again } = stored;
      const unit = place.store.unit();
      unit.identities.save(again);
      await unit.commit('success');
      expect(await answers()).toMatchObject({ asked: 0 });
      await place.store.absenceBrakes.noteAbsence(one, at);
      expect(await answers()).toMatchObject({ asked: 0 });
    });

    test('by one clock, whatever replicas believe the time to be', async () => {
      const all = await people(20);
      for (const [index, subject] of all.entries()) {
        place.clock.pass(index % 2 ? -3600 : 3600);
        await place.sql('UPDATE identities SET checked_at = $2 WHERE subject = $1', [subject, new Date(0)]);
        await absent(subject);
      }
      expect(await standing()).toHaveProperty('closedAt');
    });
  });

  describe('opens', () => {
    test('when who was absent is back, with a line', async () => {
      const all = await people(30);
      await oneByOne(all);
      await tend();
      expect(await standing()).toHaveProperty('closedAt');
      await each(all, here);
      await Promise.all(brakes.map((brake) => brake.tend([corp])));
      expect(await standing()).toEqual({});
      const lines = log.lines.filter((line) => line.fields.code === 'absences_count_again');
      expect(lines).toHaveLength(1);
      expect(await absent(all[0] ?? '')).toBe(true);
    });

    // A directory that lost people in the evening is no better at night, when only a few ask.
    test('not because nobody asks, nor because few do and half of them are absent', async () => {
      const all = await people(40);
      await oneByOne(all.slice(0, 20));
      await minutesPass(120);
      await tend();
      expect(await standing()).toHaveProperty('closedAt');
      expect(await oneByOne(all.slice(20, 22))).toEqual([false, false]);
      await each(all.slice(22, 24), here);
      await tend();
      expect(await standing()).toHaveProperty('closedAt');
    });

    test('by the last five minutes alone where enough are asked in them', async () => {
      await closeIt();
      await minutesPass(30);
      const all = await people(20);
      await each(all.slice(0, 19), here);
      await tend();
      expect(await standing()).toHaveProperty('closedAt');
      await each(all.slice(19), here);
      await tend();
      expect(await standing()).toEqual({});
    });

    test('by the last hour where few are asked in five minutes', async () => {
      const all = await people(25);
      await oneByOne(all.slice(0, 20));
      await minutesPass(30);
      await each(all.slice(20), here);
      await tend();
      expect(await standing()).toHaveProperty('closedAt');
      await minutesPass(31);
      await tend();
      expect(await standing()).toEqual({});
    });

    test('never while an operator holds it', async () => {
      await closeIt();
      await place.store.absenceBrakes.speak(corp, { kind: 'held', by: 'root', seconds: 600 });
      await place.sql("UPDATE identities SET answer = 'here' WHERE connector_id = $1", [corp]);
      await tend();
      expect(await place.store.absenceBrakes.open(corp)).toBe(false);
      expect(await standing()).toMatchObject({ closedAt: expect.any(Date), word: { kind: 'held' } });
    });

    test('and while it is closed takes back who was judged before and suspended after', async () => {
      const [straggler = '', ...rest] = await people(21);
      await place.store.absenceBrakes.noteAbsence(straggler, place.clock.now());
      await oneByOne(rest);
      await gone(straggler);
      expect(await suspended([straggler])).toBe(1);
      await tend();
      expect(await suspended([straggler])).toBe(0);
    });
  });

  describe("an operator's word", () => {
    const speak = (kind: 'agreed' | 'held', seconds = 3600) =>
      place.store.absenceBrakes.speak(corp, { kind, by: 'root', seconds });

    test('that absences are real lets them count, on all replicas, with who and until when', async () => {
      await closeIt();
      await speak('agreed');
      const { closedAt, word } = await standing();
      expect(closedAt).toBeUndefined();
      expect(word).toMatchObject({ kind: 'agreed', by: 'root' });
      expect(Number(word?.until) - Number(word?.at)).toBe(3_600_000);
      const all = await people(50);
      const judged = await Promise.all(all.map((subject, index) => absent(subject, index % 2)));
      expect(judged).toEqual(Array(50).fill(true));
    });

    test('counts for its time, and what was agreed to is not held against who comes after', async () => {
      await closeIt();
      await speak('agreed', 60);
      const agreed = await people(50);
      await each(agreed, (subject) => absent(subject));
      await minutesPass(2);
      const later = await people(20);
      expect(await oneByOne(later.slice(0, 19))).toEqual(Array(19).fill(true));
      expect(await oneByOne(later.slice(19))).toEqual([false]);
      expect(await suspended(agreed)).toBe(50);
      expect(await suspended(later)).toBe(0);
    });

    test('that absences are to be held acts on the first, and takes back the last five minutes', async () => {
      const all = await people(3);
      await oneByOne(all.slice(0, 2));
      await speak('held');
      expect(await place.store.absenceBrakes.takeBack(corp, rateWindow)).toBe(2);
      expect(await oneByOne(all.slice(2))).toEqual([false]);
      expect(await suspended(all)).toBe(0);
      await minutesPass(61);
      expect(await standing()).toEqual({});
      expect(await oneByOne(all.slice(2))).toEqual([true]);
    });

    test('can be taken back; then the rate decides again', async () => {
      const { absenceBrakes } = place.store;
      expect(await absenceBrakes.release(corp)).toBe(false);
      await speak('agreed');
      const agreed = await people(30);
      await each(agreed, (subject) => absent(subject));
      expect(await absenceBrakes.release(corp)).toBe(true);
      expect(await absenceBrakes.release(corp)).toBe(false);
      expect(await standing()).toEqual({});
      expect(await oneByOne(await people(1))).toEqual([true]);
      expect(await suspended(agreed)).toBe(30);
    });

    test('is not overruled by a replica that has counted a moment before', async () => {
      await speak('agreed');
      expect(await place.store.absenceBrakes.close(corp)).toBe(false);
      expect((await standing()).closedAt).toBeUndefined();
    });
  });

  test('who is missing is listed with what is known of them, the longest first', async () => {
    const [left = '', ...rest] = await people(21);
    await gone(left, 'stated');
    place.clock.pass(1);
    await oneByOne(rest);
    const missing = await place.store.absenceBrakes.missing(corp);
    expect(missing).toHaveLength(21);
    expect(missing[0]).toEqual({
      ...{ subject: left, username: left, state: 'suspended', proof: 'stated', reason: 'not found' },
      ...{ since: place.clock.in(-1), until: place.clock.in(day - 1) },
    });
    const kept = { state: 'kept', proof: 'absent', since: place.clock.now(), username: expect.any(String) };
    expect(missing.slice(1)).toEqual(Array(20).fill({ ...kept, subject: expect.any(String) }));
  });

  test('of two replicas that close it at the same moment one says so', async () => {
    const all = await people(21);
    await oneByOne(all.slice(0, 19));
    const other = await holding(place, 'LOCK TABLE absence_brakes IN SHARE MODE');
    const both = Promise.all(all.slice(19).map((subject, index) => absent(subject, index)));
    await waiting(place, 2);
    await other.letGo();
    expect(await both).toEqual([false, false]);
    expect(alerts()).toHaveLength(1);
  });
});
