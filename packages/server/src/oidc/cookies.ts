/** Names, scope and signatures of the cookies. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Issuer } from '../http/issuer.ts';

export interface CookieOptions {
  readonly signed: true;
  readonly httpOnly: true;
  readonly sameSite: 'lax';
  readonly secure: boolean;
  readonly overwrite: true;
  readonly path?: string;
}

/**
 * A browser takes a `__Host-` cookie only from this very host over TLS and for `/`: nobody else can plant one. A
 * `__Secure-` cookie it takes over TLS only; not from the wire, but from a neighbour on a sister domain it does, so
 * those of a sign-in count in the browser that began it alone (browser-mark.ts).
 */
export function cookieNames({ secure, base }: Issuer) {
  const everywhere = secure ? (base === '' ? '__Host-' : '__Secure-') : '';
  const bound = secure ? '__Secure-' : '';
  return {
    session: `${everywhere}gatehouse_session`,
    interaction: `${bound}gatehouse_interaction`,
    resume: `${bound}gatehouse_resume`,
  };
}

/** Lax and not Strict: the browser comes back from an upstream on another site. */
export function cookieOptions({ secure, base }: Issuer): { long: CookieOptions; short: CookieOptions } {
  const short = { signed: true, httpOnly: true, sameSite: 'lax', secure, overwrite: true } as const;
  return { short, long: { ...short, path: base === '' ? '/' : base } };
}

/** What koa's cookies ask of `keys`: HMAC-SHA-256 in place of their default, SHA-1. The first key signs. */
export class CookieKeys {
  readonly #keys: readonly Uint8Array[];

  constructor(keys: readonly Uint8Array[]) {
    if (keys.length === 0) throw new RangeError('there is no cookie key');
    this.#keys = keys;
  }

  sign(value: string): string {
    return this.#digests(value)[0] ?? '';
  }

  verify(value: string, digest: string): boolean {
    return this.index(value, digest) >= 0;
  }

  /** Which key signed; -1 for none. */
  index(value: string, digest: string): number {
    const given = Buffer.from(digest);
    return this.#digests(value).findIndex((own) => {
      const expected = Buffer.from(own);
      return expected.length === given.length && timingSafeEqual(expected, given);
    });
  }

  #digests(value: string): readonly string[] {
    return this.#keys.map((key) => createHmac('sha256', key).update(value).digest('base64url'));
  }
}
