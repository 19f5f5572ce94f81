/** What is known about a request before anything is done with it. Set once, by `establishFacts`. */
import type { Log } from '@gatehouse/connector-kit';
import type { Context } from 'koa';

export interface RequestFacts {
  /** In the log, in the `X-Request-Id` header, and on the error page. */
  readonly id: string;
  /** The address of the client, or of the last hop that is not a proxy of ours. */
  readonly address: string;
  /** Every line carries the request id. */
  readonly log: Log;
  /** How the client reached us, after what trusted proxies say. */
  readonly host: string;
  readonly secure: boolean;
}

/** @throws if the request has not passed `establishFacts`: a fault in the wiring */
export function factsOf(ctx: Context): RequestFacts {
  const facts = (ctx.state as { facts?: RequestFacts }).facts;
  if (facts === undefined) throw new Error('establishFacts must come before this middleware');
  return facts;
}

export function setFacts(ctx: Context, facts: RequestFacts): void {
  (ctx.state as { facts?: RequestFacts }).facts = facts;
}
