/** What an administrator reads about somebody is what a sign-in finds, or it leads them astray; and it holds no secret. */
import assert from 'node:assert/strict';
import type { Connector } from '../../connector.ts';
import type { Identity } from '../../identity.ts';
import type { Json } from '../../json.ts';
import type { LookedUp, LookUpRequest } from '../../look-up.ts';
import type { ContractCase } from '../contract-cases.ts';
import type { ContractHarness } from '../harness.ts';
import { signIn, stagedCase } from '../stage.ts';
import { testCall } from '../test-call.ts';

/** A connector without `lookUp` passes: nobody can be looked up there. */
export function lookUpCases<Config, State extends Json>(
  harness: ContractHarness<Config, State>,
): readonly ContractCase[] {
  const password = harness.login.kind === 'password' ? harness.login : undefined;
  return [
    stagedCase(harness, 'a look-up finds what a sign-in finds, and shows no secret', async (stage) => {
      if (stage.connector.lookUp === undefined) return;
      const identity = await signIn(harness, stage);
      const username = password?.username ?? identity.username;
      const found = await lookUp(stage.connector, { username, groups: harness.groups });
      const person = found.person?.identity;
      assert.ok(person !== undefined, 'the person who can sign in is not found');
      assert.deepEqual(factsOf(person), factsOf(identity));
      assert.deepEqual(
        found.checks.filter(({ ok }) => !ok),
        [],
      );
      const told = JSON.stringify({ ...found, person: { ...found.person, identity: factsOf(person) } });
      const secrets = [...(harness.secrets?.() ?? []), ...(password ? [password.password] : [])];
      assert.ok(!secrets.some((secret) => told.includes(secret)), 'it shows a secret');
    }),
    stagedCase(harness, 'a look-up of a name that nobody has says so, with advice', async ({ connector }) => {
      if (connector.lookUp === undefined) return;
      const found = await lookUp(connector, { username: password?.nobody ?? 'nobody-by-this-name' });
      assert.equal(found.person, undefined, 'somebody is found');
      assert.ok(saysWhatToDo(found), 'nothing says so');
    }),
    stagedCase(
      harness,
      'a look-up at a dead upstream reports it instead of throwing',
      async ({ connector }) => {
        if (connector.lookUp === undefined) return;
        await harness.upstream.takeDown();
        const found = await lookUp(connector, { username: password?.username ?? 'somebody' });
        assert.equal(found.person, undefined, 'somebody is found');
        assert.ok(saysWhatToDo(found), 'nothing says so');
      },
    ),
  ];
}

function lookUp<State>(connector: Connector<State>, who: LookUpRequest): Promise<LookedUp<State>> {
  assert.ok(connector.lookUp !== undefined);
  return connector.lookUp(who, testCall());
}

/** A sign-in has a time, and a state of its own. */
function factsOf<State>({ authenticated: _, upstreamSession: __, state: ___, ...facts }: Identity<State>) {
  return facts;
}

function saysWhatToDo({ checks }: LookedUp<unknown>): boolean {
  return checks.some(({ ok, advice }) => !ok && advice !== undefined && advice.trim() !== '');
}
