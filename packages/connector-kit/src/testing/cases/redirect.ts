/** A browser that leaves and comes back, and what others may slip it on the way. */
import assert from 'node:assert/strict';
import type { RedirectLogin } from '../../connector.ts';
import type { Arrival } from '../../exchange.ts';
import type { Json } from '../../json.ts';
import type { ContractCase } from '../contract-cases.ts';
import type { ContractHarness, RedirectHarness } from '../harness.ts';
import { beginLeg, finishLeg, refuses, type Stage, stagedCase, throughJson, valuesOf } from '../stage.ts';

export function redirectCases<Config, State extends Json>(
  harness: ContractHarness<Config, State>,
  person: RedirectHarness<State>,
): readonly ContractCase[] {
  return [
    stagedCase(harness, 'our token travels in the parameter that `tokenParam` names, once', async (stage) => {
      const login = redirectLogin(stage);
      const leg = await beginLeg(person, login);
      assert.deepEqual(valuesOf(leg.departure, login.tokenParam), [leg.token]);
    }),
    stagedCase(harness, 'the memo survives storage, and no two logins have the same', async (stage) => {
      const login = redirectLogin(stage);
      const [first, second] = [await beginLeg(person, login), await beginLeg(person, login)];
      assert.notDeepEqual(throughJson(first.memo), throughJson(second.memo));
    }),
    stagedCase(
      harness,
      'the wish for a fresh sign-in reaches the upstream, and only the wish',
      async (stage) => {
        const login = redirectLogin(stage);
        for (const fresh of [true, false]) {
          const { departure } = await beginLeg(person, login, { fresh });
          assert.equal(person.asksForFreshSignIn(departure), fresh);
        }
      },
    ),
    // Otherwise the broker would date it itself, and a session of last week at the upstream would pass for one of now.
    stagedCase(
      harness,
      'a sign-in that may not be old says when it was, or is a fresh one, or is refused',
      async (stage) => {
        const login = redirectLogin(stage);
        const leaving = beginLeg(person, login, { fresh: false, maxAge: 60 });
        const leg = await leaving.catch(() => null);
        if (leg === null) return void (await refuses(leaving, ['misconfigured', 'denied']));
        if (person.asksForFreshSignIn(leg.departure)) return;
        const arrival = await person.answer(leg.departure, stage.connector);
        const { authenticated } = await finishLeg(login, leg, arrival);
        assert.ok(authenticated?.at instanceof Date, 'nobody knows how old this sign-in is');
      },
    ),
    stagedCase(harness, 'leaving for a dead upstream works, or is `unavailable`', async (stage) => {
      const login = redirectLogin(stage);
      await harness.upstream.takeDown();
      const leaving = beginLeg(person, login);
      await leaving.catch(() => refuses(leaving, ['unavailable']));
    }),
    // Login CSRF: the attacker's answer is put into the victim's login.
    stagedCase(harness, 'the answer to another login is refused', async (stage) => {
      const login = redirectLogin(stage);
      const [theirs, ours] = [await beginLeg(person, login), await beginLeg(person, login)];
      const arrival = await person.answer(theirs.departure, stage.connector);
      await refuses(finishLeg(login, ours, arrival), ['bad_response']);
    }),
    // The same, by somebody who has seen our token in the victim's address bar.
    stagedCase(harness, 'the answer to another login is refused under our own token too', async (stage) => {
      const login = redirectLogin(stage);
      const [theirs, ours] = [await beginLeg(person, login), await beginLeg(person, login)];
      const arrival = await person.answer(theirs.departure, stage.connector);
      await refuses(finishLeg(login, ours, withParam(arrival, login.tokenParam, ours.token)), [
        'bad_response',
      ]);
    }),
    stagedCase(harness, 'an answer that was used is refused', async (stage) => {
      const login = redirectLogin(stage);
      const leg = await beginLeg(person, login);
      const arrival = await person.answer(leg.departure, stage.connector);
      await finishLeg(login, leg, arrival);
      await refuses(finishLeg(login, leg, arrival), ['bad_response']);
    }),
    stagedCase(harness, 'an answer that is used twice at once is good once', async (stage) => {
      const login = redirectLogin(stage);
      const leg = await beginLeg(person, login);
      const arrival = await person.answer(leg.departure, stage.connector);
      const outcomes = await Promise.allSettled([1, 2, 3].map(() => finishLeg(login, leg, arrival)));
      assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    }),
    stagedCase(harness, 'an answer with nothing in it is refused', async (stage) => {
      const login = redirectLogin(stage);
      const leg = await beginLeg(person, login);
      const arrival = await person.answer(leg.departure, stage.connector);
      const empty = { ...arrival, params: new URLSearchParams({ [login.tokenParam]: leg.token }) };
      await refuses(finishLeg(login, leg, empty), ['bad_response']);
    }),
    stagedCase(harness, 'an answer whose longest value is spoilt is refused', async (stage) => {
      const login = redirectLogin(stage);
      const leg = await beginLeg(person, login);
      const arrival = await person.answer(leg.departure, stage.connector);
      const longest = [...arrival.params].toSorted((a, b) => b[1].length - a[1].length)[0];
      assert.ok(longest, 'the answer has no parameters');
      const spoilt = withParam(arrival, longest[0], `${longest[1].slice(0, -8)}AAAAAAAA`);
      await refuses(finishLeg(login, leg, spoilt), ['bad_response']);
    }),
    stagedCase(harness, 'a person who declines is denied', async (stage) => {
      const login = redirectLogin(stage);
      const leg = await beginLeg(person, login);
      const arrival = await person.decline(leg.departure, stage.connector);
      await refuses(finishLeg(login, leg, arrival), ['denied']);
    }),
  ];
}

function redirectLogin<State>({ connector }: Stage<State>): RedirectLogin<State> {
  if (connector.login.kind !== 'redirect') assert.fail('the harness plays a redirect login');
  return connector.login;
}

function withParam(arrival: Arrival, name: string, value: string): Arrival {
  const params = new URLSearchParams(arrival.params);
  params.set(name, value);
  return { ...arrival, params };
}
