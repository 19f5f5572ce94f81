/** Somebody signs out at the upstream, which tells us: what began with that session ends here. */
import { subjectOf } from '@gatehouse/core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { authorize, party, post, signIn } from '../support/oidc-flow.ts';
import { client, jane, type OidcServer, startOidcServer } from '../support/oidc-server.ts';
import { freshDatabase, type TestDatabase } from '../support/postgres.ts';
import type { RelyingParty } from '../support/relying-party.ts';

let database: TestDatabase;
let server: OidcServer;
const subject = subjectOf('corp', jane.upstreamId);

beforeAll(async () => {
  database = await freshDatabase();
  server = await startOidcServer({
    databaseUrl: database.url,
    clients: [
      client('web'),
      client('bound', { refreshTokenLifetime: 'session' }),
      client('asks', { trusted: false, refreshTokenLifetime: 'session' }),
    ],
  });
});
afterAll(async () => {
  await server?.stop();
  await database?.drop();
});
beforeEach(() => {
  server.steps.length = 0;
  server.fault = undefined;
});

async function browserWith(upstreamSession: string | undefined, clientId = 'bound') {
  server.person = { ...jane, ...(upstreamSession !== undefined && { upstreamSession }) };
  const rp = await party(server, clientId);
  return { rp, tokens: await signIn(rp) };
}

/** Whether the browser gets on without signing in again. */
async function isSignedIn(rp: RelyingParty): Promise<boolean> {
  const { answer } = await authorize(rp, { prompt: 'none' });
  return answer.has('code');
}

function refresh(token: string | undefined, clientId = 'bound') {
  return post(
    server,
    '/token',
    { grant_type: 'refresh_token', refresh_token: token ?? '' },
    { client: clientId },
  );
}

const end = (upstreamSessions?: readonly string[], subjects: readonly string[] = [subject]) =>
  server.store.browserSessions.end({
    connectorId: 'corp',
    subjects,
    ...(upstreamSessions && { upstreamSessions }),
  });

test('of one session: the browser that began with it signs in again, and its tokens end; others go on', async () => {
  const [laptop, phone] = [await browserWith('s-laptop'), await browserWith('s-phone')];
  expect(await end(['s-laptop'])).toBe(1);
  expect([await isSignedIn(laptop.rp), await isSignedIn(phone.rp)]).toEqual([false, true]);
  expect((await refresh(laptop.tokens.refresh_token)).json.error).toBe('invalid_grant');
  expect((await refresh(phone.tokens.refresh_token)).status).toBe(200);
});

test('of a session that is named without the person does the same', async () => {
  const laptop = await browserWith('s-anonymous');
  expect(await end(['s-anonymous'], [])).toBe(1);
  expect(await isSignedIn(laptop.rp)).toBe(false);
});

test('of the person takes all browsers', async () => {
  const [laptop, phone] = [await browserWith('s-1'), await browserWith(undefined)];
  await end();
  expect([await isSignedIn(laptop.rp), await isSignedIn(phone.rp)]).toEqual([false, false]);
});

test('leaves a refresh token that was given to outlive the browser, as signing out here does', async () => {
  const { rp, tokens } = await browserWith('s-2', 'web');
  await end(['s-2']);
  expect(await isSignedIn(rp)).toBe(false);
  expect((await refresh(tokens.refresh_token, 'web')).status).toBe(200);
});

test('is about the last sign-in of a browser: who has signed in anew since then stays', async () => {
  const { rp } = await browserWith('s-old');
  server.person = { ...jane, upstreamSession: 's-new' };
  await signIn(rp, { prompt: 'login' });
  expect(await end(['s-old'])).toBe(0);
  expect(await isSignedIn(rp)).toBe(true);
  expect(await end(['s-new'])).toBe(1);
  expect(await isSignedIn(rp)).toBe(false);
});

test('that is known beforehand ends the session at that time, used or not', async () => {
  server.person = { ...jane, upstreamSession: 's-short', upstreamSessionEnds: new Date(Date.now() + 1_500) };
  const rp = await party(server, 'bound');
  const tokens = await signIn(rp);
  expect(await isSignedIn(rp)).toBe(true);
  await expect.poll(() => isSignedIn(rp), { timeout: 10_000 }).toBe(false);
  expect((await refresh(tokens.refresh_token)).json.error).toBe('invalid_grant');
});

test('is known of a session also after it was used again', async () => {
  const { rp } = await browserWith('s-used');
  for (let turn = 0; turn < 3; turn += 1) expect(await isSignedIn(rp)).toBe(true);
  expect(await end(['s-used'])).toBe(1);
});

// Attack: whoever is about to be signed out lets a page of consent wait, whose answer gives the session a new cookie.
test('is not undone by a request that was on its way, also where that changes the cookie', async () => {
  const { rp } = await browserWith('s-race', 'bound');
  const asking = await party(server, 'asks');
  Object.assign(asking, { browser: rp.browser });
  let ended = 0;
  server.fault = async ({ path }) => {
    if (path.startsWith('/auth/')) ended += await end(['s-race']);
  };
  await authorize(asking);
  server.fault = undefined;
  expect(ended).toBe(1);
  expect(await isSignedIn(rp)).toBe(false);
});

// Attack: the same in the other order: the sign-out has read the session, which gets a new cookie before it is done.
test('here ends the session whatever cookie another tab was given meanwhile', async () => {
  const { rp, tokens } = await browserWith('s-tabs', 'bound');
  const asking = await party(server, 'asks');
  Object.assign(asking, { browser: rp.browser });
  const question = await rp.browser.go(`${server.issuer}/logout`);
  server.fault = async ({ path }) => {
    server.fault = undefined;
    if (path === '/logout/confirm') await authorize(asking);
  };
  await rp.browser.submit(question, { logout: 'yes' });
  expect((await refresh(tokens.refresh_token)).json.error).toBe('invalid_grant');
});
