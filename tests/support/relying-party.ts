/** A client of Gatehouse's: openid-client, driven by a browser of the tests. */
import * as client from 'openid-client';
import { Agent, fetch as undiciFetch } from 'undici';
import { HttpBrowser, type Page } from './http-browser.ts';

export interface RelyingPartyOptions {
  readonly issuer: string;
  readonly clientId: string;
  /** Absent: a public client. */
  readonly clientSecret?: string;
  /** With a path: openid-client would send `http://127.0.0.1:8000` with a slash at its end. */
  readonly redirectUri?: string;
  /** PEM of the CA that signed the issuer's certificate. */
  readonly ca?: string;
}

export const defaultRedirectUri = 'http://127.0.0.1:8000/callback';

export class RelyingParty {
  readonly config: client.Configuration;
  readonly browser: HttpBrowser;
  readonly #options: RelyingPartyOptions;

  private constructor(config: client.Configuration, browser: HttpBrowser, options: RelyingPartyOptions) {
    this.config = config;
    this.browser = browser;
    this.#options = options;
  }

  static async discover(options: RelyingPartyOptions): Promise<RelyingParty> {
    const fetcher = fetchTrusting(options.ca);
    const auth = options.clientSecret ? client.ClientSecretBasic(options.clientSecret) : client.None();
    const config = await client.discovery(new URL(options.issuer), options.clientId, {}, auth, {
      execute: [client.allowInsecureRequests],
      [client.customFetch]: fetcher as client.CustomFetch,
    });
    return new RelyingParty(config, new HttpBrowser(fetcher), options);
  }

  get redirectUri(): string {
    return this.#options.redirectUri ?? defaultRedirectUri;
  }

  /** The address of `/auth` and what is needed to make use of its answer. */
  async authorization(parameters: Readonly<Record<string, string>> = {}): Promise<Authorization> {
    const verifier = client.randomPKCECodeVerifier();
    const state = client.randomState();
    const nonce = client.randomNonce();
    const url = client.buildAuthorizationUrl(this.config, {
      redirect_uri: this.redirectUri,
      scope: 'openid email profile groups offline_access',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
      ...parameters,
    });
    return { url, verifier, state: parameters.state ?? state, nonce: parameters.nonce ?? nonce };
  }

  /** The whole flow by a password form. @throws with the page when it does not come back to the client */
  async signIn(
    login: string,
    password: string,
    parameters: Readonly<Record<string, string>> = {},
  ): Promise<Tokens> {
    const authorization = await this.authorization(parameters);
    const form = await this.browser.go(authorization.url, this.redirectUri);
    const end = await this.browser.submit(form, { login, password }, this.redirectUri);
    return await this.exchange(authorization, end);
  }

  /** Redeems the code of the page that would have gone back to the client. */
  async exchange(authorization: Authorization, end: Page & { location?: URL }): Promise<Tokens> {
    if (!end.location)
      throw new Error(`not back at the client but at ${end.url} (${end.status}):\n${end.body}`);
    return await client.authorizationCodeGrant(this.config, end.location, {
      pkceCodeVerifier: authorization.verifier,
      expectedState: authorization.state,
      expectedNonce: authorization.nonce,
      idTokenExpected: true,
    });
  }

  async refresh(refreshToken: string, parameters: Readonly<Record<string, string>> = {}): Promise<Tokens> {
    return await client.refreshTokenGrant(this.config, refreshToken, parameters);
  }
}

export interface Authorization {
  readonly url: URL;
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
}

export type Tokens = Awaited<ReturnType<typeof client.authorizationCodeGrant>>;

/** `fetch` that trusts a private CA besides nobody else. */
export function fetchTrusting(ca: string | undefined): typeof fetch {
  if (ca === undefined) return fetch;
  const dispatcher = new Agent({ connect: { ca } });
  return ((url: URL, init: object) =>
    undiciFetch(url, { ...init, dispatcher } as never)) as unknown as typeof fetch;
}
