import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureSigningKeys } from '@gatehouse/core';
import { expect, test } from 'vitest';
import { freshStore, sampleOfflineSession, type TestStore } from '../../../tests/support/store.ts';

const run = promisify(execFile);
const secret = () => randomBytes(32).toString('base64url');

async function dump(place: TestStore): Promise<string> {
  const args = ['--dbname', place.db.adminUrl, '--inserts'];
  const { stdout } = await run(join(place.db.server.programs, 'pg_dump'), args, { maxBuffer: 2 ** 26 });
  return stdout;
}

/** The ways in which bytes may stand in a dump. */
function forms(value: string | Uint8Array): readonly string[] {
  const bytes = Buffer.from(value);
  const encoded = (['hex', 'base64', 'base64url'] as const).map((encoding) => bytes.toString(encoding));
  return typeof value === 'string' ? [value, ...encoded] : encoded;
}

// Attack: a backup of the database gets into wrong hands, without the sealing key.
test('a dump of the database holds no usable cookie, code, token, handle, memo, key or upstream token', async () => {
  // Debian's PostgreSQL 15 is the one that comes with pg_dump.
  const place = await freshStore({ version: 15 });
  const expiresAt = place.clock.in(600);
  const opening = {
    session: secret(),
    interaction: secret(),
    code: secret(),
    accessToken: secret(),
    login: secret(),
    loginInteraction: secret(),
    memo: secret(),
    handle: secret(),
    upstreamCode: secret(),
    assertion: secret(),
    upstreamToken: secret(),
    offlineSession: randomBytes(32),
  };
  const personal = { rateLimited: `somebody-${secret()}`, replayed: secret() };
  const unit = place.store.unit();
  unit.records.save('session', opening.session, { payload: {}, expiresAt, sessionUid: 'public' });
  unit.records.save('interaction', opening.interaction, { payload: {}, expiresAt });
  unit.records.save('authorizationCode', opening.code, { payload: {}, expiresAt, grantId: 'grant' });
  unit.records.save('accessToken', opening.accessToken, { payload: {}, expiresAt, grantId: 'grant' });
  unit.records.save('grant', 'grant', { payload: {}, expiresAt });
  unit.logins.open({
    token: opening.login,
    interaction: opening.loginInteraction,
    connectorId: 'corp',
    memo: { nonce: opening.memo },
    expiresAt,
  });
  const params = new URLSearchParams({ code: opening.upstreamCode });
  const body = Buffer.from(opening.assertion);
  const arrival = { method: 'POST' as const, params, headers: {}, body };
  unit.logins.saveArrival({ handle: opening.handle, loginToken: opening.login, arrival }, 3);
  unit.offlineSessions.open(
    sampleOfflineSession(place.clock, { id: opening.offlineSession, grantId: 'grant', expiresAt }),
  );
  unit.identities.save({
    subject: 'ann',
    connectorId: 'corp',
    identity: { upstreamId: '1', username: 'ann', groups: [], state: { token: opening.upstreamToken } },
    checkedAt: place.clock.now(),
    lastLoginAt: place.clock.now(),
  });
  await unit.commit('success');
  await place.store.rateLimits.take(personal.rateLimited, { tries: 1, window: 60 });
  await place.store.replayGuards.once(personal.replayed, expiresAt);
  const { cookieKeys, refreshKeys } = await place.store.secrets.ensure();
  const signingKeys = await ensureSigningKeys(place.store.signingKeys, { now: place.clock.now() });
  const privateParts = signingKeys.map((key) => key.privateJwk.d ?? '');

  const text = await dump(place);
  // It is the whole database: what opens nothing is there to be seen.
  expect(text).toContain("'public'");
  expect(text.match(/INSERT INTO/g)?.length).toBeGreaterThan(14);
  expect(privateParts.every((part) => part.length > 20)).toBe(true);
  const found = Object.entries({ ...opening, ...personal, ...{ cookieKeys, refreshKeys, privateParts } })
    .flatMap(([name, value]) => [value].flat().map((each) => [name, each] as const))
    .filter(([, value]) => forms(value).some((form) => text.includes(form)));
  expect(found).toEqual([]);
  await place.close();
});
