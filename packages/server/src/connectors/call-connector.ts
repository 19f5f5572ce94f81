/** Every call from the server into a connector: with a deadline, ended when the browser goes away, errors in our words. */
import type { Call, Json, Log, Trace } from '@gatehouse/connector-kit';
import { BrokerError, brokerErrorOf } from '@gatehouse/core';
import type { Context } from 'koa';
import { factsOf } from '../http/facts.ts';
import { withFields } from '../log/with-fields.ts';

/** Milliseconds. A person waits in front of a page for it; connectors have shorter ones for each step. */
const usualDeadline = 20_000;

/** @throws BrokerError with the connector's id */
export async function callConnector<T>(
  ctx: Context,
  id: string,
  run: (call: Call) => Promise<T>,
  deadline = usualDeadline,
): Promise<T> {
  const gone = browserGone(ctx);
  const signal = AbortSignal.any([gone, AbortSignal.timeout(deadline)]);
  const log = withFields(factsOf(ctx).log, { connector: id });
  try {
    // A connector that ignores the signal must not hold the page.
    return await Promise.race([run({ signal, log, trace: traceTo(log) }), rejectOnAbort(signal)]);
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

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function traceTo(log: Log): Trace {
  return {
    step: (name: string, facts: Readonly<Record<string, Json>> = {}) =>
      log.debug({ step: name, facts }, 'step'),
  };
}
