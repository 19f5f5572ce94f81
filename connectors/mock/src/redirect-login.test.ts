import assert from 'node:assert/strict';
import type { Arrival, Connector, Departure } from '@gatehouse/connector-kit';
import { ConnectorError, type ConnectorErrorCode } from '@gatehouse/connector-kit';
import { type TestHost, testCall, testHost } from '@gatehouse/connector-kit/testing';
import { describe, test } from 'vitest';
import { mockConfig } from './config.ts';
import type { MockState } from './identity.ts';
import { createMockConnector } from './index.ts';
import { follow, visit } from './testing/played-broker.ts';

const people = [
  { id: 'u-1', username: 'ada', email: 'ada@example.com' },
  { id: 'u-2', username: 'bob', displayName: '<script>alert(1)</script>' },
];

function open(config: object = {}, issuer = 'http://127.0.0.1:5556', host: TestHost = testHost()) {
  const definition = createMockConnector({ issuer });
  const connector = definition.open(mockConfig.parse({ people, ...config }), host);
  const { login } = connector;
  assert.ok(login.kind === 'redirect');
  const callbackUrl = new URL(`${issuer}/callback/${host.id}`);
  const begin = (wish: { fresh: boolean; loginHint?: string } = { fresh: false }) =>
    login.begin({ token: 'a-token', callbackUrl, wish }, testCall());
  const finish = (arrival: Arrival, memo: Awaited<ReturnType<typeof begin>>['memo']) =>
    login.finish({ arrival, memo, callbackUrl }, testCall());
  return { connector, host, begin, finish };
}

function refused(code: ConnectorErrorCode) {
  return (error: unknown) => ConnectorError.is(error) && error.code === code;
}

/** The code that stands for one person, as the page makes it. */
async function arrivalOf(
  connector: Connector<MockState>,
  departure: Departure,
  person = 'u-1',
): Promise<Arrival> {
  return follow(departure, connector, `person-${person}`);
}

describe('the page of the played upstream', () => {
  test('is served under the issuer, with its path prefix', async () => {
    const { begin } = open({}, 'http://localhost:5556/sso');
    const { departure } = await begin();
    assert.equal(
      departure.url.origin + departure.url.pathname,
      'http://localhost:5556/sso/connectors/test/authorize',
    );
  });

  test('lets the person choose who to be', async () => {
    const { connector, begin, finish } = open();
    const { departure, memo } = await begin();
    const identity = await finish(await arrivalOf(connector, departure, 'u-2'), memo);
    assert.equal(identity.upstreamId, 'u-2');
  });

  test.each([
    ['the hinted person', 'bob', 'u-2'],
    ['the hinted address', 'ada@example.com', 'u-1'],
    ['the first, for a hint that nobody answers to', 'eve', 'u-1'],
    ['the first, without a hint', undefined, 'u-1'],
  ])('is passed over with `immediate`, as %s', async (_what, loginHint, expected) => {
    const { connector, begin, finish } = open({ immediate: true });
    const { departure, memo } = await begin({ fresh: false, ...(loginHint !== undefined && { loginHint }) });
    const reply = await visit(connector, departure.url);
    assert.equal(reply.status, 303);
    const arrival = await arrivalOf(connector, departure);
    assert.equal((await finish(arrival, memo)).upstreamId, expected);
  });

  test('shows a name as text, whatever it holds', async () => {
    const { connector, begin } = open();
    const { body } = await visit(connector, (await begin()).departure.url);
    assert.match(body ?? '', /&lt;script&gt;/);
    assert.doesNotMatch(body ?? '', /<script/);
  });

  // An open redirector on the issuer's own origin, with a code in the address.
  test.each([
    'https://evil.example/callback',
    'http://127.0.0.1:5557/callback',
    'http://127.0.0.1:5556/elsewhere',
    'http://127.0.0.1:5556/callbacks',
    'http://127.0.0.1:5556/callback/../token',
    'javascript:alert(1)',
    '',
  ])('sends nobody to %j', async (target) => {
    const { connector, begin } = open({ immediate: true });
    const { departure } = await begin();
    departure.url.searchParams.set('redirect_uri', target);
    assert.equal((await visit(connector, departure.url)).status, 400);
  });
});

describe('an answer of the played upstream', () => {
  test('is good once, over all replicas', async () => {
    const host = testHost();
    const [one, two] = [open({}, undefined, host), open({}, undefined, host)];
    const { departure, memo } = await one.begin();
    const arrival = await arrivalOf(two.connector, departure);
    await two.finish(arrival, memo);
    await assert.rejects(one.finish(arrival, memo), refused('bad_response'));
  });

  test('is good for a minute', async () => {
    const { connector, host, begin, finish } = open();
    const { departure, memo } = await begin();
    const arrival = await arrivalOf(connector, departure);
    host.advance(60_001);
    await assert.rejects(finish(arrival, memo), refused('bad_response'));
  });

  // A code with a date to come could be used again once the guard has forgotten it.
  test('cannot be dated into the future', async () => {
    const { connector, host, begin, finish } = open();
    const { departure, memo } = await begin();
    host.advance(120_001);
    const arrival = await arrivalOf(connector, departure);
    host.advance(-120_001);
    await assert.rejects(finish(arrival, memo), refused('bad_response'));
  });

  test.each(['', 'x', 'bnVsbA', 'W10', 'e30', '%'])('of another form is refused: %j', async (code) => {
    const { begin, finish } = open();
    const { memo } = await begin();
    const params = new URLSearchParams({ state: 'a-token', code });
    await assert.rejects(finish({ method: 'GET', params, headers: {} }, memo), refused('bad_response'));
  });

  test.each([null, 'a-token', {}, { token: 'a-token' }])('is refused with the memo %j', async (memo) => {
    const { connector, begin, finish } = open();
    const { departure } = await begin();
    await assert.rejects(finish(await arrivalOf(connector, departure), memo), refused('bad_response'));
  });
});
