import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { ConnectorError } from '@gatehouse/connector-kit';
import { testCall, testHost } from '@gatehouse/connector-kit/testing';
import * as client from 'openid-client';
import { describe, expect, test } from 'vitest';
import { failureOf, readable } from './failures.ts';
import { openClient } from './open-client.ts';

const secret = 'a-token-that-nobody-may-see';
const step = { asked: 'the token endpoint', secrets: [secret] };
const metadata = { issuer: 'https://sso.example.com', token_endpoint: 'https://sso.example.com/token' };

/** What openid-client throws at this answer, in our words. */
async function failureAt(answer: () => Response | Promise<Response>): Promise<ConnectorError> {
  const host = testHost({ fetch: async () => await answer() });
  const credentials = { clientSecret: secret, clientKeyAlgorithm: 'RS256' };
  const options = { host, metadata, credentials, call: testCall(), clientId: 'gatehouse' };
  const opened = await openClient({ ...options, clockTolerance: 0, plainHttp: false });
  const thrown = await client.refreshTokenGrant(opened, secret).catch((error: unknown) => error);
  return failureOf(thrown, step);
}

const json = (body: unknown, status = 200) => Response.json(body, { status });

describe('an answer of the token endpoint', () => {
  test.each([
    ['503', () => new Response('', { status: 503 }), 'unavailable', /status 503/],
    ['429', () => new Response('', { status: 429 }), 'unavailable', /status 429/],
    ['a page of a proxy', () => new Response('<html>', { status: 403 }), 'unavailable', /status 403/],
    ['404', () => new Response('', { status: 404 }), 'misconfigured', /is the address right/],
    [
      'a redirect',
      () => new Response(null, { status: 302, headers: { location: '/' } }),
      'misconfigured',
      /redirect/,
    ],
    [
      'HTML',
      () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
      'bad_response',
      /not JSON/,
    ],
    ['a list', () => json([]), 'bad_response', /object/],
    ['no token', () => json({}), 'bad_response', /access_token/],
    ['a token of no kind', () => json({ access_token: secret }), 'bad_response', /token_type/],
    [
      'a token of an unknown kind',
      () => json({ access_token: secret, token_type: 'mac' }),
      'bad_response',
      /token_type|unsupported/,
    ],
    ['invalid_client', () => json({ error: 'invalid_client' }, 400), 'misconfigured', /invalid_client/],
    [
      'a challenge',
      () => new Response('{}', { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }),
      'misconfigured',
      /does not accept/,
    ],
    [
      'invalid_grant',
      () => json({ error: 'invalid_grant', error_description: secret }, 400),
      'bad_response',
      /invalid_grant/,
    ],
    ['an error that it made up', () => json({ error: 'toString' }, 400), 'bad_response', /toString/],
    ['server_error', () => json({ error: 'server_error' }, 400), 'unavailable', /server_error/],
  ] as const)('%s', async (_, answer, code, reason) => {
    const failure = await failureAt(answer);
    expect([failure.code, failure.message]).toEqual([code, expect.stringMatching(reason)]);
    const written = inspect(failure, { depth: Number.POSITIVE_INFINITY });
    assert.ok(!written.includes(secret), 'a secret is in the error');
  });

  test('says when to come again', async () => {
    const failure = await failureAt(() => new Response('', { status: 429, headers: { 'retry-after': '7' } }));
    assert.equal(failure.retryAfter, 7);
  });

  test('that never comes is "not available", whatever the platform calls it', async () => {
    for (const error of [
      new TypeError('fetch failed'),
      new DOMException('late', 'TimeoutError'),
      new Error('x'),
    ]) {
      const failure = await failureAt(() => Promise.reject(error));
      assert.deepEqual([failure.code, ConnectorError.is(failure)], ['unavailable', true]);
    }
  });
});

test('what an upstream writes is one line in the log, and not a long one', () => {
  assert.equal(readable('a\n\u202eb\u0000 c'), 'a b c');
  assert.equal(readable('x'.repeat(1000)).length, 300);
  assert.equal(readable(`no: ${secret}, ${secret}`, [secret, '', undefined]), 'no: …, …');
  assert.equal(readable('a=b+%2F%C3%BC&c=b%20%2F%C3%BC', ['b /ü']), 'a=…&c=…');
  assert.equal(readable('client_assertion=eyJhbGci.eyJpc3Mi.c2ln&x=y'), 'client_assertion=…&x=y');
});

// Attack: four megabytes of an explanation, made for whoever looks for a pattern in it.
test.each(['eyJ', 'eyJa.', ' ', '\u200b', '='])('a text that is %j a million times takes no time', (part) => {
  const begun = performance.now();
  assert.ok(readable(part.repeat(1_000_000), ['=='.repeat(500)]).length <= 300);
  assert.ok(performance.now() - begun < 3_000);
});
