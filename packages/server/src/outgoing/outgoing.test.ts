import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent } from 'undici';
import { describe, expect, it } from 'vitest';
import { serveUpstream } from '../testing/upstream-server.ts';
import { failureIn, wayOut } from '../testing/way-out.ts';
import type { LookupAll } from './guarded-lookup.ts';

const here = (port: number, path = '/') => `http://127.0.0.1:${port}${path}`;

async function bodyOf(request: IncomingMessage): Promise<string> {
  return Buffer.concat(await request.toArray()).toString();
}

describe('an answer', () => {
  it('is as it was sent, with its address and our name in the request', async () => {
    await using upstream = await serveUpstream((request, response) => {
      response.writeHead(418, { 'content-type': 'application/json', etag: '"1"' });
      response.end(JSON.stringify({ agent: request.headers['user-agent'] }));
    });
    await using out = wayOut({ urls: [here(upstream.port)] });
    const answer = await out.fetch(here(upstream.port, '/x?y=1'));
    expect(answer).toBeInstanceOf(Response);
    expect([answer.status, answer.headers.get('etag'), answer.url]).toEqual([
      418,
      '"1"',
      here(upstream.port, '/x?y=1'),
    ]);
    expect(await answer.json()).toEqual({ agent: 'Gatehouse/test' });
  });

  // A token endpoint that redirects would be sent the client's secret somewhere else.
  it('that is a redirect is an answer: nobody goes there', async () => {
    await using upstream = await serveUpstream((_, response) => {
      response.writeHead(302, { location: '/secret-place' }).end('moved');
    });
    await using out = wayOut({ urls: [here(upstream.port)] });
    for (const redirect of ['follow', 'manual'] as const) {
      const answer = await out.fetch(here(upstream.port), { method: 'POST', body: 'code=1', redirect });
      expect([answer.status, answer.headers.get('location'), answer.redirected]).toEqual([
        302,
        '/secret-place',
        false,
      ]);
      expect(await answer.text()).toBe('moved');
    }
    expect((await failureIn(out.fetch(here(upstream.port), { redirect: 'error' }))).kind).toBe('unreachable');
    expect(upstream.asked).toEqual(['POST /', 'POST /', 'GET /']);
  });

  it.each([204, 205, 304])('without a body is one: %i', async (status) => {
    await using upstream = await serveUpstream((_, response) => response.writeHead(status).end());
    await using out = wayOut({ urls: [here(upstream.port)] });
    const answer = await out.fetch(here(upstream.port));
    expect([answer.status, answer.body]).toEqual([status, null]);
  });

  it.each([600, 999])('with a status that HTTP does not have is none: %i', async (status) => {
    await using upstream = await serveUpstream((_, response) => response.writeHead(status).end('x'));
    await using out = wayOut({ urls: [here(upstream.port)] });
    expect((await failureIn(out.fetch(here(upstream.port)))).kind).toBe('unreachable');
  });

  it('leaves no cookie behind', async () => {
    const cookies: unknown[] = [];
    await using upstream = await serveUpstream((request, response) => {
      cookies.push(request.headers.cookie);
      response.setHeader('set-cookie', 'a=b; Path=/').end();
    });
    await using out = wayOut({ urls: [here(upstream.port)] });
    for (let turn = 0; turn < 2; turn += 1) await out.fetch(here(upstream.port), { credentials: 'include' });
    expect(cookies).toEqual([undefined, undefined]);
  });
});

describe('a request', () => {
  it('has a length, whatever its body was made of', async () => {
    const seen: unknown[] = [];
    await using upstream = await serveUpstream(async (request, response) => {
      const {
        'content-length': length,
        'transfer-encoding': encoding,
        'content-type': type,
      } = request.headers;
      seen.push([await bodyOf(request), Number(length), encoding, type]);
      response.end();
    });
    await using out = wayOut({ urls: [here(upstream.port)] });
    const form = new URLSearchParams({ a: 'ü' });
    const bodies = [
      'text',
      form,
      new TextEncoder().encode('bytes'),
      new Blob(['blob']),
      new Response('stream').body,
    ];
    for (const body of bodies) {
      await out.fetch(here(upstream.port), { method: 'POST', body, duplex: 'half' } as RequestInit);
    }
    await out.fetch(new Request(here(upstream.port), { method: 'PUT', body: 'request' }));
    expect(seen).toEqual([
      ['text', 4, undefined, 'text/plain;charset=UTF-8'],
      ['a=%C3%BC', 8, undefined, 'application/x-www-form-urlencoded;charset=UTF-8'],
      ['bytes', 5, undefined, undefined],
      ['blob', 4, undefined, undefined],
      ['stream', 6, undefined, undefined],
      ['request', 7, undefined, 'text/plain;charset=UTF-8'],
    ]);
  });

  // A connector (or what it installed) that brings its own dispatcher would be bounded by nothing.
  it('takes no other way out, even if the caller brings one', async () => {
    await using upstream = await serveUpstream((_, response) => response.end());
    await using out = wayOut({});
    const dispatcher = new Agent();
    const init: object = { dispatcher };
    const attempt = out.fetch(here(upstream.port), init);
    expect((await failureIn(attempt)).kind).toBe('plain_http');
    expect(upstream.asked).toEqual([]);
    await dispatcher.close();
  });

  it('is one of a bounded number at once to one upstream; the others wait', async () => {
    await using upstream = await serveUpstream((_, response) => setTimeout(() => response.end('x'), 5));
    await using out = wayOut({ urls: [here(upstream.port)] });
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => out.fetch(here(upstream.port)).then((a) => a.text())),
    );
    expect(answers).toHaveLength(60);
    expect(upstream.connections.most).toBeLessThanOrEqual(16);
  });

  it('uses connections that are there', async () => {
    await using upstream = await serveUpstream((_, response) => response.end('x'));
    await using out = wayOut({ urls: [here(upstream.port)] });
    for (let turn = 0; turn < 20; turn += 1) await (await out.fetch(here(upstream.port))).text();
    expect(upstream.connections.count).toBeLessThan(5);
  });

  // The attack: an upstream that names a new host each time, to each of which we would keep a connection.
  it('finds connections to a bounded number of hosts at once, and room again when they are closed', async () => {
    let keep = true;
    await using upstream = await serveUpstream((_, response) => {
      if (!keep) response.setHeader('connection', 'close');
      response.end('x');
    });
    const urls = Array.from({ length: 80 }, (_, index) => `http://h${index}.example:${upstream.port}/`);
    const lookup: LookupAll = (_name, _options, callback) =>
      callback(null, [{ address: '127.0.0.1', family: 4 }]);
    const ask = async (out: { readonly fetch: typeof fetch }, url: string) =>
      (await out.fetch(url)).text().then(
        () => 'answered',
        () => 'failed',
      );
    await using hoarding = wayOut({ urls, insecureHttp: true }, { lookup });
    const outcomes = await Promise.allSettled(urls.map((url) => ask(hoarding, url)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(32);
    expect(upstream.connections.most).toBeLessThanOrEqual(32);
    keep = false;
    await using polite = wayOut({ urls, insecureHttp: true }, { lookup });
    for (const url of urls) expect(await ask(polite, url)).toBe('answered');
  });

  it('is logged by method, origin and status, and never by what may be secret in it', async () => {
    await using upstream = await serveUpstream((_, response) =>
      response.setHeader('x-token', 'hush').end('hush'),
    );
    const hush = { method: 'POST', headers: { authorization: 'Bearer hush' }, body: 'hush' };
    await using out = wayOut({ urls: [here(upstream.port)] });
    await out.fetch(here(upstream.port, '/hush?code=hush#hush'), hush);
    await out.fetch(`http://10.0.0.1/hush?code=hush`, hush).catch(() => undefined);
    expect(out.logged).toEqual([
      {
        message: 'request answered',
        fields: { method: 'POST', origin: here(upstream.port, ''), status: 200, took: expect.any(Number) },
      },
      {
        message: 'request failed',
        fields: { method: 'POST', origin: 'http://10.0.0.1', kind: 'plain_http', took: expect.any(Number) },
      },
    ]);
  });

  it('fails when the way out is closed', async () => {
    await using upstream = await serveUpstream(() => undefined);
    const out = wayOut({ urls: [here(upstream.port)] });
    const attempt = failureIn(out.fetch(here(upstream.port)));
    await once(upstream.server, 'request');
    await out[Symbol.asyncDispose]();
    expect((await attempt).kind).toBe('unreachable');
  });
});

describe('a caller that has had enough', () => {
  const reason = new Error('the person has gone away');

  it('is told so in its own words, before anything is sent', async () => {
    await using upstream = await serveUpstream((_, response) => response.end());
    await using out = wayOut({ urls: [here(upstream.port)] });
    await expect(out.fetch(here(upstream.port), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(
      out.fetch(new Request(here(upstream.port), { signal: AbortSignal.abort(reason) })),
    ).rejects.toBe(reason);
    expect(upstream.asked).toEqual([]);
  });

  it('is told so while it waits for the answer, and the connection is given up', async () => {
    await using upstream = await serveUpstream(() => undefined);
    await using out = wayOut({ urls: [here(upstream.port)] });
    const call = new AbortController();
    const attempt = out.fetch(here(upstream.port), { signal: call.signal });
    const [request] = await once(upstream.server, 'request');
    const closed = once(request.socket, 'close');
    call.abort(reason);
    await expect(attempt).rejects.toBe(reason);
    await closed;
  });

  it('is told so in the middle of the body', async () => {
    await using upstream = await serveUpstream((_, response) => response.write('half'));
    await using out = wayOut({ urls: [here(upstream.port)] });
    const call = new AbortController();
    const answer = await out.fetch(here(upstream.port), { signal: call.signal });
    const reading = answer.text();
    call.abort(reason);
    await expect(reading).rejects.toBe(reason);
  });
});
