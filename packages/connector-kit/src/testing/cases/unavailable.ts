/** "Could not find out" is neither "wrong password" nor "gone": the broker waits, or it throws people out. */
import type { Json } from '../../json.ts';
import type { ContractCase } from '../contract-cases.ts';
import type { ContractHarness } from '../harness.ts';
import { prepareSignIn, refuses, signIn, stagedCase } from '../stage.ts';
import { testCall } from '../test-call.ts';

export function unavailableCases<Config, State extends Json>(
  harness: ContractHarness<Config, State>,
): readonly ContractCase[] {
  const { takeDown, loseSomeGroups } = harness.upstream;
  return [
    ...casesFor(harness, 'a dead upstream', () => takeDown.call(harness.upstream)),
    ...(loseSomeGroups
      ? casesFor(harness, 'an upstream that names only some groups', () =>
          loseSomeGroups.call(harness.upstream),
        )
      : []),
  ];
}

function casesFor<Config, State extends Json>(
  harness: ContractHarness<Config, State>,
  what: string,
  breakIt: () => Promise<void>,
): readonly ContractCase[] {
  return [
    stagedCase(harness, `${what} makes a sign-in \`unavailable\``, async (stage) => {
      const finish = await prepareSignIn(harness, stage);
      await breakIt();
      await refuses(finish(testCall()), ['unavailable']);
    }),
    stagedCase(harness, `${what} makes a refresh \`unavailable\`, never "gone"`, async (stage) => {
      if (stage.connector.refresh === undefined) return;
      const identity = await signIn(harness, stage);
      await breakIt();
      await refuses(stage.connector.refresh(identity, testCall()), ['unavailable']);
    }),
  ];
}
