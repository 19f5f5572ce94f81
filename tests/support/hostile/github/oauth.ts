/** The played GitHub's `/login/oauth`: codes bound to a challenge, tokens, and refresh tokens that are good once. */
import { createHash, randomBytes } from 'node:crypto';
import type { Account, App, World } from './world.ts';

export interface Grant {
  readonly account: Account;
  readonly scope: string;
  expires: number;
}

interface Code {
  readonly account: Account;
  readonly redirectUri: string;
  readonly challenge: string | null;
}

export class OauthRoom {
  readonly app: App;
  /** Everything that was handed out: nothing of it may show up in a log. */
  readonly secrets: string[] = [];
  /** Seconds that a token of a GitHub App is good. */
  lifetime = 8 * 3600;
  readonly #world: World;
  readonly #now: () => number;
  readonly #codes = new Map<string, Code>();
  readonly #tokens = new Map<string, Grant>();
  readonly #refreshTokens = new Map<string, { grant: Grant; token: string }>();

  constructor(world: World, app: App, now: () => number) {
    this.#world = world;
    this.app = app;
    this.#now = now;
  }

  /** The address that the browser of somebody who is signed in as `login` is sent back to. */
  authorize(asked: URLSearchParams, login: string): URL {
    const redirectUri = asked.get('redirect_uri') ?? this.app.callback;
    if (asked.get('client_id') !== this.app.clientId) throw new Error('there is no such app');
    const back = new URL(redirectUri.startsWith(this.app.callback) ? redirectUri : this.app.callback);
    back.searchParams.set('state', asked.get('state') ?? '');
    if (back.href.split('?')[0] !== redirectUri) back.searchParams.set('error', 'redirect_uri_mismatch');
    else back.searchParams.set('code', this.#code(asked, login, redirectUri));
    return back;
  }

  decline(asked: URLSearchParams): URL {
    const back = new URL(asked.get('redirect_uri') ?? this.app.callback);
    back.searchParams.set('state', asked.get('state') ?? '');
    back.searchParams.set('error', 'access_denied');
    back.searchParams.set('error_description', 'The user has denied your application access.');
    return back;
  }

  /** `POST /login/oauth/access_token`. Failures have status 200 too. */
  answer(form: URLSearchParams): object {
    if (form.get('client_id') !== this.app.clientId || form.get('client_secret') !== this.app.clientSecret) {
      return {
        error: 'incorrect_client_credentials',
        error_description: 'The client_id and/or client_secret passed are incorrect.',
      };
    }
    return form.get('grant_type') === 'refresh_token' ? this.#refresh(form) : this.#redeem(form);
  }

  grantOf(token: string): Grant | undefined {
    const grant = this.#tokens.get(token);
    return grant && grant.expires > this.#now() ? grant : undefined;
  }

  /** The person takes back what they granted. */
  revoke(account: Account): void {
    for (const [token, grant] of this.#tokens) if (grant.account === account) this.#tokens.delete(token);
    for (const [token, { grant }] of this.#refreshTokens) {
      if (grant.account === account) this.#refreshTokens.delete(token);
    }
  }

  #code(asked: URLSearchParams, login: string, redirectUri: string): string {
    const account = this.#world.accountNamed(login);
    if (account === undefined) throw new Error(`there is no account ${login}`);
    const code = this.#secret('', 10);
    this.#codes.set(code, { account, redirectUri, challenge: asked.get('code_challenge') });
    return code;
  }

  #redeem(form: URLSearchParams): object {
    const code = this.#codes.get(form.get('code') ?? '');
    this.#codes.delete(form.get('code') ?? '');
    const verifier = form.get('code_verifier') ?? '';
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    if (code === undefined || (code.challenge !== null && code.challenge !== challenge)) {
      return {
        error: 'bad_verification_code',
        error_description: 'The code passed is incorrect or expired.',
      };
    }
    if (form.get('redirect_uri') !== code.redirectUri) return { error: 'redirect_uri_mismatch' };
    return this.#handOut(code.account);
  }

  #refresh(form: URLSearchParams): object {
    const presented = form.get('refresh_token') ?? '';
    const found = this.#refreshTokens.get(presented);
    if (found === undefined) return { error: 'bad_refresh_token' };
    this.#refreshTokens.delete(presented);
    this.#tokens.delete(found.token);
    return this.#handOut(found.grant.account);
  }

  #handOut(account: Account): object {
    const isApp = this.app.kind === 'github';
    const token = this.#secret(isApp ? 'ghu_' : 'gho_', 27);
    const expires = isApp ? this.#now() + this.lifetime * 1000 : Number.POSITIVE_INFINITY;
    const grant = { account, scope: isApp ? '' : this.app.grants, expires };
    this.#tokens.set(token, grant);
    const answer = { access_token: token, scope: grant.scope, token_type: 'bearer' };
    if (!isApp) return answer;
    const refreshToken = this.#secret('ghr_', 57);
    this.#refreshTokens.set(refreshToken, { grant, token });
    const lifetimes = { expires_in: this.lifetime, refresh_token_expires_in: 15_897_600 };
    return { ...answer, refresh_token: refreshToken, ...lifetimes };
  }

  #secret(prefix: string, bytes: number): string {
    const secret = prefix + randomBytes(bytes).toString('hex');
    this.secrets.push(secret);
    return secret;
  }
}
