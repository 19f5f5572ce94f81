/** What the upstream says about a person later. */
import assert from 'node:assert/strict';
import type { Json } from '../../json.ts';
import type { ContractCase } from '../contract-cases.ts';
import type { ContractHarness } from '../harness.ts';
import { prepareSignIn, refuses, signIn, stagedCase } from '../stage.ts';
import { testCall } from '../test-call.ts';

export function refreshCases<Config, State extends Json>(
  harness: ContractHarness<Config, State>,
): readonly ContractCase[] {
  const { removePerson, changeGroups } = harness.upstream;
  if (removePerson === undefined || changeGroups === undefined) return [withoutRefresh(harness)];
  return [
    stagedCase(harness, 'a refresh with nothing changed gives the same person', async (stage) => {
      const identity = await signIn(harness, stage);
      const refreshed = await stage.connector.refresh?.(identity, testCall());
      assert.equal(refreshed?.status, 'current');
      assert.equal(refreshed.identity.upstreamId, identity.upstreamId);
      assert.deepEqual(refreshed.identity.groups.toSorted(), identity.groups.toSorted());
    }),
    stagedCase(harness, 'a refresh does not pretend that the person has signed in anew', async (stage) => {
      const identity = await signIn(harness, stage);
      stage.host.advance(3_600_000);
      const refreshed = await stage.connector.refresh?.(identity, testCall());
      assert.equal(refreshed?.status, 'current');
      const at = refreshed.identity.authenticated?.at;
      if (at !== undefined) assert.deepEqual(at, identity.authenticated?.at);
    }),
    stagedCase(harness, 'a refresh sees changed groups', async (stage) => {
      const identity = await signIn(harness, stage);
      const groups = await changeGroups.call(harness.upstream);
      const refreshed = await stage.connector.refresh?.(identity, testCall());
      assert.equal(refreshed?.status, 'current');
      assert.deepEqual(refreshed.identity.groups.toSorted(), groups.toSorted());
    }),
    stagedCase(harness, 'a person who has left is `gone`, with a reason', async (stage) => {
      const identity = await signIn(harness, stage);
      await removePerson.call(harness.upstream);
      const refreshed = await stage.connector.refresh?.(identity, testCall());
      assert.equal(refreshed?.status, 'gone');
      assert.notEqual(refreshed.reason.trim(), '');
    }),
    stagedCase(harness, 'a person who has left cannot sign in', async (stage) => {
      const finish = await prepareSignIn(harness, stage);
      await removePerson.call(harness.upstream);
      if (harness.login.kind === 'redirect') {
        await refuses(finish(testCall()), ['denied', 'bad_response']);
        return;
      }
      const outcome = await finish(testCall()).catch((error: unknown) => error);
      if (outcome !== null) await refuses(Promise.reject(outcome), ['denied']);
    }),
  ];
}

/** So that a harness cannot leave the controls out and skip the cases. */
function withoutRefresh<Config, State extends Json>(harness: ContractHarness<Config, State>): ContractCase {
  return stagedCase(
    harness,
    'a connector without `refresh` needs no harness for it',
    async ({ connector }) => {
      assert.equal(connector.refresh, undefined, 'give the harness `removePerson` and `changeGroups`');
    },
  );
}
