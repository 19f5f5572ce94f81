/** Every call from the server into a connector: with a deadline, ended when the browser goes away, errors in our words. */
import type { Call } from '@gatehouse/connector-kit';
import { BrokerError, brokerErrorOf, callDeadline, traceTo, untilAborted, withFields } from '@gatehouse/core';
import type { Context } from 'koa';
import { factsOf } from '../http/facts.ts';

/** @throws BrokerError with the connector's id */
export async function callConnector<T>(
  ctx: Context,
  id: string,
  run: (call: Call) => Promise<T>,
  deadline = callDeadline,
): Promise<T> {
  const gone = browserGone(ctx);
  const signal = AbortSignal.any([gone, AbortSignal.timeout(deadline)]);
  const log = withFields(factsOf(ctx).log, { connector: id });
  try {
    // A connector that ignores the signal must not hold the page.
    return await untilAborted(run({ signal, log, trace: traceTo(log) }), signal);
  } catch (error) {
    if (gone.aborted)
      throw new BrokerError('bad_request', { reason: 'the browser went away', connectorId: id });
    throw brokerErrorOf(error, id);
  }
}

function browserGone(ctx: Context): AbortSignal {
  const controller = new AbortController();
  if (ctx.res.destroyed) controller.abort();
  ctx.res.once('close', () => {
    if (!ctx.res.writableEnded) controller.abort();
  });
  return controller.signal;
}
