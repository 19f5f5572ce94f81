/**
 * One protocol request, one unit of work: reads go through it, writes wait until the handler is done and go out
 * together before the answer leaves.
 *
 * It owns the moment of the commit and what becomes of the answer when the commit fails. It must stand around
 * everything that reads or writes protocol state: without an open unit, `currentUnit` throws.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  BrokerError,
  LostRace,
  type Outcome,
  type Store,
  StoreUnavailable,
  type Unit,
} from '@gatehouse/core';
import type { Context, Middleware } from 'koa';
import { retryAfter, storageUnavailable } from './storage-unavailable.ts';

interface Work {
  readonly unit: Unit;
  readonly store: Pick<Store, 'unit'>;
  judged: Outcome;
  /** A protocol endpoint is answered in JSON (RFC 6749, section 5.2), a page by whoever renders errors. */
  api: boolean;
  lostRace: ((unit: Unit) => void) | undefined;
}

const works = new AsyncLocalStorage<Work>();
const severity: Readonly<Record<Outcome, number>> = { success: 0, refused: 1, failed: 2 };

/** @throws Error outside any unit of work: a fault in the wiring */
export function currentUnit(): Unit {
  return currentWork().unit;
}

/** For an outcome that the status does not show, such as an error that is told to the client by a redirect. */
export function judge(outcome: Outcome): void {
  const work = currentWork();
  if (severity[outcome] > severity[work.judged]) work.judged = outcome;
}

export function answerAsApi(): void {
  currentWork().api = true;
}

/** What to do, in a unit of its own, if this request turns out to be the second to use something that works once. */
export function onLostRace(act: (unit: Unit) => void): void {
  currentWork().lostRace = act;
}

/**
 * Stands inside whatever renders a `BrokerError`: a failed commit is thrown as one, except at protocol endpoints.
 */
export function unitOfWork(store: Pick<Store, 'unit'>): Middleware {
  return async (ctx, next) => {
    const work = openWork(store);
    const before = { ...ctx.response.headers };
    await works.run(work, async () => {
      await runHandler(work, next);
      await commit(ctx, work, before);
    });
  };
}

function openWork(store: Pick<Store, 'unit'>): Work {
  return { unit: store.unit(), store, judged: 'success', api: false, lostRace: undefined };
}

function currentWork(): Work {
  const work = works.getStore();
  if (work === undefined) throw new Error('there is no open unit of work');
  return work;
}

/** A handler that throws has refused or failed; what it decided for security's sake is kept if it refused. */
async function runHandler(work: Work, next: () => Promise<unknown>): Promise<void> {
  try {
    await next();
  } catch (error) {
    if (error instanceof StoreUnavailable) throw storageUnavailable(error);
    if (error instanceof BrokerError && error.entry.status < 500) await work.unit.commit('refused');
    throw error;
  }
}

async function commit(ctx: Context, work: Work, before: Headers): Promise<void> {
  try {
    await work.unit.commit(worse(work.judged, outcomeOf(ctx.status)));
  } catch (error) {
    takeBack(ctx, before);
    if (error instanceof LostRace) await answerLostRace(ctx, work, error);
    else if (error instanceof StoreUnavailable) answerUnavailable(ctx, work, error);
    else throw error;
  }
}

type Headers = Readonly<Record<string, unknown>>;

function outcomeOf(status: number): Outcome {
  if (status >= 500) return 'failed';
  return status >= 400 ? 'refused' : 'success';
}

function worse(a: Outcome, b: Outcome): Outcome {
  return severity[a] > severity[b] ? a : b;
}

/** The answer that was prepared is not true any more: no cookie, token or redirect of it may leave. */
function takeBack(ctx: Context, before: Headers): void {
  for (const name of Object.keys(ctx.response.headers)) {
    if (name in before || name === 'vary' || name.startsWith('access-control-')) continue;
    ctx.remove(name);
  }
  ctx.body = null;
}

async function answerLostRace(ctx: Context, work: Work, error: LostRace): Promise<void> {
  if (work.lostRace !== undefined) {
    const unit = work.store.unit();
    work.lostRace(unit);
    await unit.commit('refused');
  }
  if (!work.api) throw new BrokerError('sign_in_expired', { reason: error.message, cause: error });
  answer(ctx, 400, 'invalid_grant', 'grant request is invalid');
}

function answerUnavailable(ctx: Context, work: Work, error: StoreUnavailable): void {
  if (!work.api) throw storageUnavailable(error);
  ctx.set('Retry-After', String(retryAfter));
  answer(ctx, 503, 'temporarily_unavailable', 'the service is not available at the moment, try again later');
}

function answer(ctx: Context, status: number, error: string, description: string): void {
  ctx.status = status;
  ctx.set('Cache-Control', 'no-store');
  ctx.body = { error, error_description: description };
}
