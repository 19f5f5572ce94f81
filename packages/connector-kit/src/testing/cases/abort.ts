/** A call that the broker has ended gives its resources back and claims nothing. */
import assert from 'node:assert/strict';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import type { Json } from '../../json.ts';
import type { ContractCase } from '../contract-cases.ts';
import type { ContractHarness } from '../harness.ts';
import { beginLeg, prepareSignIn, refuses, signIn, stagedCase } from '../stage.ts';
import { testCall } from '../test-call.ts';

/** Far more than any machine needs, far less than an upstream's own timeout. */
const patience = 5_000;

export function abortCases<Config, State extends Json>(
  harness: ContractHarness<Config, State>,
): readonly ContractCase[] {
  const { hang } = harness.upstream;
  return [
    stagedCase(harness, 'a sign-in in a call that has ended is `unavailable`', async (stage) => {
      const finish = await prepareSignIn(harness, stage);
      await refuses(settles(finish(ended())), ['unavailable']);
    }),
    stagedCase(harness, 'a refresh in a call that has ended is `unavailable`', async (stage) => {
      if (stage.connector.refresh === undefined) return;
      const identity = await signIn(harness, stage);
      await refuses(settles(stage.connector.refresh(identity, ended())), ['unavailable']);
    }),
    ...(hang ? hangingCases(harness, () => hang.call(harness.upstream)) : []),
  ];
}

function hangingCases<Config, State extends Json>(
  harness: ContractHarness<Config, State>,
  hang: () => Promise<void>,
): readonly ContractCase[] {
  return [
    stagedCase(harness, 'a sign-in that waits for its upstream stops when the call ends', async (stage) => {
      const finish = await prepareSignIn(harness, stage);
      await hang();
      const call = testCall();
      const attempt = finish(call);
      await endSoon(call);
      await refuses(settles(attempt), ['unavailable']);
    }),
    stagedCase(harness, 'a refresh that waits for its upstream stops when the call ends', async (stage) => {
      if (stage.connector.refresh === undefined) return;
      const identity = await signIn(harness, stage);
      await hang();
      const call = testCall<State>();
      const attempt = stage.connector.refresh(identity, call);
      await endSoon(call);
      await refuses(settles(attempt), ['unavailable']);
    }),
    stagedCase(
      harness,
      'leaving for an upstream that hangs goes on, or stops when the call ends',
      async (stage) => {
        const [{ login }, person] = [stage.connector, harness.login];
        if (login.kind !== 'redirect' || person.kind !== 'redirect') return;
        await hang();
        const call = testCall();
        const leaving = beginLeg(person, login, { fresh: false }, call);
        await endSoon(call);
        await settles(leaving).catch((error) => refuses(Promise.reject(error), ['unavailable']));
      },
    ),
    stagedCase(harness, 'a look-up that waits for its upstream reports when the call ends', async (stage) => {
      if (stage.connector.lookUp === undefined) return;
      await hang();
      const call = testCall();
      const attempt = stage.connector.lookUp({ username: 'somebody' }, call);
      await endSoon(call);
      const { checks } = await settles(attempt);
      assert.ok(
        checks.some(({ ok }) => !ok),
        'an upstream that does not answer passes',
      );
    }),
    stagedCase(harness, 'a check that waits for its upstream reports when the call ends', async (stage) => {
      await hang();
      const call = testCall();
      const attempt = stage.connector.check(call);
      await endSoon(call);
      const checks = await settles(attempt);
      assert.ok(
        checks.some(({ ok }) => !ok),
        'an upstream that does not answer passes',
      );
    }),
  ];
}

function ended(): ReturnType<typeof testCall<never>> {
  const call = testCall();
  call.end();
  return call;
}

/** A few turns, so that the connector is in the middle of its work. */
async function endSoon(call: { end(): void }): Promise<void> {
  for (let turns = 0; turns < 20; turns += 1) await turn();
  call.end();
}

async function settles<T>(attempt: Promise<T>): Promise<T> {
  const over = new AbortController();
  const tooLate = wait(patience, undefined, { signal: over.signal }).then(() =>
    assert.fail('the call has ended and the connector goes on'),
  );
  try {
    return await Promise.race([attempt, tooLate]);
  } finally {
    tooLate.catch(() => undefined);
    over.abort();
  }
}
