/** What a sign-in that went well gives. */
import assert from 'node:assert/strict';
import type { Json } from '../../json.ts';
import type { ContractCase } from '../contract-cases.ts';
import type { ContractHarness } from '../harness.ts';
import { signIn, stagedCase } from '../stage.ts';

export function identityCases<Config, State extends Json>(
  harness: ContractHarness<Config, State>,
): readonly ContractCase[] {
  return [
    stagedCase(harness, 'a sign-in gives an identity with text that is text', async (stage) => {
      const identity = await signIn(harness, stage);
      for (const text of [identity.upstreamId, identity.username, ...identity.groups]) {
        assert.notEqual(text.trim(), '', 'an empty id, name or group');
        // Bytes that were decoded as UTF-8 by force: two people could get one id.
        assert.ok(text.isWellFormed() && !text.includes('\u{fffd}'), 'an id, name or group of broken text');
      }
    }),
    stagedCase(harness, 'the upstream id is not a user name or an e-mail address', async (stage) => {
      const identity = await signIn(harness, stage);
      assert.notEqual(identity.upstreamId, identity.username);
      assert.notEqual(identity.upstreamId, identity.email?.address);
    }),
    stagedCase(harness, 'two sign-ins of one person have one upstream id', async (stage) => {
      const [first, second] = [await signIn(harness, stage), await signIn(harness, stage)];
      assert.equal(first.upstreamId, second.upstreamId);
    }),
    stagedCase(harness, 'all groups are there, each once', async (stage) => {
      const { groups } = await signIn(harness, stage);
      assert.deepEqual(groups.toSorted(), harness.groups.toSorted());
    }),
  ];
}
