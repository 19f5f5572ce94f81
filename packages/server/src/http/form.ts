/** Reads `application/x-www-form-urlencoded` bodies, never more than a limit. */
import { BrokerError } from '@gatehouse/core';
import type { Context } from 'koa';

/** Enough for a name, a password and a token, percent-encoded. */
const formLimit = 16 * 1024;

export async function readForm(ctx: Context, limit = formLimit): Promise<URLSearchParams> {
  if (ctx.is('application/x-www-form-urlencoded') === false) {
    throw new BrokerError('bad_request', { reason: 'the body is not a form' });
  }
  const body = await readBody(ctx, limit);
  return new URLSearchParams(body.toString('utf8'));
}

/** @throws BrokerError `bad_request` when the body is larger; the connection is not used again then */
export async function readBody(ctx: Context, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  if (Number(ctx.get('Content-Length')) > limit) throw tooLarge(ctx, limit);
  for await (const chunk of ctx.req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw tooLarge(ctx, limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A field that was sent exactly once; two of a name are how one check is shown one value and the next another. */
export function field(form: URLSearchParams, name: string): string {
  const values = form.getAll(name);
  return values.length === 1 && values[0] !== undefined ? values[0] : '';
}

function tooLarge(ctx: Context, limit: number): BrokerError {
  ctx.set('Connection', 'close');
  return new BrokerError('bad_request', { reason: `the body is larger than ${limit} bytes` });
}
