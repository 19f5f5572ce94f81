/** For whoever watches the process: `/healthz` says that it runs, `/readyz` that it can do its work. */
import { type Store, untilAborted } from '@gatehouse/core';
import Router from '@koa/router';
import { factsOf } from '../http/facts.ts';

/** Milliseconds; probes give up after some seconds themselves. */
const deadline = 2_000;

/**
 * Upstreams do not count: a directory that is down must not take the signing keys and everybody's refreshes with it.
 */
export function healthRoutes(store: Pick<Store, 'ping'>, base: string): Router {
  const router = new Router();
  // Also without the issuer's path: probes ask the process and not the issuer.
  router.get(paths('/healthz', base), (ctx) => {
    ctx.set('Cache-Control', 'no-store');
    ctx.body = { status: 'up' };
  });
  router.get(paths('/readyz', base), async (ctx) => {
    const problem = await problemOf(store);
    ctx.set('Cache-Control', 'no-store');
    ctx.status = problem === null ? 200 : 503;
    ctx.body = {
      status: problem === null ? 'ready' : 'not ready',
      checks: { database: problem === null ? 'up' : 'down' },
    };
    if (problem !== null) factsOf(ctx).log.warn({ down: 'database', error: problem }, 'not ready');
  });
  return router;
}

function paths(path: string, base: string): string[] {
  return [...new Set([path, base + path])];
}

/** What is wrong goes to the log: a probe needs no host names. */
async function problemOf(store: Pick<Store, 'ping'>): Promise<unknown> {
  const signal = AbortSignal.timeout(deadline);
  try {
    await untilAborted(store.ping(signal), signal);
    return null;
  } catch (error) {
    return error ?? new Error('unknown');
  }
}
