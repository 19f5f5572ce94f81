import { BrokerError, LostRace, StoreUnavailable } from '@gatehouse/core';
import type { Context } from 'koa';
import { afterEach, describe, expect, it } from 'vitest';
import { type HttpApp, startHttpApp } from '../testing/http-app.ts';

let app: HttpApp;
afterEach(() => app.close());

async function failing(fail: (ctx: Context) => void): Promise<HttpApp> {
  app = await startHttpApp({ mount: (koa) => koa.use(fail) });
  return app;
}

const page = { accept: 'text/html' };

describe('an error', () => {
  it('is a page with one sentence, a reason and the request id, which the log has too', async () => {
    const { get, logLines } = await failing(() => {
      throw new BrokerError('upstream_denied', { reason: 'ou=secret,dc=corp', connectorId: 'corp' });
    });
    const { status, text, headers } = await get('/login/x', page);
    expect(status).toBe(403);
    expect(text).toContain('You cannot sign in with this account at the moment.');
    expect(text).toContain(String(headers['x-request-id']));
    expect(text).not.toContain('ou=secret');
    const line = logLines.find(({ message }) => message === 'request refused');
    expect(line?.fields).toMatchObject({
      requestId: headers['x-request-id'],
      code: 'upstream_denied',
      connector: 'corp',
    });
  });

  it('is JSON at the endpoints for programs, in the form of RFC 6749', async () => {
    const { get } = await failing(() => {
      throw new StoreUnavailable('no connection');
    });
    const { status, text, headers } = await get('/token', page);
    expect(status).toBe(503);
    expect(headers['retry-after']).toBe('5');
    expect(JSON.parse(text)).toMatchObject({ error: 'temporarily_unavailable' });
    expect(text).not.toContain('no connection');
  });

  it('that nobody expected says nothing of itself, and the log has its causes', async () => {
    const { get, logLines } = await failing(() => {
      throw new Error('cannot read secret-table', { cause: new Error('permission denied') });
    });
    const { status, text } = await get('/login/x', page);
    expect(status).toBe(500);
    expect(text).not.toContain('secret-table');
    const line = logLines.find(({ message }) => message === 'request refused');
    expect(line?.fields.error).toMatchObject({ cause: { message: 'cannot read secret-table' } });
  });

  it('takes back what was prepared: no cookie and no redirect of a failed request leaves', async () => {
    const { get } = await failing((ctx) => {
      ctx.set('Set-Cookie', 'session=stolen');
      ctx.redirect('https://app.example/cb?code=1');
      throw new LostRace('login');
    });
    const { status, headers, text } = await get('/login/x', page);
    expect(status).toBe(400);
    expect(headers['set-cookie']).toBeUndefined();
    expect(headers.location).toBeUndefined();
    expect(text).toContain('expired');
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['cache-control']).toBe('no-store');
  });

  it('in a malformed address is the client’s', async () => {
    const { get } = await failing(() => {
      throw new URIError('malformed');
    });
    expect((await get('/login/%zz', page)).status).toBe(400);
  });
});

describe('the request log', () => {
  it('has the path with the id of the sign-in left out, and no query', async () => {
    const { get, logLines } = await failing((ctx) => {
      ctx.body = 'ok';
    });
    await get('/login/uid-secret/finish?arrival=handle-secret', { cookie: 'session=cookie-secret' });
    await get('/callback/corp?code=code-secret');
    const text = JSON.stringify(logLines);
    expect(text).toContain('/login/*/finish');
    expect(text).toContain('/callback/corp');
    expect(text).not.toContain('secret');
  });

  it('keeps the request id of a trusted proxy, and of nobody else', async () => {
    const { get } = await failing((ctx) => {
      ctx.body = 'ok';
    });
    const id = { 'x-request-id': 'from-the-proxy-1' };
    expect((await get('/', id)).headers['x-request-id']).not.toBe('from-the-proxy-1');
    await app.close();
    app = await startHttpApp({ trusted: ['127.0.0.1'], mount: () => {} });
    expect((await app.get('/', id)).headers['x-request-id']).toBe('from-the-proxy-1');
    expect((await app.get('/', { 'x-request-id': '<script>' })).headers['x-request-id']).toMatch(
      /^[\w-]{16}$/,
    );
  });
});
