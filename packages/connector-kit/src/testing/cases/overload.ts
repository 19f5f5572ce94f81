/** An upstream that is there and says "not now" (HTTP 503, LDAP `busy`): no method may read anything else into that. */
import assert from 'node:assert/strict';
import type { Check } from '../../exchange.ts';
import type { Json } from '../../json.ts';
import type { ContractCase } from '../contract-cases.ts';
import type { ContractHarness } from '../harness.ts';
import { beginLeg, prepareSignIn, refuses, signIn, stagedCase } from '../stage.ts';
import { testCall } from '../test-call.ts';

export function overloadCases<Config, State extends Json>(
  harness: ContractHarness<Config, State>,
): readonly ContractCase[] {
  const { upstream, login: person } = harness;
  const overload = upstream.overload?.bind(upstream);
  if (overload === undefined) return [];
  const asksNobody = person.kind === 'redirect' && person.answerIsComplete === true;
  return [
    stagedCase(harness, 'an overloaded upstream makes a sign-in `unavailable`', async (stage) => {
      const finish = await prepareSignIn(harness, stage);
      await overload();
      if (asksNobody) await finish(testCall());
      else await refuses(finish(testCall()), ['unavailable']);
    }),
    stagedCase(
      harness,
      'an overloaded upstream makes a refresh `unavailable`, never "gone"',
      async (stage) => {
        if (stage.connector.refresh === undefined) return;
        const identity = await signIn(harness, stage);
        await overload();
        await refuses(stage.connector.refresh(identity, testCall()), ['unavailable']);
      },
    ),
    stagedCase(
      harness,
      'leaving for an overloaded upstream works, or is `unavailable`',
      async ({ connector }) => {
        if (connector.login.kind !== 'redirect' || person.kind !== 'redirect') return;
        await overload();
        const leaving = beginLeg(person, connector.login);
        await leaving.catch(() => refuses(leaving, ['unavailable']));
      },
    ),
    stagedCase(
      harness,
      'a check and a look-up of an overloaded upstream report it',
      async ({ connector }) => {
        await overload();
        assert.ok(saysSo(await connector.check(testCall())), 'the check passes');
        const username = person.kind === 'password' ? person.username : 'somebody';
        const found = await connector.lookUp?.({ username }, testCall());
        assert.ok(found === undefined || saysSo(found.checks), 'the look-up passes');
      },
    ),
  ];
}

function saysSo(checks: readonly Check[]): boolean {
  return checks.some(({ ok }) => !ok);
}
