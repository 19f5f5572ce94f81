/** That the broker's own `fetch` would have let the connector's requests out: it is stricter than that of the tests. */
import assert from 'node:assert/strict';
import type { HttpNeeds } from '../../http-needs.ts';
import type { Json } from '../../json.ts';
import type { ContractCase } from '../contract-cases.ts';
import type { ContractHarness } from '../harness.ts';
import { readConfig, type Stage, signIn, stagedCase } from '../stage.ts';
import { testCall } from '../test-call.ts';

export function httpCases<Config, State extends Json>(
  harness: ContractHarness<Config, State>,
): readonly ContractCase[] {
  const { definition, config, upstream } = harness;
  return [
    stagedCase(harness, 'what is private or without TLS is asked only if `http` names it', async (stage) => {
      const fetched = await addressesAsked(harness, stage);
      const needs = definition.http?.(await readConfig(definition, config)) ?? {};
      const refused = fetched.filter((url) => !wouldGo(url, needs));
      assert.deepEqual(
        refused.map(({ origin }) => origin),
        [],
        'Gatehouse would not ask these',
      );
    }),
    stagedCase(
      harness,
      'a connector that asks over HTTP has a harness that can overload its upstream',
      async (stage) => {
        const fetched = await addressesAsked(harness, stage);
        assert.ok(fetched.length === 0 || upstream.overload !== undefined, 'give the harness `overload`');
      },
    ),
  ];
}

async function addressesAsked<Config, State extends Json>(
  harness: ContractHarness<Config, State>,
  stage: Stage<State>,
): Promise<readonly URL[]> {
  const identity = await signIn(harness, stage);
  await stage.connector.refresh?.(identity, testCall());
  await stage.connector.check(testCall());
  return stage.host.fetched.map((url) => new URL(url));
}

/** The part of the broker's rules that a test on one machine can run into. */
function wouldGo(url: URL, { urls = [] }: HttpNeeds): boolean {
  const named = urls.map((text) => new URL(text));
  if (url.protocol === 'http:') return named.some(({ origin }) => origin === url.origin);
  const inside = /^(.*\.)?localhost$|^127\.|^\[::1\]$/.test(url.hostname);
  return !inside || named.some(({ hostname }) => hostname === url.hostname);
}
