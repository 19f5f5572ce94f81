/** The way out of the upstream's own session. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { Json } from '../../json.ts';
import type { ContractCase } from '../contract-cases.ts';
import type { ContractHarness } from '../harness.ts';
import { refuses, type Stage, signIn, stagedCase, valuesOf } from '../stage.ts';
import { testCall } from '../test-call.ts';

/** A connector without `logout` passes: there is nothing to end. */
export function logoutCases<Config, State extends Json>(
  harness: ContractHarness<Config, State>,
): readonly ContractCase[] {
  return [
    stagedCase(
      harness,
      'a sign-out carries our token as a sign-in does, if it leaves at all',
      async (stage) => {
        const { leaving, token } = await signOut(harness, stage);
        const departure = await leaving();
        if (!departure || stage.connector.login.kind !== 'redirect') return;
        assert.deepEqual(valuesOf(departure, stage.connector.login.tokenParam), [token]);
      },
    ),
    // Sessions that began before the connector said anything of them, and those of an older version.
    stagedCase(
      harness,
      'a sign-out of which nothing is known but the person works, or leaves the upstream alone',
      async (stage) => {
        const { leaving, token } = await signOut(harness, stage, { without: 'sessionState' });
        const departure = await leaving();
        if (!departure || stage.connector.login.kind !== 'redirect') return;
        assert.deepEqual(valuesOf(departure, stage.connector.login.tokenParam), [token]);
      },
    ),
    stagedCase(harness, 'a sign-out at a dead upstream works, or is `unavailable`', async (stage) => {
      const { leaving } = await signOut(harness, stage);
      await harness.upstream.takeDown();
      const outcome = leaving();
      await outcome.catch(() => refuses(outcome, ['unavailable']));
    }),
  ];
}

async function signOut<Config, State extends Json>(
  harness: ContractHarness<Config, State>,
  stage: Stage<State>,
  { without }: { readonly without?: 'sessionState' } = {},
) {
  const identity = await signIn(harness, stage);
  const token = randomBytes(32).toString('base64url');
  const returnUrl = new URL('http://127.0.0.1:5556/signed-out');
  const { connector } = stage;
  const sessionState = without === undefined ? throughStorage(identity.sessionState) : undefined;
  const wish = { identity, returnUrl, token, ...(sessionState !== undefined && { sessionState }) };
  const leaving = async () => connector.logout?.(wish, testCall());
  return { token, leaving };
}

/** What is not JSON comes back as something else, or not at all. */
function throughStorage(state: Json | undefined): Json | undefined {
  if (state === undefined) return undefined;
  const stored = JSON.parse(JSON.stringify(state)) as Json;
  assert.deepEqual(stored, state, 'sessionState is not JSON');
  return stored;
}
