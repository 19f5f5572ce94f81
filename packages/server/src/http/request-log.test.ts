import { afterEach, expect, it, vi } from 'vitest';
import { type HttpApp, startHttpApp } from '../testing/http-app.ts';

let app: HttpApp;
afterEach(() => app.close());

// The attack: whoever reads the log takes the id of a sign-in from an address, and goes on with it.
it.each([
  ['', '/login/an-id/with/corp', '/login/*/with/corp'],
  ['', '/auth/an-id', '/auth/*'],
  ['/login', '/login/login/an-id', '/login/login/*'],
  ['/auth/dex', '/auth/dex/login/an-id', '/auth/dex/login/*'],
  ['/auth/dex', '/auth/dex/auth/an-id', '/auth/dex/auth/*'],
  ['/sso', '/login/an-id', '/login/*'],
])('hides the id of a sign-in, with an issuer at "%s": %s', async (base, path, shown) => {
  app = await startHttpApp({
    issuer: `http://127.0.0.1:%port%${base}`,
    mount: (koa) =>
      koa.use((ctx) => {
        ctx.status = 204;
      }),
  });
  await app.get(path);
  const line = await vi.waitUntil(() => app.logLines.find(({ message }) => message === 'request'));
  expect(line.fields.path).toBe(shown);
});
