/** Upstream tokens that are good once: what was rotated is stored before anything else can fail. */
import assert from 'node:assert/strict';
import type { Json } from '../../json.ts';
import type { ContractCase } from '../contract-cases.ts';
import type { ContractHarness } from '../harness.ts';
import { signIn, stagedCase, throughJson, withConnector } from '../stage.ts';
import { testCall } from '../test-call.ts';

export function stateCases<Config, State extends Json>(
  harness: ContractHarness<Config, State>,
): readonly ContractCase[] {
  return [
    stagedCase(harness, 'a state that a refresh changes has been saved', async ({ connector, ...rest }) => {
      if (connector.refresh === undefined) return;
      const identity = await signIn(harness, { connector, ...rest });
      const call = testCall<State>();
      const refreshed = await connector.refresh(identity, call);
      assert.equal(refreshed.status, 'current');
      assert.deepEqual(refreshed.identity.state, call.saved.at(-1) ?? identity.state);
    }),
    // The process is killed between the upstream's answer and ours: the old token is no longer good.
    stagedCase(
      harness,
      'a refresh that was cut short right after its state was saved works again',
      async (stage) => {
        if (stage.connector.refresh === undefined) return;
        const identity = await signIn(harness, stage);
        const call = testCall<State>();
        const saveState = async (state: State) => {
          await call.saveState(state);
          throw new Error('the process has ended');
        };
        await stage.connector.refresh(identity, { ...call, saveState }).catch(() => undefined);
        if (harness.upstream.rotatesState)
          assert.notEqual(call.saved.length, 0, 'the new token was not saved');
        const state = throughJson(call.saved.at(-1) ?? identity.state);
        await withConnector(harness, stage.host, async (connector) => {
          const refreshed = await connector.refresh?.({ ...identity, state }, testCall());
          assert.equal(refreshed?.status, 'current');
        });
      },
    ),
    stagedCase(harness, 'a refresh whose state cannot be saved fails', async ({ connector, ...rest }) => {
      if (connector.refresh === undefined) return;
      const identity = await signIn(harness, { connector, ...rest });
      let asked = false;
      const saveState = async () => {
        asked = true;
        throw new Error('the database is away');
      };
      const outcome = await connector
        .refresh(identity, { ...testCall<State>(), saveState })
        .catch(() => 'failed');
      assert.equal(outcome === 'failed', asked, 'it went on with a token that nobody has stored');
    }),
    stagedCase(
      harness,
      'after a refresh that failed, the saved state works',
      async ({ connector, ...rest }) => {
        if (connector.refresh === undefined) return;
        const identity = await signIn(harness, { connector, ...rest });
        const call = testCall<State>();
        await (harness.upstream.loseSomeGroups ?? harness.upstream.takeDown).call(harness.upstream);
        await assert.rejects(connector.refresh(identity, call));
        await harness.upstream.reset();
        const state = call.saved.at(-1) ?? identity.state;
        const refreshed = await connector.refresh({ ...identity, state }, testCall());
        assert.equal(refreshed.status, 'current');
      },
    ),
  ];
}
