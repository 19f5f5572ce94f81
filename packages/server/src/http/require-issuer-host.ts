/**
 * Pages and cookies exist under the issuer's own name only.
 *
 * Attack: DNS rebinding. A web site whose name suddenly resolves to 127.0.0.1 talks to a Gatehouse on the reader's own
 * computer as if it were its own server. Its `Host` header still says where it thinks it is.
 */
import { BrokerError } from '@gatehouse/core';
import type { Context, Middleware } from 'koa';
import { factsOf } from './facts.ts';
import { type Issuer, isLoopbackHost } from './issuer.ts';

export function requireIssuerHost(issuer: Issuer): Middleware {
  return async (ctx, next) => {
    const { host, secure } = factsOf(ctx);
    if (sameHost(host, issuer) && secure === issuer.secure) return next();
    if (isSameComputer(ctx, host, issuer)) return ctx.redirect(`${issuer.origin}${ctx.originalUrl}`);
    throw new BrokerError('bad_request', {
      reason: `asked as ${secure ? 'https' : 'http'}://${host.slice(0, 200)}, but the issuer is ${issuer.origin}`,
      personMessage: `This service is at ${issuer.origin}. ${advice(host, secure, issuer)}`,
    });
  };
}

function advice(host: string, secure: boolean, issuer: Issuer): string {
  if (sameHost(host, issuer) && !secure) {
    return 'It was reached without TLS. If a proxy in front ends TLS, list it under `trustedProxies` and let it send X-Forwarded-Proto.';
  }
  return 'It was reached by another name. If there is a proxy in front, let it keep the Host header.';
}

/** Somebody typed localhost where the issuer says 127.0.0.1: cookies differ, so send them where they belong. */
function isSameComputer(ctx: Context, host: string, issuer: Issuer): boolean {
  if (!issuer.loopback || ctx.method !== 'GET') return false;
  const url = URL.parse(`${issuer.secure ? 'https' : 'http'}://${host}`);
  return url !== null && isLoopbackHost(url.hostname) && url.port === new URL(issuer.origin).port;
}

/** `Host` may name the default port, and in any case. */
function sameHost(host: string, issuer: Issuer): boolean {
  return URL.parse(`${issuer.secure ? 'https' : 'http'}://${host}`)?.host === issuer.host;
}
