/**
 * Keeps other sites from sending our forms.
 *
 * Attack: a page on another site posts a form to `/login/<uid>/…` and lets the browser add its cookies: the person
 * would agree to a consent they never saw, or be signed in as the attacker. The token is an HMAC over the sign-in's
 * id, which the other site does not know and which opens nothing without this browser's cookie.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { BrokerError } from '@gatehouse/core';
import type { Context } from 'koa';
import { field } from '../http/form.ts';
import type { Issuer } from '../http/issuer.ts';

export class FormTokens {
  readonly #keys: readonly Buffer[];
  readonly #origin: string;

  /** The first key makes tokens; all of them are accepted. */
  constructor(cookieKeys: readonly Uint8Array[], issuer: Pick<Issuer, 'origin'>) {
    this.#keys = cookieKeys.map((key) =>
      Buffer.from(hkdfSync('sha256', key, '', 'gatehouse form token', 32)),
    );
    this.#origin = issuer.origin;
  }

  issue(uid: string): string {
    const [key] = this.#keys;
    if (key === undefined) throw new Error('there is no key for form tokens');
    return mac(key, uid).toString('base64url');
  }

  /** @throws BrokerError `form_expired` */
  check(ctx: Context, uid: string, form: URLSearchParams): void {
    if (!this.#sentByOurPage(ctx)) throw refused('the form came from another site');
    const given = Buffer.from(field(form, 'csrf'), 'base64url');
    const fits = this.#keys.some((key) => {
      const expected = mac(key, uid);
      return given.length === expected.length && timingSafeEqual(given, expected);
    });
    if (!fits) throw refused('the form token does not match');
  }

  /** Browsers say where a form comes from; old ones leave the headers out, and the token has to do. */
  #sentByOurPage(ctx: Context): boolean {
    const { origin, 'sec-fetch-site': site } = ctx.req.headers;
    if (origin !== undefined && origin !== this.#origin) return false;
    return site === undefined || site === 'same-origin' || site === 'none';
  }
}

function mac(key: Buffer, uid: string): Buffer {
  return createHmac('sha256', key).update(uid).digest();
}

function refused(reason: string): BrokerError {
  return new BrokerError('form_expired', { reason });
}
