import type { Arrival, Connector, Json } from '@gatehouse/connector-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HttpApp, startHttpApp } from '../testing/http-app.ts';
import { connectorRoutes } from './endpoints.ts';

let app: HttpApp;
let arrivals: Arrival[];

const connector: Connector<Json> = {
  login: { kind: 'password', usernameLabel: 'Name', verify: async () => null },
  check: async () => [],
  metadata: (callbackUrl) => ({
    contentType: 'application/samlmetadata+xml',
    body: `<at>${callbackUrl.href}</at>`,
  }),
  endpoints: {
    hook: async (arrival) => {
      arrivals.push(arrival);
      const headers = { 'content-type': 'text/plain', 'Set-Cookie': 'gatehouse_session=stolen' };
      return { status: 202, headers, body: 'taken' };
    },
    broken: async () => {
      throw new Error('internal detail');
    },
  },
};

beforeEach(async () => {
  arrivals = [];
  const entry = { id: 'corp', type: 'test', name: 'Corp', domains: [], config: {}, rules: {} };
  app = await startHttpApp({
    issuer: 'http://127.0.0.1:%port%/sso',
    mount: (koa, issuer) =>
      koa.use(connectorRoutes(new Map([['corp', { entry, connector }]]), issuer).routes()),
  });
});
afterEach(() => app.close());

const post = (path: string, init: RequestInit = {}) =>
  fetch(`http://127.0.0.1:${app.port}/sso${path}`, { method: 'POST', ...init });

describe('what a connector serves', () => {
  it('gets the raw body and the headers, and never a cookie of ours', async () => {
    const headers = {
      cookie: 'gatehouse_session=1',
      'x-signature': 'abc',
      'content-type': 'application/json',
    };
    const response = await post('/connectors/corp/hook?a=1', { body: '{"b":2}', headers });
    expect([response.status, await response.text()]).toEqual([202, 'taken']);
    const [arrival] = arrivals;
    expect(Buffer.from(arrival?.body ?? []).toString()).toBe('{"b":2}');
    expect(arrival?.params.get('a')).toBe('1');
    expect(arrival?.headers['x-signature']).toBe('abc');
    expect(arrival?.headers.cookie).toBeUndefined();
  });

  it('cannot set our cookies', async () => {
    expect((await post('/connectors/corp/hook')).headers.get('set-cookie')).toBeNull();
  });

  it('takes no body beyond 256 KB', async () => {
    expect((await post('/connectors/corp/hook', { body: 'a'.repeat(300 * 1024) })).status).toBe(400);
    expect(arrivals).toEqual([]);
  });

  it('Attack: names that every object has. They are no endpoints.', async () => {
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      expect((await post(`/connectors/corp/${name}`)).status).toBe(404);
    }
    expect((await post('/connectors/__proto__/hook')).status).toBe(404);
  });

  it('keeps the words of an error to itself', async () => {
    const response = await post('/connectors/corp/broken');
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('internal detail');
  });

  it('shows its metadata with the address that upstreams send people back to', async () => {
    const { text, headers } = await app.get('/sso/connectors/corp/metadata');
    expect(headers['content-type']).toContain('application/samlmetadata+xml');
    expect(text).toBe(`<at>http://127.0.0.1:${app.port}/sso/callback/corp</at>`);
  });
});
