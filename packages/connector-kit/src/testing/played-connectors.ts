/** For the tests of the contract suite: an upstream in memory, and connectors to it that keep the contract. */
import { createHash, randomBytes } from 'node:crypto';
import type { Call } from '../call.ts';
import type { Connector } from '../connector.ts';
import type { ConfigSchema } from '../definition.ts';
import { defineConnector } from '../definition.ts';
import { ConnectorError } from '../error.ts';
import type { Arrival, Departure } from '../exchange.ts';
import type { ConnectorHost } from '../host.ts';
import type { Identity } from '../identity.ts';
import type { ContractHarness, UpstreamControls } from './harness.ts';

export class PlayedUpstream implements UpstreamControls {
  mood: 'well' | 'down' | 'overloaded' | 'hanging' = 'well';
  readonly rotatesState = true;
  hidesThatGroupsAreMissing = false;
  takesFirstPageForAll = false;
  readonly asked: string[] = [];
  #groups: readonly string[] = [];
  #complete = true;
  #onePageOnly = false;
  #present = true;
  /** What the state must be: good once. */
  #token = '';

  async reset(): Promise<void> {
    this.mood = 'well';
    this.asked.length = 0;
    this.#groups = ['engineers', 'admins'];
    this.#complete = true;
    this.#onePageOnly = false;
    this.#present = true;
  }

  async takeDown(): Promise<void> {
    this.mood = 'down';
  }

  async hang(): Promise<void> {
    this.mood = 'hanging';
  }

  async overload(): Promise<void> {
    this.mood = 'overloaded';
  }

  async failLaterPages(): Promise<void> {
    this.#onePageOnly = true;
  }

  async loseSomeGroups(): Promise<void> {
    this.#groups = ['engineers'];
    this.#complete = false;
  }

  async removePerson(): Promise<void> {
    this.#present = false;
  }

  async changeGroups(): Promise<readonly string[]> {
    this.#groups = ['writers'];
    return this.#groups;
  }

  /** Resolves when the upstream answers at all. */
  async answer(signal: AbortSignal, question: string): Promise<void> {
    this.asked.push(question);
    if (signal.aborted) throw away('ended');
    if (this.mood === 'down') throw away('down');
    if (this.mood === 'overloaded') throw away('status 503');
    if (this.mood === 'well') return;
    await new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(away('ended')), { once: true });
    });
  }

  /** A new token at each sign-in. */
  async signIn(signal: AbortSignal): Promise<string> {
    await this.answer(signal, 'sign in');
    this.#token = randomBytes(16).toString('hex');
    return this.#token;
  }

  /** A new token for the old one. */
  async rotate(token: string, signal: AbortSignal): Promise<string> {
    await this.answer(signal, 'rotate');
    if (token !== this.#token) throw new ConnectorError('denied', { reason: 'an old token' });
    this.#token = randomBytes(16).toString('hex');
    return this.#token;
  }

  groupsOrFailure(): readonly string[] {
    if (this.#onePageOnly && !this.takesFirstPageForAll) throw away('the second page failed');
    if (this.#onePageOnly) return this.#groups.slice(0, 1);
    if (this.#complete || this.hidesThatGroupsAreMissing) return this.#groups;
    throw away('only some groups');
  }

  get present(): boolean {
    return this.#present;
  }
}

export function soundConnector(upstream: PlayedUpstream, host: ConnectorHost): Connector<string> {
  return {
    login: {
      kind: 'password',
      usernameLabel: 'Username',
      async verify({ username, password }, { signal }) {
        if (password === '') return null;
        const token = await upstream.signIn(signal);
        const right = username === 'ada' && password === 'open sesame' && upstream.present;
        return right ? { ...playedIdentity(upstream, token), authenticated: { at: host.now() } } : null;
      },
    },
    ...refreshAndCheck(upstream),
  };
}

export interface RedirectFlaws {
  readonly ignoresNonce?: boolean;
  readonly ignoresState?: boolean;
  readonly ignoresReplay?: boolean;
  readonly ignoresFresh?: boolean;
  readonly failsToBegin?: boolean;
  readonly quotesAnswers?: boolean;
  readonly logsAnswers?: boolean;
  readonly logsVerifier?: boolean;
  readonly hangsAtBegin?: boolean;
  readonly tokenParam?: string;
  readonly ignoresAge?: boolean;
}

export function soundRedirect(
  upstream: PlayedUpstream,
  host: ConnectorHost,
  flaws: RedirectFlaws = {},
): Connector<string> {
  const { tokenParam = 'state' } = flaws;
  return {
    login: {
      kind: 'redirect',
      tokenParam,
      async begin({ token, wish }, call) {
        if (flaws.failsToBegin && upstream.mood === 'down') throw new TypeError('fetch failed');
        if (flaws.hangsAtBegin) await upstream.answer(new AbortController().signal, 'discover');
        const nonce = randomBytes(16).toString('hex');
        const verifier = randomBytes(32).toString('base64url');
        if (flaws.logsVerifier) call.log.debug({ verifier }, 'leaving');
        const url = new URL('https://upstream.example/authorize');
        url.searchParams.set('state', token);
        url.searchParams.set('nonce', nonce);
        url.searchParams.set('code_challenge', createHash('sha256').update(verifier).digest('base64url'));
        if (wish.fresh && !flaws.ignoresFresh) url.searchParams.set('prompt', 'login');
        return { departure: { method: 'GET', url }, memo: [token, nonce, { verifier }] };
      },
      async finish({ arrival: { params }, memo }, { signal, log }) {
        const [token, nonce] = Array.isArray(memo) ? memo : [];
        const code = params.get('code') ?? '';
        if (flaws.logsAnswers) log.info({ query: params.toString() }, 'back');
        if (params.has('error')) throw new ConnectorError('denied', { reason: 'declined' });
        if (!flaws.ignoresState && params.get('state') !== token) throw bad(flaws, code);
        const bound = code.startsWith('code-') && code.endsWith('-of-ada');
        if (!bound || (!flaws.ignoresNonce && code !== codeFor(String(nonce)))) throw bad(flaws, code);
        if (!upstream.present) throw new ConnectorError('denied', { reason: 'nobody' });
        const issued = await upstream.signIn(signal);
        const identity = playedIdentity(upstream, issued);
        const first = flaws.ignoresReplay || (await host.once(code, new Date(host.now().getTime() + 60_000)));
        if (!first) throw bad(flaws, code);
        return flaws.ignoresAge ? identity : { ...identity, authenticated: { at: host.now() } };
      },
    },
    ...refreshAndCheck(upstream),
  };
}

function refreshAndCheck(upstream: PlayedUpstream) {
  return {
    async refresh(identity, call) {
      const state = await upstream.rotate(identity.state, call.signal);
      await call.saveState(state);
      if (!upstream.present) return { status: 'gone', reason: 'the person has left' };
      const { authenticated } = identity;
      return {
        status: 'current',
        identity: { ...playedIdentity(upstream, state), ...(authenticated && { authenticated }) },
      };
    },
    async check({ signal }: Call) {
      const fault = await upstream.answer(signal, 'ping').catch(() => ({ advice: 'start it' }));
      return [{ name: 'up', ok: fault === undefined, ...fault }];
    },
  } satisfies Pick<Connector<string>, 'refresh' | 'check'>;
}

type Open = (host: ConnectorHost) => Connector<string>;

export function passwordHarness(upstream: PlayedUpstream, open: Open): ContractHarness<object, string> {
  return {
    ...commonHarness(upstream, open),
    login: {
      kind: 'password',
      username: 'ada',
      password: 'open sesame',
      wrongPassword: 'open barley',
      nobody: 'eve',
      work: () => upstream.asked,
    },
  };
}

export function redirectHarness(upstream: PlayedUpstream, open: Open): ContractHarness<object, string> {
  const answer = (departure: Departure, params: Readonly<Record<string, string>>): Arrival => {
    const state = departure.url.searchParams.get('state') ?? '';
    return { method: 'GET', params: new URLSearchParams({ state, ...params }), headers: {} };
  };
  return {
    ...commonHarness(upstream, open),
    login: {
      kind: 'redirect',
      answer: async (departure) =>
        answer(departure, { code: codeFor(departure.url.searchParams.get('nonce') ?? '') }),
      decline: async (departure) => answer(departure, { error: 'access_denied' }),
      asksForFreshSignIn: ({ url }) => url.searchParams.get('prompt') === 'login',
    },
  };
}

function commonHarness(upstream: PlayedUpstream, open: Open) {
  return {
    definition: defineConnector<object, string>({
      kit: 1,
      type: 'played',
      title: 'Played',
      config: noSettings,
      open: (_config, host) => open(host),
    }),
    config: {},
    groups: ['engineers', 'admins'],
    upstream,
  };
}

/** A schema by hand: the kit depends on no library for it. */
const noSettings: ConfigSchema<object> = {
  '~standard': {
    version: 1,
    vendor: 'gatehouse',
    validate(value) {
      if (typeof value !== 'object' || value === null) return { issues: [{ message: 'must be an object' }] };
      const unknown = Object.keys(value)[0];
      return unknown === undefined ? { value } : { issues: [{ message: 'unknown key', path: [unknown] }] };
    },
    jsonSchema: {
      input: () => ({ type: 'object', additionalProperties: false }),
      output: () => ({ type: 'object', additionalProperties: false }),
    },
  },
};

export function playedIdentity(upstream: PlayedUpstream, state: string): Identity<string> {
  return { upstreamId: '7f1c', username: 'ada', groups: upstream.groupsOrFailure(), state };
}

function codeFor(nonce: string): string {
  return `code-${createHash('sha256').update(nonce).digest('hex')}-of-ada`;
}

function bad({ quotesAnswers = false }: RedirectFlaws, code: string): ConnectorError {
  return new ConnectorError('bad_response', {
    reason: quotesAnswers ? `unexpected ${code}` : 'unexpected answer',
  });
}

function away(reason: string): ConnectorError {
  return new ConnectorError('unavailable', { reason });
}
