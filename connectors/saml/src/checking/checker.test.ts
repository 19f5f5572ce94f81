import type { ConnectorError } from '@gatehouse/connector-kit';
import { testHost } from '@gatehouse/connector-kit/testing';
import { afterAll, describe, expect, test } from 'vitest';
import type { LogoutJob } from '../logout/hear.ts';
import { goodExpectation } from '../testing/good-expectation.ts';
import { idpKeys, jane, play } from '../testing/played-provider.ts';
import { Checker } from './checker.ts';
import type { Job } from './job.ts';

const played = play();
afterAll(() => played.connector.close?.());
const never = new AbortController().signal;

const logout: LogoutJob = {
  method: 'POST',
  params: 'SAMLRequest=PGEvPg',
  query: '',
  certificates: [idpKeys.certificate],
  expected: { idp: '', destination: '', now: 0, skew: 0 },
};

async function job(): Promise<Job> {
  const { request, good } = await played.begin();
  const now = testHost().now().getTime();
  return {
    answer: Buffer.from(good()).toString('base64'),
    expected: goodExpectation(request, played.idp, { now }),
  };
}

function open(limits: ConstructorParameters<typeof Checker>[0]): Checker {
  const checker = new Checker(limits);
  checker.open();
  return checker;
}

describe('checking in other threads', () => {
  test('gives each its own answer', async () => {
    const checker = open({ threads: 2 });
    const jobs = await Promise.all(Array.from({ length: 12 }, job));
    const checked = await Promise.all(jobs.map((one) => checker.check(one, never)));
    expect(new Set(checked.map(({ assertionId }) => assertionId)).size).toBe(12);
    expect(checked.every(({ nameId }) => nameId.value === jane.id)).toBe(true);
    await checker.close();
  });

  // Attack: more answers than can be checked, so that memory fills up with them.
  test('refuses what does not fit into the line, and takes more when there is room', async () => {
    const checker = open({ threads: 1, waiting: 2 });
    const one = await job();
    const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => checker.check(one, never)));
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(3);
    expect(refused[0]).toMatchObject({ reason: { code: 'unavailable', retryAfter: 2 } });
    expect((await checker.check(one, never)).nameId.value).toBe(jane.id);
    await checker.close();
  });

  // Attack: anybody on the internet sends messages about signing out, so that nobody can sign in.
  test('keeps most of the line for sign-ins, and takes them first', async () => {
    const checker = open({ threads: 1, waiting: 8 });
    const one = await job();
    const order: string[] = [];
    const goodbye = () =>
      checker.hear(logout, never).catch(({ code }: ConnectorError) => order.push(`sign-out ${code}`));
    const running = checker.check(one, never);
    const goodbyes = Array.from({ length: 6 }, goodbye);
    const signIn = checker.check(one, never).then(() => order.push('sign-in'));
    await Promise.all([running, signIn, ...goodbyes]);
    expect(order).toEqual([
      ...Array.from({ length: 4 }, () => 'sign-out unavailable'),
      'sign-in',
      ...Array.from({ length: 2 }, () => 'sign-out bad_response'),
    ]);
    await checker.close();
  });

  test('leaves the line with a person who goes away', async () => {
    const checker = open({ threads: 1, waiting: 1 });
    const one = await job();
    const running = checker.check(one, never);
    const leaves = new AbortController();
    const waiting = checker.check(one, leaves.signal);
    leaves.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'unavailable' });
    const next = checker.check(one, never);
    await Promise.all([running, next]);
    await checker.close();
  });

  // Attack: an answer that keeps its reader busy for ever.
  test('ends a thread that takes too long, and goes on with another', async () => {
    const checker = open({ threads: 1, longestCheck: 1 });
    const one = await job();
    await expect(checker.check(one, never)).rejects.toMatchObject({
      code: 'bad_response',
      message: /TimeoutError/,
    });
    await expect(checker.check(one, never)).rejects.toMatchObject({ code: 'bad_response' });
    await checker.close();
  });

  test('ends with the last connector, and those who wait are told', async () => {
    const checker = open({ threads: 1 });
    checker.open();
    const one = await job();
    await checker.close();
    await checker.check(one, never);
    const waiting = [checker.check(one, never), checker.check(one, never)];
    const outcomes = Promise.allSettled(waiting);
    await checker.close();
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
