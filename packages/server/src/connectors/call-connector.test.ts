import { type Call, ConnectorError } from '@gatehouse/connector-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HttpApp, startHttpApp } from '../testing/http-app.ts';
import { callConnector } from './call-connector.ts';

let app: HttpApp;
let run: (call: Call) => Promise<unknown>;
/** Milliseconds. */
let deadline: number;

beforeEach(async () => {
  deadline = 60_000;
  app = await startHttpApp({
    mount: (koa) =>
      koa.use(async (ctx) => {
        ctx.body = await callConnector(ctx, 'corp', (call) => run(call), deadline);
      }),
  });
});
afterEach(() => app.close());

const refusal = () => app.logLines.find(({ message }) => message === 'request refused')?.fields;

describe('a call into a connector', () => {
  it('returns what the connector returns', async () => {
    run = async () => 'identity';
    expect((await app.get('/')).text).toBe('identity');
  });

  it('does not wait beyond its deadline for a connector that ignores the signal', async () => {
    deadline = 20;
    let signal: AbortSignal | undefined;
    run = (call) => {
      signal = call.signal;
      return new Promise(() => {});
    };
    expect((await app.get('/')).status).toBe(503);
    expect(signal?.aborted).toBe(true);
    expect(refusal()).toMatchObject({ code: 'upstream_unavailable', connector: 'corp' });
  });

  it('takes an error that comes after the deadline for what it is: too late', async () => {
    deadline = 20;
    run = async ({ signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      throw new Error('after the deadline');
    };
    expect((await app.get('/')).status).toBe(503);
  });

  it('puts what the connector says into our words, and its own into the log', async () => {
    run = async () => {
      throw new ConnectorError('misconfigured', { reason: 'bind DN is wrong: cn=reader' });
    };
    const { status, text } = await app.get('/');
    expect(status).toBe(500);
    expect(text).not.toContain('cn=reader');
    expect(String(refusal()?.error)).toContain('cn=reader');
  });

  it('lends it a log that names the connector and the request', async () => {
    run = async ({ log, trace }) => {
      log.info({ entries: 2 }, 'found');
      trace.step('search', { base: 'dc=corp' });
      return 'ok';
    };
    const { headers } = await app.get('/');
    const requestId = headers['x-request-id'];
    const found = app.logLines.find(({ message }) => message === 'found');
    expect(found?.fields).toEqual({ requestId, connector: 'corp', entries: 2 });
    const step = app.logLines.find(({ message }) => message === 'step');
    expect(step?.fields).toMatchObject({ step: 'search', facts: { base: 'dc=corp' } });
  });
});
