/**
 * `kind: redirect`: an authorization code flow against a page of our own.
 *
 * The code is what an honest upstream would hand out: bound to one login through a challenge whose verifier
 * only that login's memo holds (as PKCE does, RFC 7636), good once, and short-lived. It is not signed: at this
 * upstream everybody may choose who they are, but nobody may choose for somebody else's login.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  type Arrival,
  type Call,
  ConnectorError,
  type ConnectorHost,
  type Departure,
  type Identity,
  type Json,
  type RedirectLogin,
  type SignInWish,
} from '@gatehouse/connector-kit';
import { z } from 'zod';
import { hasLeft, type Person } from './config.ts';
import { identityOf, type MockState } from './identity.ts';
import { same } from './same.ts';
import type { MockUpstream } from './upstream.ts';

const codeLifetime = 60_000;

const memoForm = z.strictObject({ token: z.string(), verifier: z.string() });
const codeForm = z.strictObject({
  person: z.string(),
  challenge: z.string(),
  id: z.string().min(16),
  madeAt: z.number(),
});

export class MockRedirectLogin implements RedirectLogin<MockState> {
  readonly kind = 'redirect';
  readonly tokenParam = 'state';
  readonly #upstream: MockUpstream;
  readonly #host: ConnectorHost;
  readonly #page: URL;

  /** `page` is where the authorize endpoint is served. */
  constructor(upstream: MockUpstream, host: ConnectorHost, page: URL) {
    this.#upstream = upstream;
    this.#host = host;
    this.#page = page;
  }

  async begin(i: {
    readonly token: string;
    readonly callbackUrl: URL;
    readonly wish: SignInWish;
  }): Promise<{ readonly departure: Departure; readonly memo: Json }> {
    const verifier = randomBytes(32).toString('base64url');
    const url = new URL(this.#page);
    url.searchParams.set('state', i.token);
    url.searchParams.set('redirect_uri', i.callbackUrl.href);
    url.searchParams.set('code_challenge', challengeOf(verifier));
    if (i.wish.loginHint !== undefined) url.searchParams.set('login_hint', i.wish.loginHint);
    if (i.wish.fresh) url.searchParams.set('prompt', 'login');
    return { departure: { method: 'GET', url }, memo: { token: i.token, verifier } };
  }

  async finish(
    i: { readonly arrival: Arrival; readonly memo: Json },
    call: Call,
  ): Promise<Identity<MockState>> {
    const memo = memoForm.safeParse(i.memo);
    if (!memo.success) throw bad('the memo is not one of ours');
    const { params } = i.arrival;
    if (!same(params.get('state') ?? '', memo.data.token)) throw bad('the state is of another login');
    if (params.has('error')) throw refused(params.get('error') ?? '');
    const code = readCode(params.get('code') ?? '');
    if (!same(code.challenge, challengeOf(memo.data.verifier))) throw bad('the code is of another login');
    const { people } = await this.#upstream.ask(call.signal);
    const person = people.find(({ id }) => id === code.person);
    if (person === undefined) throw bad('the code names nobody');
    await this.#redeem(code);
    return this.#signIn(person, call);
  }

  /** Once, over all replicas; the lifetime bounds how long that has to be remembered. */
  async #redeem(code: z.output<typeof codeForm>): Promise<void> {
    const now = this.#host.now().getTime();
    if (code.madeAt > now + codeLifetime || code.madeAt < now - codeLifetime)
      throw bad('the code has expired');
    const first = await this.#host.once(`code:${code.id}`, new Date(code.madeAt + codeLifetime));
    if (!first) throw bad('the code was used before');
  }

  async #signIn(person: Person, call: Call): Promise<Identity<MockState>> {
    if (hasLeft(person)) throw new ConnectorError('denied', { reason: 'the person has left' });
    await this.#upstream.play(person, call.signal);
    call.trace.step('person chosen', { person: person.id });
    return identityOf(person, { rotation: 0 }, { at: this.#host.now() });
  }
}

/** The code that the page hands out for `person`. */
export function makeCode(person: string, challenge: string, now: Date): string {
  const code = { person, challenge, id: randomBytes(16).toString('base64url'), madeAt: now.getTime() };
  return Buffer.from(JSON.stringify(code)).toString('base64url');
}

function readCode(text: string): z.output<typeof codeForm> {
  try {
    return codeForm.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  } catch {
    // Without the cause: a parser's message quotes what it read.
    throw bad('the code is malformed');
  }
}

function refused(error: string): ConnectorError {
  if (error === 'access_denied') return new ConnectorError('denied', { reason: 'the person declined' });
  return bad('the upstream reported an error');
}

function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}

function bad(reason: string): ConnectorError {
  return new ConnectorError('bad_response', { reason });
}
