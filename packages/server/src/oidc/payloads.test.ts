import { SignJWT } from 'jose';
import type { AdapterPayload } from 'oidc-provider';
import { describe, expect, test } from 'vitest';
import { hintedSubject, toPayload, toRecord } from './payloads.ts';

const now = new Date('2026-11-21T12:00:00Z');
const exp = now.getTime() / 1000 + 600;
const resumeUrl = (uid: string) => `https://login.example.com/auth/${uid}`;

async function hint(): Promise<string> {
  return await new SignJWT({})
    .setSubject('jane')
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new Uint8Array(32));
}

describe('an interaction', () => {
  test('is stored without its id, the cookie of the session and tokens, and comes back whole', async () => {
    // Attack: a copy of the database is searched for what opens a door.
    const payload = {
      ...{ jti: 'the-uid', kind: 'Interaction', exp, iat: exp - 600, returnTo: resumeUrl('the-uid') },
      ...{ deviceCode: 'the-device-code', parJti: 'the-par' },
      session: { uid: 'public', accountId: 'jane', cookie: 'the-cookie' },
      params: { client_id: 'web', state: 's', id_token_hint: await hint() },
    } as unknown as AdapterPayload;
    const record = toRecord('interaction', payload, 600, now);
    const stored = JSON.stringify(record);
    for (const secret of ['the-uid', 'the-cookie', 'the-device-code', 'the-par', await hint()]) {
      expect(stored).not.toContain(secret);
    }
    expect(toPayload(record, 'the-uid', resumeUrl)).toMatchObject({
      ...{ jti: 'the-uid', returnTo: resumeUrl('the-uid'), exp },
      session: { uid: 'public', accountId: 'jane' },
      params: { client_id: 'web', state: 's', id_token_hint: 'jane' },
    });
  });
});

describe('a session', () => {
  test('is stored without its cookie, and is found by its public id without it', () => {
    const payload = { jti: 'the-cookie', kind: 'Session', uid: 'public', accountId: 'jane', exp };
    const record = toRecord('session', payload as AdapterPayload, 600, now);
    expect(JSON.stringify(record)).not.toContain('the-cookie');
    expect(record).toMatchObject({ subject: 'jane', sessionUid: 'public' });
    expect(toPayload(record, undefined, resumeUrl)).not.toHaveProperty('jti');
    expect(toPayload(record, 'the-cookie', resumeUrl)).toMatchObject(payload);
  });
});

describe('a code', () => {
  test('that was used says so', () => {
    const payload = { jti: 'the-code', kind: 'AuthorizationCode', grantId: 'g', clientId: 'web', exp };
    const record = toRecord('authorizationCode', payload as AdapterPayload, 60, now);
    expect(record).toMatchObject({ grantId: 'g', clientId: 'web', expiresAt: new Date(exp * 1000) });
    expect(toPayload(record, 'the-code', resumeUrl)).not.toHaveProperty('consumed');
    expect(toPayload({ ...record, consumedAt: now }, 'the-code', resumeUrl).consumed).toBe(
      now.getTime() / 1000,
    );
  });
});

describe('hintedSubject', () => {
  test('reads a token, and leaves a subject as it is', async () => {
    expect(hintedSubject(await hint())).toBe('jane');
    expect(hintedSubject('CgcyMzQyNzQ5EgZnaXRodWI')).toBe('CgcyMzQyNzQ5EgZnaXRodWI');
  });
});
