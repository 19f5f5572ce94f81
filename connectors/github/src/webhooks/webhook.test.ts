import { createHmac } from 'node:crypto';
import { testHost } from '@gatehouse/connector-kit/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GithubConnector, openGithubConnector } from '../../../../tests/support/github-connector.ts';
import { type FakeGithub, startFakeGithub } from '../../../../tests/support/hostile/github/fake-github.ts';

const [current, next] = ['the-secret-of-today', 'the-secret-of-tomorrow'];

let fake: FakeGithub;
beforeAll(async () => {
  fake = await startFakeGithub();
});
afterAll(() => fake.stop());

const open = (host = testHost()): Promise<GithubConnector> =>
  openGithubConnector(fake, { webhookSecrets: [current, next] }, host);

interface Delivery {
  readonly event?: string;
  readonly id?: string;
  readonly secret?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function delivered(
  payload: unknown,
  { event = 'organization', id = 'd-1', secret = current, headers }: Delivery = {},
) {
  const body = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
  return {
    method: 'POST' as const,
    params: new URLSearchParams(),
    body,
    headers: {
      'content-type': 'application/json',
      'x-github-event': event,
      'x-github-delivery': id,
      'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
      ...headers,
    },
  };
}

const removed = { action: 'member_removed', membership: { user: { id: 7 } }, organization: { id: 1 } };

describe('a webhook', () => {
  test.each([
    ['organization', removed, { upstreamIds: ['7'], how: 'recheck' }],
    ['organization', { ...removed, action: 'member_added' }, { upstreamIds: ['7'], how: 'recheck' }],
    [
      'membership',
      { action: 'removed', member: { id: 8 }, team: {} },
      { upstreamIds: ['8'], how: 'recheck' },
    ],
    [
      'github_app_authorization',
      { action: 'revoked', sender: { id: 9 } },
      { upstreamIds: ['9'], how: 'gone' },
    ],
    ['team', { action: 'deleted', team: { id: 1 } }, { upstreamIds: 'everybody', how: 'recheck' }],
    [
      'team',
      { action: 'edited', changes: { name: { from: 'Platform' } }, team: { id: 1 } },
      { upstreamIds: 'everybody', how: 'recheck' },
    ],
    [
      'organization',
      { action: 'renamed', organization: { id: 1 } },
      { upstreamIds: 'everybody', how: 'recheck' },
    ],
    [
      'organization',
      { action: 'deleted', organization: { id: 1 } },
      { upstreamIds: 'everybody', how: 'recheck' },
    ],
  ])('%s is taken in: %j', async (event, payload, change) => {
    const connector = await open();
    expect((await connector.webhook(delivered(payload, { event }))).status).toBe(202);
    expect(connector.host.changes).toEqual([change]);
  });

  test.each([
    ['ping', { zen: 'Design for failure.' }],
    ['team', { action: 'created', team: { id: 1 } }],
    ['team', { action: 'edited', changes: { description: { from: 'x' } }, team: { id: 1 } }],
    ['team', { action: 'added_to_repository', team: { id: 1 }, repository: { id: 2 } }],
    ['team', {}],
    ['organization', { action: 'member_invited', invitation: {} }],
    ['push', { ref: 'refs/heads/main' }],
    ['organization', { action: 'member_removed', membership: { user: { id: '7' } } }],
    ['membership', []],
    ['membership', null],
    ['github_app_authorization', { action: 'granted', sender: { id: 9 } }],
    ['constructor', removed],
  ])('%s that names nobody is answered and changes nothing: %j', async (event, payload) => {
    const connector = await open();
    expect((await connector.webhook(delivered(payload, { event }))).status).toBe(202);
    expect(connector.host.changes).toEqual([]);
  });

  test('is taken in with the other secret while one takes the place of the other', async () => {
    const connector = await open();
    await connector.webhook(delivered(removed, { secret: next }));
    expect(connector.host.changes).toHaveLength(1);
  });

  // Attack: anybody can send requests here, to throw people out.
  test.each([
    ['of another secret', { secret: 'a-guess' }],
    ['of no secret', { secret: '' }],
    ['that is missing', { headers: { 'x-hub-signature-256': '' } }],
    ['of SHA-1 alone', { headers: { 'x-hub-signature-256': '', 'x-hub-signature': 'sha1=00' } }],
    ['that is cut short', { headers: { 'x-hub-signature-256': 'sha256=00' } }],
    ['that is too long', { headers: { 'x-hub-signature-256': `sha256=${'0'.repeat(66)}` } }],
  ])('with a signature %s is refused', async (_, delivery) => {
    const connector = await open();
    expect((await connector.webhook(delivered(removed, delivery))).status).toBe(401);
    expect(connector.host.changes).toEqual([]);
  });

  test('whose body was changed on the way is refused', async () => {
    const connector = await open();
    const body = Buffer.from(JSON.stringify({ ...removed, membership: { user: { id: 8 } } }));
    expect((await connector.webhook({ ...delivered(removed), body })).status).toBe(401);
  });

  // Attack: a delivery that was recorded is sent again, to throw out a person who has come back.
  test('that was here before throws nobody out, over all replicas; GitHub is asked', async () => {
    const host = testHost();
    const [one, two] = [await open(host), await open(host)];
    const revoked = { action: 'revoked', sender: { id: 9 } };
    await one.webhook(delivered(revoked, { event: 'github_app_authorization' }));
    await two.webhook(delivered(revoked, { event: 'github_app_authorization' }));
    expect(host.changes.map(({ how }) => how)).toEqual(['gone', 'recheck']);
  });

  // A database that is away for a moment: whoever presses "Redeliver" at GitHub sends the same id.
  test('that could not be taken in counts when it is sent again', async () => {
    const host = testHost();
    const { changed } = host;
    host.changed = () => Promise.reject(new Error('the database is away'));
    const connector = await open(host);
    const renamed = delivered({ action: 'renamed', organization: { id: 1 } });
    await expect(connector.webhook(renamed)).rejects.toThrow('away');
    host.changed = changed;
    expect((await connector.webhook(renamed)).body).toBe('Taken in.');
    expect(host.changes).toEqual([{ upstreamIds: 'everybody', how: 'recheck' }]);
  });

  // Attack: it is sent again under a made-up delivery id, which the signature does not cover, to throw them out anew.
  test('that was here before under another id throws nobody out; GitHub is asked', async () => {
    const connector = await open();
    const revoked = { action: 'revoked', sender: { id: 9 } };
    for (const id of ['d-1', 'd-2']) {
      await connector.webhook(delivered(revoked, { event: 'github_app_authorization', id }));
    }
    expect(connector.host.changes.map(({ how }) => how)).toEqual(['gone', 'recheck']);
  });

  test.each([
    ['not JSON', delivered('{"action"')],
    [
      'a form',
      delivered('payload=%7B%7D', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
    ],
  ])('that is %s is told what to choose', async (_, arrival) => {
    const connector = await open();
    const reply = await connector.webhook(arrival);
    expect([reply.status, reply.body]).toEqual([400, expect.stringContaining('application/json')]);
  });

  test('is not read by GET', async () => {
    const connector = await open();
    const { body: _, ...arrival } = delivered(removed);
    expect((await connector.webhook({ ...arrival, method: 'GET' })).status).toBe(405);
  });

  test('is not there without a secret', async () => {
    const connector = await openGithubConnector(fake);
    await expect(connector.webhook(delivered(removed))).rejects.toThrow('takes no webhooks');
  });
});
