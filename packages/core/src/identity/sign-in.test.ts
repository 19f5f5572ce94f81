import { recordingLog } from '@gatehouse/connector-kit/testing';
import { expect, test } from 'vitest';
import type { StoredIdentity } from '../ports/identities.ts';
import { sampleClient, sampleIdentity } from '../testing/samples.ts';
import { recordSignIn, type SignIn } from './sign-in.ts';

const now = new Date('2026-11-21T08:00:00Z');

test('a sign-in stores what the upstream said, before the rules', () => {
  const entry = { id: 'corp', rules: { groups: { prefix: 'corp:', exclude: ['staff'] } } };
  const { result, saved } = signIn({ entry });
  expect(result.subject).toBe('CgcyMzQyNzQ5EgRjb3Jw');
  expect(saved).toEqual([
    {
      subject: result.subject,
      connectorId: 'corp',
      identity: sampleIdentity(),
      checkedAt: now,
      lastLoginAt: now,
    },
  ]);
  expect(result.stored).toEqual(saved[0]);
});

test('dropped groups are logged in one line of bounded length', () => {
  const groups = ['staff', ...Array.from({ length: 1000 }, (_, i) => `system:${i}`)];
  const { log } = signIn({ identity: sampleIdentity({ groups }) });
  expect(log.lines).toEqual([
    {
      level: 'warn',
      message: 'groups dropped',
      fields: expect.objectContaining({ connector: 'corp', count: 1000, dropped: expect.any(Array) }),
    },
  ]);
  expect(log.lines[0]?.fields.dropped).toHaveLength(20);
});

// The attack: a name that writes a line of its own into the log.
test('somebody with an unreadable display name comes in, and the log says so without repeating it', () => {
  const { saved, log } = signIn({ identity: sampleIdentity({ displayName: 'Jane\n{"level":"info"}' }) });
  expect(saved).toHaveLength(1);
  expect(log.lines).toEqual([
    {
      level: 'warn',
      message: 'display name unreadable, the user name is used instead',
      fields: { connector: 'corp', subject: saved[0]?.subject },
    },
  ]);
});

test('nothing is logged where nothing was dropped', () => {
  expect(signIn({}).log.lines).toEqual([]);
});

test.each([
  [
    'denied by the connector entry',
    { entry: { id: 'corp', rules: { deny: { groups: ['staff'] } } } },
    'not_allowed',
  ],
  ['kept out by the client', { client: sampleClient({ requireGroups: ['x'] }) }, 'not_allowed'],
  ['called system:', { identity: sampleIdentity({ username: 'system:admin' }) }, 'reserved_name'],
  ['without a usable id', { identity: sampleIdentity({ upstreamId: '\uFFFD' }) }, 'bad_upstream_response'],
])('somebody who is %s is refused and not stored', (_, changes, code) => {
  const saved: StoredIdentity[] = [];
  expect(() => signIn(changes, saved)).toThrow(expect.objectContaining({ code }));
  expect(saved).toEqual([]);
});

function signIn(changes: Partial<SignIn>, saved: StoredIdentity[] = []) {
  const log = recordingLog();
  const identities = { save: (stored: StoredIdentity) => void saved.push(stored), find: async () => null };
  const result = recordSignIn({
    unit: { identities },
    entry: { id: 'corp', rules: {} },
    client: sampleClient(),
    identity: sampleIdentity(),
    now,
    log,
    ...changes,
  });
  return { result, saved, log };
}
