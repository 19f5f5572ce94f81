import type { Grant, Session } from 'oidc-provider';
import { describe, expect, test } from 'vitest';
import { ttl } from './lifetimes.ts';
import type { UpstreamTies } from './session.ts';

const hour = 3600;
const signedInAt = 1_700_000_000;

function lifetimes(ageInSeconds: number) {
  return ttl({
    sessions: { idle: 8 * hour, max: 24 * hour, remember: 30 * 24 * hour },
    tokens: {
      ...{
        idToken: 600,
        accessToken: 600,
        code: 60,
        refreshIdle: 14 * 24 * hour,
        refreshMax: 90 * 24 * hour,
      },
      ...{ refreshGrace: 60, upstreamCheck: 300, upstreamGrace: hour, goneSuspension: 24 * hour },
    },
    now: () => new Date((signedInAt + ageInSeconds) * 1000),
  });
}

function session(ageInSeconds: number, fields: Partial<Session> & UpstreamTies): number {
  const signedIn = { accountId: 'jane', loginTs: signedInAt, ...fields } as Session & UpstreamTies;
  return lifetimes(ageInSeconds).Session(undefined, signedIn);
}

describe('a browser session', () => {
  test('lives while it is used, and no longer than its maximum', () => {
    expect(session(0, { transient: true })).toBe(8 * hour);
    expect(session(20 * hour, { transient: true })).toBe(4 * hour);
  });

  test('that is past its maximum ends now: the library takes no zero', () => {
    expect(session(30 * hour, { transient: true })).toBe(1);
  });

  test('that is remembered counts from the sign-in and does not slide', () => {
    expect(session(10 * 24 * hour, {})).toBe(20 * 24 * hour);
  });

  test('lives no longer than that of the upstream, remembered or not', () => {
    const upstreamSessionEnds = signedInAt + hour;
    expect(session(0, { transient: true, upstreamSessionEnds })).toBe(hour);
    expect(session(0, { upstreamSessionEnds })).toBe(hour);
    expect(session(hour, { upstreamSessionEnds })).toBe(1);
    expect(session(0, { transient: true, upstreamSessionEnds: signedInAt + 100 * hour })).toBe(8 * hour);
  });
});

describe('a grant', () => {
  function grant(scope: string): number {
    return lifetimes(0).Grant(undefined, { getOIDCScope: () => scope } as Grant);
  }

  test('outlives the refresh token that hangs on it', () => {
    expect(grant('openid offline_access')).toBeGreaterThan(90 * 24 * hour);
  });

  test('without one outlives the browser session that remembers it', () => {
    expect(grant('openid')).toBeGreaterThan(30 * 24 * hour);
    expect(grant('openid')).toBeLessThan(31 * 24 * hour);
  });
});
