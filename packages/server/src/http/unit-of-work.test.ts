import { BrokerError, LostRace, type Outcome, StoreUnavailable, type Unit } from '@gatehouse/core';
import type { Context } from 'koa';
import { describe, expect, test } from 'vitest';
import { answerAsApi, currentUnit, judge, onLostRace, unitOfWork } from './unit-of-work.ts';

/** A store whose units remember how they were committed, and fail when told to. */
function playedStore(failures: readonly Error[] = []) {
  const commits: Outcome[] = [];
  const pending = [...failures];
  const unit = () =>
    ({
      commit: async (outcome: Outcome) => {
        commits.push(outcome);
        const failure = pending.shift();
        if (failure !== undefined) throw failure;
      },
    }) as Unit;
  return { commits, unit };
}

function playedContext(headers: Record<string, string> = {}) {
  const response = { headers: { ...headers } };
  return {
    status: 404,
    body: undefined as unknown,
    response,
    set: (name: string, value: string) => Object.assign(response.headers, { [name.toLowerCase()]: value }),
    remove: (name: string) => Reflect.deleteProperty(response.headers, name.toLowerCase()),
  };
}

type Played = ReturnType<typeof playedContext>;

async function run(
  store: ReturnType<typeof playedStore>,
  handler: (ctx: Played) => void,
  ctx = playedContext(),
) {
  await unitOfWork(store)(ctx as unknown as Context, async () => handler(ctx));
  return ctx;
}

describe('how a request ended', () => {
  test.each([
    [200, 'success'],
    [303, 'success'],
    [400, 'refused'],
    [404, 'refused'],
    [500, 'failed'],
    [503, 'failed'],
  ])('a status of %i is %s', async (status, outcome) => {
    const store = playedStore();
    await run(store, (ctx) => Object.assign(ctx, { status }));
    expect(store.commits).toEqual([outcome]);
  });

  test('the worse of what is judged and what the status says counts', async () => {
    const store = playedStore();
    await run(store, (ctx) => {
      ctx.status = 303;
      judge('refused');
      judge('success');
    });
    expect(store.commits).toEqual(['refused']);
  });

  test('a refusal that is thrown keeps its decisions, a fault keeps nothing', async () => {
    const store = playedStore();
    const throwing = (error: Error) =>
      run(store, () => {
        throw error;
      });
    await expect(throwing(new BrokerError('not_allowed'))).rejects.toThrow(BrokerError);
    expect(store.commits).toEqual(['refused']);
    await expect(throwing(new BrokerError('internal'))).rejects.toThrow(BrokerError);
    await expect(throwing(new Error('a bug'))).rejects.toThrow('a bug');
    expect(store.commits).toEqual(['refused']);
  });
});

describe('a commit that fails', () => {
  test('takes the prepared answer back and leaves what stood before', async () => {
    const store = playedStore([new StoreUnavailable('down')]);
    const ctx = playedContext({ 'x-request-id': '1' });
    const answered = run(
      store,
      () => {
        ctx.status = 303;
        ctx.set('Set-Cookie', 'session');
        ctx.set('Location', 'https://app.example/?code=x');
        ctx.set('Vary', 'Origin');
      },
      ctx,
    );
    await expect(answered).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(ctx.response.headers).toEqual({ 'x-request-id': '1', vary: 'Origin' });
  });

  test('is answered in JSON where a program asks', async () => {
    const ctx = await run(playedStore([new StoreUnavailable('down')]), (prepared) => {
      answerAsApi();
      Object.assign(prepared, { status: 200, body: { access_token: 'x' } });
    });
    expect(ctx).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } });
    expect(ctx.response.headers['retry-after']).toBeDefined();
  });

  test('for a race that was lost is a refusal, and what was asked for that case is kept', async () => {
    const store = playedStore([new LostRace('code')]);
    const acted: Unit[] = [];
    const ctx = await run(store, (prepared) => {
      answerAsApi();
      onLostRace((unit) => acted.push(unit));
      Object.assign(prepared, { status: 200, body: { access_token: 'x' } });
    });
    expect(ctx).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(acted.length).toBe(1);
    expect(store.commits).toEqual(['success', 'refused']);
  });
});

describe('outside a request', () => {
  test('there is no unit: a fault in the wiring is loud', () => {
    expect(() => currentUnit()).toThrow('there is no open unit of work');
  });
});
