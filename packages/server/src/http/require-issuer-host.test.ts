import type { Context } from 'koa';
import { afterEach, describe, expect, it } from 'vitest';
import { type HttpApp, startHttpApp } from '../testing/http-app.ts';
import { requireIssuerHost } from './require-issuer-host.ts';

let app: HttpApp;
afterEach(() => app.close());

const echo = (ctx: Context) => {
  ctx.body = `${ctx.protocol}://${ctx.host} for ${ctx.ip}`;
};

async function start(issuer: string, trusted: readonly string[] = []): Promise<HttpApp> {
  app = await startHttpApp({
    issuer,
    trusted,
    mount: (koa, read) => koa.use(requireIssuerHost(read)).use(echo),
  });
  return app;
}

describe('a server on this computer', () => {
  it('Attack: DNS rebinding. A site whose name points to 127.0.0.1 gets nothing.', async () => {
    const { get, port } = await start('http://127.0.0.1:%port%');
    for (const host of [
      `evil.example:${port}`,
      'evil.example',
      '127.0.0.1.evil.example',
      'a b',
      '127.0.0.1:1',
    ]) {
      const { status, text, headers } = await get('/', { host });
      expect([status, host]).toEqual([400, host]);
      expect(headers.location).toBeUndefined();
      expect(text).not.toContain('for 127.0.0.1');
    }
  });

  it('answers under its own name', async () => {
    const { get, port } = await start('http://127.0.0.1:%port%');
    expect((await get('/')).text).toBe(`http://127.0.0.1:${port} for 127.0.0.1`);
  });

  it('leads from localhost to the address of the issuer, where the cookies are', async () => {
    const { get, port } = await start('http://127.0.0.1:%port%');
    const { status, headers } = await get('/login/x?y=1', { host: `localhost:${port}` });
    expect([status, headers.location]).toEqual([302, `http://127.0.0.1:${port}/login/x?y=1`]);
  });

  it('does not take X-Forwarded-Host from anybody', async () => {
    const { get, port } = await start('http://127.0.0.1:%port%');
    const headers = { host: 'evil.example', 'x-forwarded-host': `127.0.0.1:${port}` };
    expect((await get('/', headers)).status).toBe(400);
  });
});

describe('a server behind a proxy that ends TLS', () => {
  const issuer = 'https://login.example';

  it('is the issuer where the proxy says so', async () => {
    const { get } = await start(issuer, ['127.0.0.1']);
    const headers = {
      host: '10.0.0.5:5556',
      'x-forwarded-host': 'login.example',
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '203.0.113.9',
    };
    expect((await get('/', headers)).text).toBe('https://login.example for 203.0.113.9');
    expect((await get('/', { ...headers, 'x-forwarded-host': 'LOGIN.example:443' })).status).toBe(200);
  });

  it('names the option when the proxy is not trusted, or says that there was no TLS', async () => {
    const { get } = await start(issuer);
    const headers = { host: 'login.example', 'x-forwarded-proto': 'https' };
    expect((await get('/', headers)).text).toContain('trustedProxies');
    await app.close();
    const trusting = await start(issuer, ['127.0.0.1']);
    expect((await trusting.get('/', { ...headers, 'x-forwarded-proto': 'http' })).status).toBe(400);
  });

  it('tells browsers to keep to TLS', async () => {
    const { get } = await start(issuer, ['127.0.0.1']);
    const { headers } = await get('/', { host: 'login.example', 'x-forwarded-proto': 'https' });
    expect(headers['strict-transport-security']).toMatch(/^max-age=\d{8}$/);
  });
});
