import { recordingLog } from '@gatehouse/connector-kit/testing';
import { StoreUnavailable } from '@gatehouse/core';
import { afterEach, describe, expect, it } from 'vitest';
import { type HttpApp, startHttpApp } from '../testing/http-app.ts';
import { healthRoutes } from './health.ts';
import { keepHouse } from './housekeeping.ts';

let app: HttpApp | undefined;
afterEach(() => app?.close());

async function start(ping: (signal: AbortSignal) => Promise<void>): Promise<HttpApp> {
  app = await startHttpApp({
    issuer: 'http://127.0.0.1:%port%/sso',
    mount: (koa) => koa.use(healthRoutes({ ping }, '/sso').routes()),
  });
  return app;
}

describe('health', () => {
  it('is ready when the database answers, with and without the issuer’s path', async () => {
    const { get } = await start(async () => {});
    for (const path of ['/readyz', '/sso/readyz', '/healthz', '/sso/healthz'])
      expect((await get(path)).status).toBe(200);
  });

  it('names what is down, and goes on living', async () => {
    const { get, logLines } = await start(async () => {
      throw new StoreUnavailable('db.internal refuses');
    });
    const { status, text } = await get('/readyz');
    expect(status).toBe(503);
    expect(JSON.parse(text)).toEqual({ status: 'not ready', checks: { database: 'down' } });
    expect((await get('/healthz')).status).toBe(200);
    expect(logLines.some(({ message }) => message === 'not ready')).toBe(true);
  });

  it('does not wait for a database that never answers', async () => {
    const { get } = await start(() => new Promise(() => {}));
    expect((await get('/readyz')).status).toBe(503);
  });
});

describe('housekeeping', () => {
  const connectors = ['corp'];
  const away = async (): Promise<never> => {
    throw new StoreUnavailable('away');
  };

  it('goes on after a database that was away, and ends when it is told to', async () => {
    const end = new AbortController();
    let rounds = 0;
    const store = {
      endGone: async () => [],
      removeExpired: async () => {
        rounds += 1;
        if (rounds === 3) end.abort();
        return rounds < 3 ? away() : 1;
      },
    };
    const brake = { tend: async () => {} };
    await keepHouse({ store, brake, connectors, log: recordingLog(), signal: end.signal, every: 0.01 });
    expect(rounds).toBe(3);
  });

  it('does all its chores, whichever of them fail, and names who was ended', async () => {
    const end = new AbortController();
    const log = recordingLog();
    const ended = [{ subject: 'ann', connectorId: 'corp' }];
    let rounds = 0;
    const store = {
      endGone: async () => ended,
      removeExpired: async () => {
        rounds += 1;
        if (rounds === 2) end.abort();
        return away();
      },
    };
    await keepHouse({ store, brake: { tend: away }, connectors, log, signal: end.signal, every: 0.01 });
    expect(log.lines.slice(0, 3)).toMatchObject([
      { level: 'warn', message: 'brakes on absences not looked after' },
      { level: 'info', message: 'gone for good: all sessions ended', fields: { subject: 'ann' } },
      { level: 'warn', message: 'expired rows not removed' },
    ]);
  });

  it('does nothing when it is ended before it began', async () => {
    const never = async () => expect.unreachable();
    const store = { removeExpired: never, endGone: never };
    const signal = AbortSignal.abort();
    await keepHouse({ store, brake: { tend: never }, connectors, log: recordingLog(), signal, every: 0 });
  });
});
