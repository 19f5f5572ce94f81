/** "Could not find out" is neither "wrong password" nor "gone": the broker waits, or it throws people out. */
import assert from 'node:assert/strict';
import type { Json } from '../../json.ts';
import type { ContractCase } from '../contract-cases.ts';
import type { ContractHarness } from '../harness.ts';
import { prepareSignIn, refuses, signIn, stagedCase } from '../stage.ts';
import { testCall } from '../test-call.ts';

export function unavailableCases<Config, State extends Json>(
  harness: ContractHarness<Config, State>,
): readonly ContractCase[] {
  const { takeDown, loseSomeGroups, failLaterPages } = harness.upstream;
  return [
    ...(needsNobody(harness) ? [carriedAnswer(harness)] : []),
    ...casesFor(harness, 'a dead upstream', () => takeDown.call(harness.upstream)),
    ...(loseSomeGroups
      ? casesFor(harness, 'an upstream that names only some groups', () =>
          loseSomeGroups.call(harness.upstream),
        )
      : []),
    ...(failLaterPages
      ? casesFor(harness, 'an upstream that fails at the second page of the groups', () =>
          failLaterPages.call(harness.upstream),
        )
      : []),
  ];
}

function casesFor<Config, State extends Json>(
  harness: ContractHarness<Config, State>,
  what: string,
  breakIt: () => Promise<void>,
): readonly ContractCase[] {
  const signsInAlone = needsNobody(harness);
  return [
    ...(signsInAlone ? [] : [brokenSignIn(harness, what, breakIt)]),
    stagedCase(harness, `${what} makes a refresh \`unavailable\`, never "gone"`, async (stage) => {
      if (stage.connector.refresh === undefined) return;
      const identity = await signIn(harness, stage);
      await breakIt();
      await refuses(stage.connector.refresh(identity, testCall()), ['unavailable']);
    }),
  ];
}

function brokenSignIn<Config, State extends Json>(
  harness: ContractHarness<Config, State>,
  what: string,
  breakIt: () => Promise<void>,
): ContractCase {
  return stagedCase(harness, `${what} makes a sign-in \`unavailable\``, async (stage) => {
    const finish = await prepareSignIn(harness, stage);
    await breakIt();
    await refuses(finish(testCall()), ['unavailable']);
  });
}

function needsNobody<Config, State extends Json>({ login }: ContractHarness<Config, State>): boolean {
  return login.kind === 'redirect' && login.answerIsComplete === true;
}

/** So that a harness cannot say of a connector that asks its upstream that it does not. */
function carriedAnswer<Config, State extends Json>(harness: ContractHarness<Config, State>): ContractCase {
  return stagedCase(
    harness,
    'an answer that holds everything is enough, also when its upstream is dead',
    async (stage) => {
      const finish = await prepareSignIn(harness, stage);
      await harness.upstream.takeDown();
      const identity = await finish(testCall());
      assert.deepEqual(identity?.groups.toSorted(), harness.groups.toSorted());
    },
  );
}
