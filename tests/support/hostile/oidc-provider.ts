/**
 * An OpenID Connect provider that can lie at every point of a sign-in. Without a lie it is an honest one, with a code
 * that is good once and PKCE; each lie replaces one of its answers, so that it is the only thing that is wrong.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from 'jose';
import { type Listening, listen } from './listen.ts';

export type Members = Record<string, unknown>;
/** JSON members, or what is done with the bare response. */
export type Lie = Members | ((response: ServerResponse) => void);

export interface Keys {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly jwk: JWK;
}

/** Each is given the honest answer. */
export interface OidcLies {
  discovery?(honest: Members): Lie;
  keys?(honest: { readonly keys: readonly JWK[] }): Lie;
  /** The parameters with which the browser comes back. */
  back?(honest: URLSearchParams): void;
  claims?(honest: Members): Members;
  /** The ID token instead of the one that would be signed. */
  idToken?(claims: Members, keys: Keys): Promise<string> | string;
  token?(honest: Members, sent: URLSearchParams): Lie;
  userinfo?(honest: Members): Lie;
}

interface Granted {
  readonly nonce: string;
  readonly challenge: string;
  readonly at: number;
}

export class HostileOidcProvider {
  readonly issuer: string;
  readonly keys: Keys;
  lies: OidcLies = {};
  person: Members = { sub: 'u-1', preferred_username: 'ada', email: 'ada@example.com', groups: ['staff'] };
  /** Paths, in order. */
  readonly asked: string[] = [];
  /** Bodies of the token endpoint, in order. */
  readonly tokenRequests: URLSearchParams[] = [];
  readonly #codes = new Map<string, Granted>();
  readonly #refreshTokens = new Set<string>();
  readonly #place: Listening;

  constructor(place: Listening, keys: Keys) {
    this.#place = place;
    this.issuer = place.url;
    this.keys = keys;
  }

  start(): Promise<void> {
    return this.#place.start();
  }

  stop(): Promise<void> {
    return this.#place.stop();
  }

  honest(): void {
    this.lies = {};
    this.asked.length = 0;
    this.tokenRequests.length = 0;
  }

  /** What the browser does with a departure: it comes back with these parameters. */
  visit(departure: URL): URLSearchParams {
    const asked = departure.searchParams;
    const code = randomBytes(24).toString('base64url');
    this.#codes.set(code, {
      nonce: asked.get('nonce') ?? '',
      challenge: asked.get('code_challenge') ?? '',
      at: seconds(),
    });
    const params = new URLSearchParams({ code, state: asked.get('state') ?? '', iss: this.issuer });
    this.lies.back?.(params);
    return params;
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', this.issuer);
    this.asked.push(pathname);
    const answers: Readonly<Record<string, () => Promise<Lie> | Lie>> = {
      '/.well-known/openid-configuration': () => lie(this.lies.discovery, this.#document()),
      '/keys': () => lie(this.lies.keys, { keys: [this.keys.jwk] }),
      '/token': async () => this.#token(new URLSearchParams(await bodyOf(request)), response),
      '/userinfo': () => lie(this.lies.userinfo, { ...this.person }),
    };
    const answer = (await answers[pathname]?.()) ?? ((bare) => bare.writeHead(404).end());
    if (typeof answer === 'function') return answer(response);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answer));
  }

  #document(): Members {
    const at = (path: string) => `${this.issuer}${path}`;
    return {
      issuer: this.issuer,
      authorization_endpoint: at('/authorize'),
      token_endpoint: at('/token'),
      jwks_uri: at('/keys'),
      userinfo_endpoint: at('/userinfo'),
      response_types_supported: ['code'],
      id_token_signing_alg_values_supported: ['RS256'],
      authorization_response_iss_parameter_supported: true,
    };
  }

  async #token(body: URLSearchParams, response: ServerResponse): Promise<Lie> {
    this.tokenRequests.push(body);
    const granted = this.#redeem(body);
    if (granted === undefined) {
      response.statusCode = 400;
      return this.lies.token?.({ error: 'invalid_grant' }, body) ?? { error: 'invalid_grant' };
    }
    const refreshToken = randomBytes(24).toString('base64url');
    this.#refreshTokens.add(refreshToken);
    const honest = {
      access_token: randomBytes(24).toString('base64url'),
      token_type: 'Bearer',
      refresh_token: refreshToken,
      id_token: await this.#idToken(granted, body.get('client_id') ?? 'gatehouse'),
    };
    return this.lies.token?.(honest, body) ?? honest;
  }

  #redeem(body: URLSearchParams): Partial<Granted> | undefined {
    const refreshToken = body.get('refresh_token');
    if (refreshToken !== null) return this.#refreshTokens.delete(refreshToken) ? {} : undefined;
    const code = body.get('code') ?? '';
    const granted = this.#codes.get(code);
    const verifier = createHash('sha256')
      .update(body.get('code_verifier') ?? '')
      .digest('base64url');
    if (granted?.challenge !== verifier) return undefined;
    this.#codes.delete(code);
    return granted;
  }

  async #idToken({ nonce, at }: Partial<Granted>, audience: string): Promise<string> {
    const now = seconds();
    const honest = {
      ...this.person,
      iss: this.issuer,
      aud: audience,
      iat: now,
      exp: now + 300,
      ...(at !== undefined && { auth_time: at }),
      ...(nonce !== undefined && { nonce }),
    };
    const claims = this.lies.claims?.(honest) ?? honest;
    return (await this.lies.idToken?.(claims, this.keys)) ?? (await signed(claims, this.keys));
  }
}

export async function startHostileOidcProvider(): Promise<HostileOidcProvider> {
  const server = createServer();
  const provider = new HostileOidcProvider(await listen(server), await makeKeys());
  server.on('request', (request, response) => void provider.serve(request, response));
  return provider;
}

export async function makeKeys(alg = 'RS256', kid = 'k-1'): Promise<Keys> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { privateKey, publicKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

/** As it should be, unless the header says otherwise. */
export function signed(claims: Members, { privateKey, jwk }: Keys, header: Members = {}): Promise<string> {
  const { alg = 'RS256', kid = 'k-1' } = jwk;
  return new SignJWT(claims).setProtectedHeader({ alg, kid, ...header }).sign(privateKey);
}

/** With the public key, which everybody has, for the secret of a MAC. */
export async function signedWithPublicKey(claims: Members, { publicKey }: Keys): Promise<string> {
  const secret = new TextEncoder().encode(await exportSPKI(publicKey));
  return await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'k-1' }).sign(secret);
}

export function unsigned(claims: Members, alg = 'none'): string {
  const part = (value: Members) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg, kid: 'k-1' })}.${part(claims)}.`;
}

function lie<T extends Members>(how: ((honest: T) => Lie) | undefined, honest: T): Lie {
  return how?.(honest) ?? honest;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

export function seconds(): number {
  return Math.floor(Date.now() / 1000);
}
