import { connect } from 'node:net';
import type { Context } from 'koa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HttpApp, startHttpApp } from '../testing/http-app.ts';
import { except, only, pathBelow, requirePlainTarget } from './below-base.ts';

const say = (text: string) => (ctx: Context) => {
  ctx.body = `${text} ${pathBelow(ctx, '/sso')}`;
};

let app: HttpApp;
beforeEach(async () => {
  app = await startHttpApp({
    mount: (koa) => {
      koa.use(requirePlainTarget);
      koa.use(only('/sso', /^\/token$/, say('token')));
      koa.use(
        except('/sso', /^\/open$/, async (ctx, next) =>
          ctx.query.key === '1' ? next() : say('closed')(ctx),
        ),
      );
      koa.use(say('inside'));
    },
  });
});
afterEach(() => app.close());

/** As it is, without a client that tidies it up. */
function raw(request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(app.port, '127.0.0.1', () =>
      socket.write(`${request}\r\nConnection: close\r\n\r\n`),
    );
    socket.on('data', (part) => {
      answer += part;
    });
    socket.once('error', reject).once('close', () => resolve(answer.split('\r\n')[0] ?? ''));
  });
}

describe('addresses below the issuer', () => {
  it('are told apart by what comes after its path', async () => {
    expect((await app.get('/sso/token')).text).toBe('token /token');
    expect((await app.get('/sso/open')).text).toBe('inside /open');
    expect((await app.get('/sso/other')).text).toBe('closed /other');
    expect((await app.get('/sso')).text).toBe('closed /');
  });

  it('are not those that only begin alike, or leave the path out', async () => {
    expect((await app.get('/ssox/token')).text).toBe('closed null');
    expect((await app.get('/token')).text).toBe('closed null');
  });

  it('Attack: a request that a proxy in front may read in another way. It is refused.', async () => {
    const host = `127.0.0.1:${app.port}`;
    const requests = [
      `GET http://evil.example/sso/token HTTP/1.1\r\nHost: ${host}`,
      `OPTIONS * HTTP/1.1\r\nHost: ${host}`,
      `GET /sso/token HTTP/1.1\r\nHost: ${host}\r\nHost: evil.example`,
      `GET /sso/token HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 1\r\nTransfer-Encoding: chunked`,
    ];
    for (const request of requests) expect(await raw(request)).toContain(' 400 ');
    expect(await raw(`GET /sso/token HTTP/1.1\r\nHost: ${host}`)).toContain(' 200 ');
  });
});
