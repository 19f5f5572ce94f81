/** Through the operator's proxy, which looks names up in our place. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type Certificates, makeCertificates } from '../../../../tests/support/certificates.ts';
import { startConnectProxy } from '../testing/connect-proxy.ts';
import { serveUpstream } from '../testing/upstream-server.ts';
import { failureIn, wayOut } from '../testing/way-out.ts';

let certificates: Certificates;

beforeAll(async () => {
  certificates = await makeCertificates(['idp.example']);
});

const serve = () => serveUpstream((_, response) => response.end('hello'), certificates);

describe('a proxy', () => {
  it('is asked for the host by name, and sees nothing of the request', async () => {
    await using upstream = await serve();
    await using proxy = await startConnectProxy(() => upstream.port);
    const lookup = () => expect.unreachable('the name was looked up here');
    await using out = wayOut(
      {},
      { ca: certificates.ca, lookup, proxy: { url: proxy.url, except: ['localhost'] } },
    );
    expect(await (await out.fetch('https://idp.example/x?code=1')).text()).toBe('hello');
    expect([proxy.asked, proxy.authorizations]).toEqual([['idp.example:443'], [undefined]]);
  });

  it('is told the name and password of its address, which the upstream never sees', async () => {
    await using upstream = await serveUpstream(
      (request, response) => response.end(JSON.stringify(request.headers)),
      certificates,
    );
    await using proxy = await startConnectProxy(() => upstream.port);
    const url = proxy.url.replace('//', '//gate:p%40ss@');
    await using out = wayOut({}, { ca: certificates.ca, proxy: { url, except: [] } });
    const headers = await (await out.fetch('https://idp.example/')).text();
    expect(proxy.authorizations).toEqual([`Basic ${btoa('gate:p@ss')}`]);
    expect(headers).not.toMatch(/"proxy-|p@ss/);
  });

  it('is asked also for what is not TLS', async () => {
    await using upstream = await serveUpstream((_, response) => response.end('plain'));
    await using proxy = await startConnectProxy(() => upstream.port);
    const needs = { urls: ['http://idp.corp.example'], insecureHttp: true };
    await using out = wayOut(needs, { proxy: { url: proxy.url, except: [] } });
    expect(await (await out.fetch('http://idp.corp.example/')).text()).toBe('plain');
    expect(proxy.asked).toEqual(['idp.corp.example:80']);
  });

  it('is passed by for the hosts and domains that are excepted', async () => {
    await using upstream = await serve();
    await using proxy = await startConnectProxy(() => upstream.port);
    const url = `https://idp.example:${upstream.port}`;
    for (const except of [['idp.example'], ['.example'], ['example']]) {
      await using out = wayOut(
        { urls: [url] },
        {
          ca: certificates.ca,
          lookup: (_name, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
          proxy: { url: proxy.url, except },
        },
      );
      expect(await (await out.fetch(url)).text()).toBe('hello');
    }
    expect(proxy.asked).toEqual([]);
  });

  it.each(['https://127.0.0.1/', 'https://169.254.169.254/', 'https://[::1]/', 'https://localhost/'])(
    'is not asked for what is inside without any looking up: %s',
    async (url) => {
      await using proxy = await startConnectProxy(() => 500);
      await using out = wayOut({}, { proxy: { url: proxy.url, except: [] } });
      expect((await failureIn(out.fetch(url))).kind).toBe('address');
      expect(proxy.asked).toEqual([]);
    },
  );

  it.each([403, 407, 502])('that refuses (%i) is named in the error', async (status) => {
    await using proxy = await startConnectProxy(() => status);
    await using out = wayOut({}, { proxy: { url: proxy.url, except: [] } });
    expect(await failureIn(out.fetch('https://idp.example/'))).toEqual({
      kind: 'unreachable',
      message: `no whole answer from https://idp.example: the proxy answered ${status}`,
    });
  });

  it('that is not there is an upstream that cannot be reached', async () => {
    const proxy = await startConnectProxy(() => 500);
    await proxy[Symbol.asyncDispose]();
    await using out = wayOut({}, { proxy: { url: proxy.url, except: [] } });
    expect(await failureIn(out.fetch('https://idp.example/'))).toMatchObject({ kind: 'unreachable' });
  });

  it('does not make a certificate trusted that is not', async () => {
    await using upstream = await serve();
    await using proxy = await startConnectProxy(() => upstream.port);
    await using out = wayOut({}, { proxy: { url: proxy.url, except: [] } });
    expect((await failureIn(out.fetch('https://idp.example/'))).kind).toBe('certificate');
  });
});
