import { expect, test } from 'vitest';
import { sampleClient, sampleIdentity, sampleStored } from '../testing/samples.ts';
import { type ClaimsRequest, claimsFor } from './claims.ts';

const stored = sampleStored();
const { subject: sub } = stored;

test('without further scopes a client learns the subject alone', () => {
  expect(claims({ scopes: ['openid'] })).toEqual({ sub });
});

test('every scope adds its claims', () => {
  expect(
    claims({ scopes: ['openid', 'email', 'profile', 'groups', 'federated:id', 'offline_access'] }),
  ).toEqual({
    sub,
    email: 'jane@example.com',
    email_verified: true,
    name: 'Jane Doe',
    preferred_username: 'jane',
    groups: ['staff', 'cn-k8s-admins'],
    federated_claims: { connector_id: 'corp', user_id: '2342749' },
  });
});

test('whether an e-mail is verified is said even where there is none', () => {
  const { upstreamId, username, groups, state } = sampleIdentity();
  const without = sampleStored({ identity: { upstreamId, username, groups, state } });
  expect(claims({ stored: without, scopes: ['email'] })).toEqual({ sub, email_verified: false });
  const unverified = withIdentity({ email: { address: 'jane@example.com', verified: false } });
  expect(claims({ stored: unverified, scopes: ['email'] })).toMatchObject({ email_verified: false });
  // The attack: an upstream that vouches for no address at all.
  const empty = withIdentity({ email: { address: '', verified: true } });
  expect(claims({ stored: empty, scopes: ['email'] })).toEqual({ sub, email_verified: false });
});

test('the name is the user name where there is no other', () => {
  const { upstreamId, username, groups, state } = sampleIdentity();
  const nameless = sampleStored({ identity: { upstreamId, username, groups, state } });
  const expected = { sub, name: 'jane', preferred_username: 'jane' };
  expect(claims({ stored: nameless, scopes: ['profile'] })).toEqual(expected);
  expect(claims({ stored: withIdentity({ displayName: '' }), scopes: ['profile'] })).toEqual(expected);
});

// The attack: a name that ends a line in the terminal of whoever reads the token, or comes out as somebody else's.
test.each(['Jane\nDoe', 'Jane\u001b[2J', 'Jane\0', '\ud800Jane', 'Jan\uFFFD'])(
  'the name is the user name where the other is %j',
  (displayName) => {
    expect(claims({ stored: withIdentity({ displayName }), scopes: ['profile'] }).name).toBe('jane');
  },
);

test('no groups, no claim', () => {
  expect(claims({ stored: withIdentity({ groups: [] }), scopes: ['groups'] })).toEqual({ sub });
});

test('groups are those that the rules of the connector entry and the client leave', () => {
  const entry = { id: 'corp', rules: { groups: { rename: { 'cn-k8s-admins': 'admins' }, prefix: 'corp:' } } };
  const client = sampleClient({ groups: { include: ['corp:admins'] } });
  expect(claims({ entry, clients: [client], scopes: ['groups'] })).toEqual({ sub, groups: ['corp:admins'] });
});

test('a thousand groups are a thousand groups', () => {
  const groups = Array.from({ length: 1000 }, (_, i) => `group-${i}`);
  expect(claims({ stored: withIdentity({ groups }), scopes: ['groups'] }).groups).toEqual(groups);
});

test('an identity that could not be confirmed says since when, in whole seconds', () => {
  const stale = sampleStored({ staleSince: new Date('2026-11-20T09:00:00.999Z') });
  expect(claims({ stored: stale, scopes: ['openid'] })).toEqual({ sub, stale_since: 1795165200 });
});

// The attack: somebody keeps a refresh token from before a rule was made.
test('a rule that was made after the sign-in acts on the next token', () => {
  const denies = { id: 'corp', rules: { deny: { groups: ['staff'] } } };
  expect(() => claims({ entry: denies })).toThrow(expect.objectContaining({ code: 'not_allowed' }));
  const elsewhere = sampleClient({ connectors: ['other'] });
  expect(() => claims({ clients: [elsewhere] })).toThrow(expect.objectContaining({ code: 'not_allowed' }));
  const renamed = withIdentity({ username: 'system:admin' });
  expect(() => claims({ stored: renamed })).toThrow(expect.objectContaining({ code: 'reserved_name' }));
});

function claims(changes: Partial<ClaimsRequest>) {
  return claimsFor({
    stored,
    entry: { id: 'corp', rules: {} },
    clients: [sampleClient()],
    scopes: ['openid'],
    ...changes,
  });
}

function withIdentity(changes: Parameters<typeof sampleIdentity>[0]) {
  return sampleStored({ identity: sampleIdentity(changes) });
}
