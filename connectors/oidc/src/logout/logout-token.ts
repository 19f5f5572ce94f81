/** A logout token, verified (OpenID Connect Back-Channel Logout 1.0, sections 2.4 and 2.6). */
import { ConnectorError } from '@gatehouse/connector-kit';
import { upstreamFetch } from '@gatehouse/oauth-upstream';
import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import { z } from 'zod';
import type { OidcConfig } from '../config.ts';
import type { Provider } from '../provider.ts';

const event = 'http://schemas.openid.net/event/backchannel-logout';
/** Seconds. It should be two minutes; some make them longer. */
const longestLife = 600;

/** `nonce` would make an ID token of it, or of an ID token this (section 2.4). */
const form = z.object({
  jti: z.string().min(1).max(500),
  exp: z.number(),
  sub: z.string().min(1).exactOptional(),
  sid: z.string().min(1).exactOptional(),
  events: z.object({ [event]: z.looseObject({}) }),
  nonce: z.undefined().optional(),
});

export interface LogoutToken {
  readonly jti: string;
  /** Seconds since 1970. */
  readonly exp: number;
  readonly sub?: string;
  readonly sid?: string;
}

/** Remembers the upstream's keys, and does not ask for them at every unknown one (`cooldownDuration`). */
export class LogoutTokens {
  readonly #provider: Provider;
  #keys: { readonly url: string; readonly find: JWTVerifyGetKey } | undefined;

  constructor(provider: Provider) {
    this.#provider = provider;
  }

  /** @throws ConnectorError `bad_response` for one that proves nothing, `unavailable` where that cannot be found out */
  async verify(token: string, call: { readonly signal: AbortSignal }): Promise<LogoutToken> {
    const { config, host } = this.#provider;
    const keys = await this.#keysFor(call);
    const payload = await verified(token, keys, config, host.now());
    const read = form.safeParse(payload);
    if (!read.success) {
      throw bad(`the logout token is malformed: ${read.error.issues.map(({ path }) => path[0]).join(', ')}`);
    }
    const { jti, exp, sub, sid } = read.data;
    if (sub === undefined && sid === undefined) throw bad('the logout token names nobody (`sub`, `sid`)');
    return { jti, exp, ...(sub !== undefined && { sub }), ...(sid !== undefined && { sid }) };
  }

  async #keysFor(call: { readonly signal: AbortSignal }): Promise<JWTVerifyGetKey> {
    const { jwks_uri: url } = await this.#provider.metadata(call);
    if (url === undefined) throw bad('the discovery document names no keys');
    if (this.#keys?.url !== url) {
      // Its own deadline and no caller's: what one caller has asked for serves those who come at the same time.
      const fetchKeys = upstreamFetch(this.#provider.host, { signal: new AbortController().signal });
      const find = createRemoteJWKSet(new URL(url), {
        [customFetch]: (address, { headers, method, redirect, signal }) =>
          fetchKeys(address, { headers: Object.fromEntries(headers), method, redirect, signal }),
      });
      this.#keys = { url, find };
    }
    return this.#keys.find;
  }
}

async function verified(
  token: string,
  keys: JWTVerifyGetKey,
  { issuer, clientId, algorithms, clockTolerance }: OidcConfig,
  now: Date,
): Promise<JWTPayload> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer,
      audience: clientId,
      algorithms: [...algorithms],
      clockTolerance,
      currentDate: now,
      maxTokenAge: longestLife,
      requiredClaims: ['exp', 'iat', 'jti'],
    });
    refuseType(protectedHeader.typ);
    return payload;
  } catch (error) {
    if (error instanceof errors.JOSEError) throw bad(`the logout token is refused: ${error.code}`);
    throw error;
  }
}

/** Explicit typing is recommended and not required (section 2.4); another type is another kind of token. */
function refuseType(typ: string | undefined): void {
  if (typ !== undefined && !/^(?:application\/)?logout\+jwt$|^jwt$/i.test(typ)) {
    throw bad('what was sent is no logout token (`typ`)');
  }
}

function bad(reason: string): ConnectorError {
  return new ConnectorError('bad_response', { reason });
}
