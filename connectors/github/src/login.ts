/** The way of the browser to GitHub and back: the web application flow, with PKCE. */
import {
  type Arrival,
  type Call,
  ConnectorError,
  type Departure,
  type Identity,
  type Json,
  type RedirectLogin,
  type SignInWish,
} from '@gatehouse/connector-kit';
import { z } from 'zod';
import { refusedSignIn } from './errors.ts';
import { exchange } from './oauth/exchange.ts';
import { challengeOf, newVerifier, same } from './oauth/proof.ts';
import { scopesOf } from './oauth/scopes.ts';
import { readPerson } from './person/read-person.ts';
import { below } from './places.ts';
import type { State } from './state.ts';
import type { Upstream } from './upstream.ts';

const memoForm = z.strictObject({ token: z.string().min(1), verifier: z.string().min(43) });

export class GithubLogin implements RedirectLogin<State> {
  readonly kind = 'redirect';
  readonly tokenParam = 'state';
  readonly #upstream: Upstream;

  constructor(upstream: Upstream) {
    this.#upstream = upstream;
  }

  async begin(i: {
    readonly token: string;
    readonly callbackUrl: URL;
    readonly wish: SignInWish;
  }): Promise<{ readonly departure: Departure; readonly memo: Json }> {
    const { config, web } = this.#upstream;
    const verifier = newVerifier();
    const scope = scopesOf(config).join(' ');
    const url = below(web, '/login/oauth/authorize');
    url.search = new URLSearchParams({
      client_id: config.clientId,
      redirect_uri: i.callbackUrl.href,
      state: i.token,
      code_challenge: challengeOf(verifier),
      code_challenge_method: 'S256',
      allow_signup: 'false',
      ...(scope !== '' && { scope }),
      ...(i.wish.loginHint !== undefined && { login: i.wish.loginHint }),
      // The nearest to a fresh sign-in that GitHub has: somebody is there, and says which account. When they typed its
      // password GitHub never says, so a wish for a sign-in of the last hour is one for a sign-in now.
      ...((i.wish.fresh || i.wish.maxAge !== undefined) && { prompt: 'select_account' }),
    }).toString();
    return { departure: { method: 'GET', url }, memo: { token: i.token, verifier } };
  }

  async finish(
    i: { readonly arrival: Arrival; readonly memo: Json; readonly callbackUrl: URL },
    call: Call,
  ): Promise<Identity<State>> {
    const memo = memoForm.safeParse(i.memo);
    if (!memo.success) throw bad('the memo is not one of ours');
    const { token, verifier } = memo.data;
    const states = i.arrival.params.getAll(this.tokenParam);
    if (states.length !== 1 || !same(states[0] ?? '', token)) throw bad('the state is of another login');
    const returned = { arrival: i.arrival, verifier, callbackUrl: i.callbackUrl };
    const tokens = await exchange(this.#upstream, returned, call);
    const person = await readPerson(this.#upstream, tokens, call).catch((error: unknown) => {
      throw refusedSignIn(error, this.#upstream);
    });
    if (person.admission.admitted) return person.identity;
    const { reason, personMessage, personLink } = person.admission;
    throw new ConnectorError('not_allowed', { reason, personMessage, ...(personLink && { personLink }) });
  }
}

function bad(reason: string): ConnectorError {
  return new ConnectorError('bad_response', { reason });
}
