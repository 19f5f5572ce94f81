/**
 * A request names one host (RFC 9112, section 3.2).
 *
 * Attack: a proxy in front goes by one of two `Host` lines and we by the other, so that its rules are checked for one
 * name and the answer is made for another. Node lets such a request pass and takes the first.
 */
import { BrokerError } from '@gatehouse/core';
import type { Middleware } from 'koa';

export const requireOneHost: Middleware = async (ctx, next) => {
  const hosts = ctx.req.headersDistinct.host ?? [];
  if (hosts.length > 1) throw new BrokerError('bad_request', { reason: 'more than one Host header' });
  await next();
};
