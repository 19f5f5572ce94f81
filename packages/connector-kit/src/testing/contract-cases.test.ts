/** The contract suite is only worth something if it finds each of these connectors out. */
import assert from 'node:assert/strict';
import { describe, test } from 'vitest';
import type { Connector, PasswordLogin, SignOut } from '../connector.ts';
import { ConnectorError } from '../error.ts';
import type { Arrival, Departure } from '../exchange.ts';
import type { ConnectorHost } from '../host.ts';
import type { Identity } from '../identity.ts';
import type { Json } from '../json.ts';
import { contractCases } from './contract-cases.ts';
import type { UpstreamControls } from './harness.ts';
import {
  PlayedUpstream,
  passwordHarness,
  playedIdentity,
  redirectHarness,
  soundConnector,
  soundRedirect,
} from './played-connectors.ts';

type State = string;

/** Names of the cases that a connector fails. */
async function failures(
  cases: readonly { name: string; run(): Promise<void> }[],
): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const { name, run } of cases) await run().catch(() => failed.push(name));
  return failed;
}

function failuresOf(spoil: (sound: Connector<State>, upstream: PlayedUpstream) => Connector<State>) {
  const upstream = new PlayedUpstream();
  const harness = passwordHarness(upstream, (host) => spoil(soundConnector(upstream, host), upstream));
  return failures(contractCases(harness));
}

function withVerify(sound: Connector<State>, verify: PasswordLogin<State>['verify']): Connector<State> {
  assert.ok(sound.login.kind === 'password');
  return { ...sound, login: { ...sound.login, verify } };
}

function verifyOf(sound: Connector<State>): PasswordLogin<State>['verify'] {
  assert.ok(sound.login.kind === 'password');
  return sound.login.verify;
}

describe('a password connector', () => {
  test('that is sound passes', async () => {
    assert.deepEqual(await failuresOf((sound) => sound), []);
  });

  test('that calls a dead upstream a wrong password is found', async () => {
    const failed = await failuresOf((sound) =>
      withVerify(sound, (i, call) => verifyOf(sound)(i, call).catch(() => null)),
    );
    assert.ok(failed.includes('a dead upstream makes a sign-in `unavailable`'));
  });

  test('that calls a dead upstream "gone" is found', async () => {
    const failed = await failuresOf((sound) => ({
      ...sound,
      refresh: async (identity, call) =>
        (await sound.refresh?.(identity, call).catch(() => undefined)) ?? {
          status: 'gone',
          reason: 'no answer',
        },
    }));
    assert.ok(failed.includes('a dead upstream makes a refresh `unavailable`, never "gone"'));
    assert.ok(failed.includes('a refresh in a call that has ended is `unavailable`'));
  });

  test('that gives the groups it could read is found', async () => {
    const failed = await failuresOf((sound, upstream) => {
      upstream.hidesThatGroupsAreMissing = true;
      return sound;
    });
    assert.ok(failed.includes('an upstream that names only some groups makes a sign-in `unavailable`'));
  });

  test('that takes the first page of the groups for all of them is found', async () => {
    const failed = await failuresOf((sound, upstream) => {
      upstream.takesFirstPageForAll = true;
      return sound;
    });
    assert.deepEqual(failed, [
      'an upstream that fails at the second page of the groups makes a sign-in `unavailable`',
      'an upstream that fails at the second page of the groups makes a refresh `unavailable`, never "gone"',
    ]);
  });

  test('that reads "not now" as a wrong password, as "gone" and as fine is found', async () => {
    const busy = (upstream: PlayedUpstream) => upstream.mood === 'overloaded';
    const failed = await failuresOf((sound, upstream) => ({
      ...withVerify(sound, async (i, call) => (busy(upstream) ? null : verifyOf(sound)(i, call))),
      refresh: async (identity, call) =>
        busy(upstream)
          ? { status: 'gone', reason: 'status 503' }
          : ((await sound.refresh?.(identity, call)) ?? assert.fail()),
      check: async (call) => (busy(upstream) ? [{ name: 'up', ok: true }] : sound.check(call)),
    }));
    assert.deepEqual(failed, [
      'an overloaded upstream makes a sign-in `unavailable`',
      'an overloaded upstream makes a refresh `unavailable`, never "gone"',
      'a check and a look-up of an overloaded upstream report it',
    ]);
  });

  test('that lets an empty password reach the upstream is found', async () => {
    const failed = await failuresOf((sound, upstream) =>
      withVerify(sound, (i, call) => {
        if (i.password === '') upstream.asked.push('bind');
        return verifyOf(sound)(i, call);
      }),
    );
    assert.deepEqual(failed, ['an empty password is null, and the upstream is not asked']);
  });

  test('that asks less about nobody than about a wrong password is found', async () => {
    const failed = await failuresOf((sound, upstream) =>
      withVerify(sound, async (i, call) => {
        if (i.password !== '' && i.username === 'ada') upstream.asked.push('bind');
        return verifyOf(sound)(i, call);
      }),
    );
    assert.deepEqual(failed, ['nobody and a wrong password ask the upstream the same']);
  });

  test('that takes a name for a pattern is found', async () => {
    const failed = await failuresOf((sound) =>
      withVerify(sound, (i, call) =>
        verifyOf(sound)({ ...i, username: i.username.replace('*', 'ada') }, call),
      ),
    );
    assert.deepEqual(failed, ['a hostile name is null, also with a password that somebody has']);
  });

  test.each([
    ['logs', 'a wrong password is written nowhere: it may be the right one with a slip'],
    ['traces', 'a wrong password is written nowhere: it may be the right one with a slip'],
  ] as const)('that %s what was typed is found', async (how, expected) => {
    const failed = await failuresOf((sound) =>
      withVerify(sound, (i, call) => {
        const typed = Buffer.from(i.password).toString('base64');
        if (how === 'logs') call.log.debug({ authorization: `Basic ${typed}` }, 'asking');
        else call.trace.step('asking', { typed });
        return verifyOf(sound)(i, call);
      }),
    );
    assert.ok(failed.includes(expected));
  });

  test('whose errors quote a secret somewhere in their causes is found', async () => {
    const failed = await failuresOf((sound) =>
      withVerify(sound, (i, call) =>
        verifyOf(sound)(i, call).catch((error: unknown) => {
          const cause = Object.assign(new Error('refused', { cause: error }), {
            request: { body: i.password },
          });
          throw new ConnectorError('unavailable', { reason: 'no answer', cause });
        }),
      ),
    );
    assert.deepEqual(failed, ['a sign-in, a refresh and a check that fail write no secret']);
  });

  test('that mixes up attempts at the same time is found', async () => {
    const failed = await failuresOf((sound) => {
      let bound = '';
      return withVerify(sound, async (i, call) => {
        bound = i.password;
        await Promise.resolve();
        return verifyOf(sound)({ ...i, password: bound }, call);
      });
    });
    assert.deepEqual(failed, ["attempts at the same time do not get each other's answers"]);
  });

  test('that throws something of its own is found', async () => {
    const failed = await failuresOf((sound) =>
      withVerify(sound, (i, call) =>
        verifyOf(sound)(i, call).catch(() => {
          throw new TypeError('fetch failed');
        }),
      ),
    );
    assert.ok(failed.includes('a dead upstream makes a sign-in `unavailable`'));
  });

  test('that ignores the end of a call is found', async () => {
    const failed = await failuresOf((sound) => {
      const { signal } = new AbortController();
      return withVerify(sound, (i, call) => verifyOf(sound)(i, { ...call, signal }));
    });
    assert.deepEqual(failed, [
      'a sign-in in a call that has ended is `unavailable`',
      'a sign-in that waits for its upstream stops when the call ends',
    ]);
  }, 30_000);

  test('whose id is the user name is found', async () => {
    const failed = await failuresOf((sound) =>
      withVerify(sound, async (i, call) => {
        const identity = await verifyOf(sound)(i, call);
        return identity && { ...identity, upstreamId: identity.username };
      }),
    );
    assert.ok(failed.includes('the upstream id is not a user name or an e-mail address'));
  });

  test('whose id is bytes read as text is found', async () => {
    const failed = await failuresOf((sound) =>
      withVerify(sound, async (i, call) => {
        const identity = await verifyOf(sound)(i, call);
        return identity && { ...identity, upstreamId: Buffer.from([0x66, 0xff, 0xfe]).toString('utf8') };
      }),
    );
    assert.ok(failed.includes('a sign-in gives an identity with text that is text'));
  });

  test('that stamps a refresh as a new sign-in is found', async () => {
    const failed = await failuresOf((sound) => ({
      ...sound,
      async refresh(identity, call) {
        const refreshed = await sound.refresh?.(identity, call);
        assert.ok(refreshed);
        return refreshed.status === 'gone'
          ? refreshed
          : { status: 'current', identity: stamped(refreshed.identity) };
      },
    }));
    assert.deepEqual(failed, ['a refresh does not pretend that the person has signed in anew']);
  });

  test('that rotates its state without saving it is found', async () => {
    const failed = await failuresOf((sound) => ({
      ...sound,
      refresh: (identity, call) =>
        sound.refresh?.(identity, { ...call, saveState: async () => undefined }) ?? Promise.reject(),
    }));
    assert.ok(failed.includes('a state that a refresh changes has been saved'));
    assert.ok(failed.includes('after a refresh that failed, the saved state works'));
  });

  test('that saves its rotated state when all else is done is found', async () => {
    const failed = await failuresOf((sound) => ({
      ...sound,
      async refresh(identity, call) {
        const later: State[] = [];
        const saveState = async (state: State) => void later.push(state);
        const refreshed = await sound.refresh?.(identity, { ...call, saveState });
        for (const state of later) await call.saveState(state);
        return refreshed ?? assert.fail();
      },
    }));
    assert.deepEqual(failed, ['after a refresh that failed, the saved state works']);
  });

  test('that remembers its rotated token in place of saving it is found', async () => {
    const failed = await failuresOf((sound) => {
      const newest = new Map<string, State>();
      return {
        ...sound,
        async refresh(identity, call) {
          const state = newest.get(identity.state) ?? identity.state;
          const saveState = async (rotated: State) => void newest.set(identity.state, rotated);
          const refreshed = await sound.refresh?.({ ...identity, state }, { ...call, saveState });
          if (refreshed?.status !== 'current') return refreshed ?? assert.fail();
          return { ...refreshed, identity: { ...refreshed.identity, state: identity.state } };
        },
      };
    });
    assert.deepEqual(failed, ['a refresh that was cut short right after its state was saved works again']);
  });

  test('that goes on with a state which could not be saved is found', async () => {
    const failed = await failuresOf((sound) => ({
      ...sound,
      refresh: (identity, call) => {
        const saveState = (state: State) => call.saveState(state).catch(() => undefined);
        return sound.refresh?.(identity, { ...call, saveState }) ?? Promise.reject();
      },
    }));
    assert.deepEqual(failed, ['a refresh whose state cannot be saved fails']);
  });

  test('that cannot refresh, with a harness that can, is found', async () => {
    const failed = await failuresOf(({ refresh: _gone, ...sound }) => sound);
    assert.ok(failed.includes('a refresh sees changed groups'));
  });

  test('that needs its upstream to open is found', async () => {
    const failed = await failuresOf((sound, upstream) => {
      upstream.answer(new AbortController().signal, 'open').catch(() => undefined);
      if (upstream.mood === 'down') throw new Error('ECONNREFUSED');
      return sound;
    });
    assert.deepEqual(failed, ['opening with a dead upstream neither fails nor asks it']);
  });

  test('whose check throws is found', async () => {
    const failed = await failuresOf((sound, upstream) => ({
      ...sound,
      async check(call) {
        await upstream.answer(call.signal, 'ping');
        return [{ name: 'up', ok: true }];
      },
    }));
    assert.ok(failed.includes('a check of a dead upstream reports it, with advice, instead of throwing'));
  });
});

describe('a connector that can look people up', () => {
  type LookUp = NonNullable<Connector<State>['lookUp']>;

  const soundLookUp =
    (upstream: PlayedUpstream): LookUp =>
    async ({ username }, { signal }) => {
      const fault = (detail: string) => ({ name: 'person', ok: false, detail, advice: 'look again' });
      try {
        await upstream.answer(signal, 'look up');
      } catch {
        return { checks: [fault('no answer')] };
      }
      if (username !== 'ada') return { checks: [fault('nobody')] };
      const identity = playedIdentity(upstream, '');
      return { checks: [], person: { entry: 'ada', attributes: [], identity, memberships: [] } };
    };

  function failuresOfLookUp(spoil: (sound: LookUp, upstream: PlayedUpstream) => LookUp) {
    return failuresOf((sound, upstream) => ({ ...sound, lookUp: spoil(soundLookUp(upstream), upstream) }));
  }

  const same = 'a look-up finds what a sign-in finds, and shows no secret';

  test('and is sound passes', async () => {
    assert.deepEqual(await failuresOfLookUp((sound) => sound), []);
  });

  test('and shows other groups than a sign-in has is found', async () => {
    const failed = await failuresOfLookUp((sound) => async (who, call) => {
      const { person, ...found } = await sound(who, call);
      if (person?.identity === undefined) return found;
      return { ...found, person: { ...person, identity: { ...person.identity, groups: [] } } };
    });
    assert.deepEqual(failed, [same]);
  });

  test('and shows a password is found', async () => {
    const failed = await failuresOfLookUp((sound) => async (who, call) => {
      const { person, ...found } = await sound(who, call);
      const attributes = [{ name: 'userPassword', values: ['open sesame'] }];
      return person === undefined ? found : { ...found, person: { ...person, attributes } };
    });
    assert.deepEqual(failed, [same]);
  });

  test('and throws where its upstream is dead is found', async () => {
    const failed = await failuresOfLookUp((sound, upstream) => async (who, call) => {
      await upstream.answer(call.signal, 'ping');
      return sound(who, call);
    });
    assert.deepEqual(failed, [
      'a look-up at a dead upstream reports it instead of throwing',
      'a check and a look-up of an overloaded upstream report it',
      'a look-up that waits for its upstream reports when the call ends',
    ]);
  });

  test('and says nothing of nobody is found', async () => {
    const failed = await failuresOfLookUp((sound) => async (who, call) => {
      const { checks, ...found } = await sound(who, call);
      return { ...found, checks: checks.map(({ advice: _, ...line }) => line) };
    });
    assert.equal(failed.length, 2);
  });
});

describe('a harness that leaves the refresh out', () => {
  test('is found when its connector can refresh', async () => {
    const upstream = new PlayedUpstream();
    const harness = passwordHarness(upstream, (host) => soundConnector(upstream, host));
    const controls = { reset: () => upstream.reset(), takeDown: () => upstream.takeDown() };
    const failed = await failures(contractCases({ ...harness, upstream: controls }));
    assert.deepEqual(failed, ['a connector without `refresh` needs no harness for it']);
  });
});

describe('a connector over HTTP', () => {
  const url = 'http://127.0.0.1:1/';

  function failuresAsking(urls: readonly string[], canOverload: boolean) {
    const upstream = new PlayedUpstream();
    const { definition, ...harness } = passwordHarness(upstream, (host) => {
      const sound = soundConnector(upstream, host);
      const check: typeof sound.check = async (call) => {
        await host.fetch(url);
        return sound.check(call);
      };
      return { ...sound, check };
    });
    const controls: UpstreamControls = {
      rotatesState: true,
      reset: () => upstream.reset(),
      takeDown: () => upstream.takeDown(),
      removePerson: () => upstream.removePerson(),
      changeGroups: () => upstream.changeGroups(),
      ...(canOverload && { overload: () => upstream.overload() }),
    };
    return failures(
      contractCases({
        ...harness,
        definition: { ...definition, http: () => ({ urls }) },
        upstream: controls,
        host: { fetch: async () => new Response('') },
      }),
    );
  }

  test('that names the addresses it asks passes', async () => {
    assert.deepEqual(await failuresAsking([url], true), []);
  });

  test('that does not name an address that Gatehouse would not ask is found', async () => {
    const unnamed = ['what is private or without TLS is asked only if `http` names it'];
    assert.deepEqual(await failuresAsking([], true), unnamed);
    assert.deepEqual(await failuresAsking(['http://127.0.0.1:2/'], true), unnamed);
  });

  test('whose harness cannot overload its upstream is found', async () => {
    assert.deepEqual(await failuresAsking([url], false), [
      'a connector that asks over HTTP has a harness that can overload its upstream',
    ]);
  });
});

describe('a redirect connector', () => {
  function failuresOfRedirect(flaws: Parameters<typeof soundRedirect>[2]) {
    const upstream = new PlayedUpstream();
    return failures(contractCases(redirectHarness(upstream, (host) => soundRedirect(upstream, host, flaws))));
  }

  test('that is sound passes', async () => {
    assert.deepEqual(await failuresOfRedirect({}), []);
  });

  test('that does not look at its memo is found', async () => {
    const failed = await failuresOfRedirect({ ignoresNonce: true, ignoresState: true });
    assert.ok(failed.includes('the answer to another login is refused'));
    assert.ok(failed.includes('the answer to another login is refused under our own token too'));
  });

  test('that binds an answer by our token alone is found', async () => {
    const failed = await failuresOfRedirect({ ignoresNonce: true });
    assert.deepEqual(failed, ['the answer to another login is refused under our own token too']);
  });

  test('that takes an answer twice is found', async () => {
    assert.deepEqual(await failuresOfRedirect({ ignoresReplay: true }), [
      'an answer that was used is refused',
      'an answer that is used twice at once is good once',
    ]);
  });

  test('that cannot say why it does not begin is found', async () => {
    const failed = await failuresOfRedirect({ failsToBegin: true });
    assert.deepEqual(failed, ['leaving for a dead upstream works, or is `unavailable`']);
  });

  test('that puts our token elsewhere is found', async () => {
    const failed = await failuresOfRedirect({ tokenParam: 'RelayState' });
    assert.ok(failed.includes('our token travels in the parameter that `tokenParam` names, once'));
  });

  test('that does not pass on the wish for a fresh sign-in is found', async () => {
    const failed = await failuresOfRedirect({ ignoresFresh: true });
    assert.deepEqual(failed, ['the wish for a fresh sign-in reaches the upstream, and only the wish']);
  });

  test('of whose sign-ins nobody knows how old they are is found', async () => {
    const failed = await failuresOfRedirect({ ignoresAge: true });
    assert.deepEqual(failed, [
      'a sign-in that may not be old says when it was, or is a fresh one, or is refused',
    ]);
  });

  test('that logs what came back, or its verifier, is found', async () => {
    for (const flaws of [{ logsAnswers: true }, { logsVerifier: true }]) {
      const failed = await failuresOfRedirect(flaws);
      assert.ok(failed.includes('a sign-in and a refresh that succeed write no secret'));
    }
  });

  test('that ignores the end of the call while it begins is found', async () => {
    assert.ok(
      (await failuresOfRedirect({ hangsAtBegin: true })).includes(
        'leaving for an upstream that hangs goes on, or stops when the call ends',
      ),
    );
  }, 30_000);

  test('that quotes a refused answer is found', async () => {
    const failed = await failuresOfRedirect({ quotesAnswers: true });
    assert.deepEqual(failed, ['a planted answer is refused without quoting it']);
  });
});

describe('a redirect connector with more than a sign-in', () => {
  type More = Pick<Connector<State>, 'logout' | 'endpoints' | 'metadata'>;

  function failuresWith(more: (host: ConnectorHost) => More) {
    const upstream = new PlayedUpstream();
    const open = (host: ConnectorHost) => ({ ...soundRedirect(upstream, host), ...more(host) });
    return failures(contractCases(redirectHarness(upstream, open)));
  }

  const departure = (params: Record<string, string>): Departure => ({
    method: 'GET',
    url: new URL(`https://upstream.example/logout?${new URLSearchParams(params)}`),
  });

  test('that is sound passes', async () => {
    const failed = await failuresWith(() => ({
      logout: async ({ token }) => departure({ state: token }),
      metadata: (callback) => ({ contentType: 'text/plain', body: `at ${callback}` }),
      endpoints: {
        webhook: async () => ({ status: 401 }),
        logout: async () => {
          throw new ConnectorError('bad_response', { reason: 'not signed' });
        },
      },
    }));
    assert.deepEqual(failed, []);
  });

  test('that signs out without our token, or throws something of its own there, is found', async () => {
    const carries = 'a sign-out carries our token as a sign-in does, if it leaves at all';
    assert.deepEqual(await failuresWith(() => ({ logout: async () => departure({}) })), [
      carries,
      'a sign-out of which nothing is known but the person works, or leaves the upstream alone',
    ]);
    const throws = async () => {
      throw new TypeError('fetch failed');
    };
    assert.deepEqual(await failuresWith(() => ({ logout: throws })), [
      carries,
      'a sign-out of which nothing is known but the person works, or leaves the upstream alone',
      'a sign-out at a dead upstream works, or is `unavailable`',
    ]);
  });

  test('that cannot sign out without what the sign-in said is found', async () => {
    const logout = async ({ token, sessionState }: SignOut<State>) => {
      if (sessionState === undefined) throw new TypeError('there is no session');
      return departure({ state: token });
    };
    const upstream = new PlayedUpstream();
    const open = (host: ConnectorHost) => ({
      ...withSessionState(soundRedirect(upstream, host), 's-1'),
      logout,
    });
    assert.deepEqual(await failures(contractCases(redirectHarness(upstream, open))), [
      'a sign-out of which nothing is known but the person works, or leaves the upstream alone',
    ]);
  });

  test('whose sessionState does not survive storage is found', async () => {
    const upstream = new PlayedUpstream();
    const logout = async ({ token }: SignOut<State>) => departure({ state: token });
    const state = new Date(0) as unknown as Json;
    const open = (host: ConnectorHost) => ({
      ...withSessionState(soundRedirect(upstream, host), state),
      logout,
    });
    const failed = await failures(contractCases(redirectHarness(upstream, open)));
    assert.ok(failed.includes('a sign-out carries our token as a sign-in does, if it leaves at all'));
  });

  function withSessionState(sound: Connector<State>, sessionState: Json): Connector<State> {
    const { login } = sound;
    assert.ok(login.kind === 'redirect');
    const finish: typeof login.finish = async (i, call) => ({
      ...(await login.finish(i, call)),
      sessionState,
    });
    return { ...sound, login: { ...login, finish } };
  }

  const believes = 'an endpoint refuses what nobody has vouched for, and changes nothing';

  test('whose endpoint says yes to anybody is found', async () => {
    const webhook = async () => ({ status: 204 });
    assert.deepEqual(await failuresWith(() => ({ endpoints: { webhook } })), [believes]);
  });

  test('whose endpoint says no and does it all the same is found', async () => {
    const failed = await failuresWith((host) => ({
      endpoints: {
        async webhook() {
          await host.changed(['7f1c'], 'gone');
          return { status: 401 };
        },
      },
    }));
    assert.deepEqual(failed, [believes]);
  });

  test('whose endpoint falls over what it cannot read is found', async () => {
    const webhook = async ({ body }: Arrival) => ({ status: JSON.parse(String(body)).status ?? 400 });
    assert.deepEqual(await failuresWith(() => ({ endpoints: { webhook } })), [believes]);
  });

  test('whose metadata name no address is found', async () => {
    const metadata = () => ({ contentType: 'text/plain', body: 'ours' });
    assert.deepEqual(await failuresWith(() => ({ metadata })), [
      'a document for the upstream names the address that answers come to',
    ]);
  });
});

function stamped(identity: Identity<State>): Identity<State> {
  return { ...identity, authenticated: { at: new Date('2030-01-01T00:00:00Z') } };
}
