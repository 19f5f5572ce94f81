/** `check` is what an administrator runs when nothing works: it has to work then. */
import assert from 'node:assert/strict';
import type { Json } from '../../json.ts';
import type { ContractCase } from '../contract-cases.ts';
import type { ContractHarness } from '../harness.ts';
import { stagedCase } from '../stage.ts';
import { testCall } from '../test-call.ts';

export function checkCases<Config, State extends Json>(
  harness: ContractHarness<Config, State>,
): readonly ContractCase[] {
  return [
    stagedCase(harness, 'a check of a working upstream finds nothing wrong', async ({ connector }) => {
      const checks = await connector.check(testCall());
      assert.ok(checks.length > 0, 'it checks nothing');
      assert.deepEqual(
        checks.filter(({ ok }) => !ok),
        [],
      );
    }),
    stagedCase(
      harness,
      'a check of a dead upstream reports it, with advice, instead of throwing',
      async (stage) => {
        await harness.upstream.takeDown();
        const failed = (await stage.connector.check(testCall())).filter(({ ok }) => !ok);
        assert.ok(failed.length > 0, 'a dead upstream passes');
        assert.ok(
          failed.some(({ advice }) => advice !== undefined && advice.trim() !== ''),
          'nothing says what to do',
        );
      },
    ),
  ];
}
