import { testCall, testHost } from '@gatehouse/connector-kit/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openGithubConnector } from '../../../tests/support/github-connector.ts';
import { type FakeGithub, startFakeGithub } from '../../../tests/support/hostile/github/fake-github.ts';

const hour = 3_600_000;

describe('a refresh with an OAuth app', () => {
  let fake: FakeGithub;
  beforeAll(async () => {
    fake = await startFakeGithub();
    const octocat = fake.world.account('octocat');
    const acme = fake.world.org('acme', [octocat]);
    for (let n = 0; n < 30; n += 1) fake.world.team(acme, `Team ${n}`, [octocat]);
  });
  afterAll(() => fake.stop());

  test('asks whether anything has changed, which costs nothing of the rate limit', async () => {
    const connector = await openGithubConnector(fake, { orgs: [{ name: 'acme' }] });
    const identity = await connector.signIn('octocat');
    fake.asked.length = 0;
    const refreshed = await connector.refresh(identity);
    expect(refreshed).toMatchObject({ status: 'current', identity: { groups: identity.groups } });
    expect(fake.asked).toEqual(
      expect.arrayContaining(['GET /user 304', 'GET /user/emails 304', 'GET /user/teams 304']),
    );
  });

  test('sees what has changed, and asks about that the next time', async () => {
    const connector = await openGithubConnector(fake, { orgs: [{ name: 'acme' }] });
    const identity = await connector.signIn('octocat');
    const octocat = fake.world.accountNamed('octocat');
    if (octocat) octocat.name = 'Mona';
    const refreshed = await connector.refresh(identity);
    expect(refreshed).toMatchObject({ status: 'current', identity: { displayName: 'Mona' } });
    if (refreshed.status !== 'current') return;
    fake.asked.length = 0;
    await connector.refresh(refreshed.identity);
    expect(fake.asked).toContain('GET /user 304');
  });

  test('keeps no more of old answers than fits, and asks for the rest in full', async () => {
    const many = fake.world.account('many');
    const acme = fake.world.orgNamed('acme');
    acme?.members.set(many.id, 'active');
    for (let n = 0; n < 1000; n += 1) if (acme) fake.world.team(acme, `Many ${n}`, [many]);
    const connector = await openGithubConnector(fake, { orgs: [{ name: 'acme' }] });
    const identity = await connector.signIn('many');
    expect(JSON.stringify(identity.state).length).toBeLessThan(25_000);
    expect(await connector.refresh(identity)).toMatchObject({ identity: { groups: identity.groups } });
    expect(identity.groups).toHaveLength(1000);
  });

  // Attack: what was left out for want of single sign-on is left out of the old answer for ever.
  test('asks in full for a list of which something was left out', async () => {
    const elsewhere = 'partial-results; organizations=4711';
    fake.tamper = ({ path }, truth) =>
      path === '/user/teams'
        ? { ...truth, headers: { ...truth.headers, 'x-github-sso': elsewhere } }
        : undefined;
    const connector = await openGithubConnector(fake, { orgs: [{ name: 'acme' }] });
    const identity = await connector.signIn('octocat');
    fake.tamper = () => undefined;
    fake.asked.length = 0;
    expect(await connector.refresh(identity)).toMatchObject({ status: 'current' });
    expect(fake.asked).toEqual(expect.arrayContaining(['GET /user 304', 'GET /user/teams 200']));
  });

  test('makes nothing of old answers in a form that it does not know', async () => {
    const connector = await openGithubConnector(fake, { orgs: [{ name: 'acme' }] });
    const { state, ...identity } = await connector.signIn('octocat');
    const seen = { '/user': { etag: 'W/"x"', next: false, body: { login: 'octocat' } } };
    expect(await connector.refresh({ ...identity, state: { ...state, seen } })).toMatchObject({
      status: 'current',
    });
  });
});

describe('a refresh with a GitHub App', () => {
  let fake: FakeGithub;
  let now = Date.parse('2026-01-01T12:00:00Z');
  beforeAll(async () => {
    fake = await startFakeGithub({ app: { kind: 'github' }, now: () => now });
    fake.world.account('octocat');
  });
  beforeEach(() => fake.comeBack());
  afterAll(() => fake.stop());

  async function signedIn() {
    const host = testHost({ now: new Date(now) });
    const connector = await openGithubConnector(fake, {}, host);
    const pass = (milliseconds: number) => {
      now += milliseconds;
      host.advance(milliseconds);
    };
    return { connector, pass, identity: await connector.signIn('octocat') };
  }

  test('leaves a token as it is while it is good', async () => {
    const { connector, pass, identity } = await signedIn();
    pass(7 * hour);
    const call = testCall<typeof identity.state>();
    expect(await connector.refresh(identity, call)).toMatchObject({
      identity: { state: { token: identity.state.token } },
    });
    expect(call.saved).toEqual([]);
  });

  test('renews it shortly before its end, and saves the new one before it asks anything', async () => {
    const { connector, pass, identity } = await signedIn();
    pass(8 * hour - 60_000);
    const call = testCall<typeof identity.state>();
    fake.tamper = ({ path }) => (path === '/user' ? { status: 503, headers: {} } : undefined);
    await expect(connector.refresh(identity, call)).rejects.toMatchObject({ code: 'unavailable' });
    const [saved] = call.saved;
    expect(saved?.refreshToken).not.toBe(identity.state.refreshToken);
    fake.comeBack();
    if (saved)
      expect(await connector.refresh({ ...identity, state: saved })).toMatchObject({ status: 'current' });
  });

  test('renews it where our clock is slow', async () => {
    const { connector, identity } = await signedIn();
    now += 9 * hour;
    expect(await connector.refresh(identity)).toMatchObject({ status: 'current' });
  });

  // The old pair has died with the first answer.
  test('whose new token was lost makes the person sign in again', async () => {
    const { connector, pass, identity } = await signedIn();
    pass(9 * hour);
    await connector.refresh(identity);
    expect(await connector.refresh(identity)).toMatchObject({ status: 'gone', proof: 'absent' });
  });

  test('calls an absence from the organisations an absence, and not a statement', async () => {
    const octocat = fake.world.accountNamed('octocat');
    const org = fake.world.org('acme', octocat ? [octocat] : []);
    const connector = await openGithubConnector(
      fake,
      { orgs: [{ name: 'acme' }] },
      testHost({ now: new Date(now) }),
    );
    const identity = await connector.signIn('octocat');
    org.members.clear();
    expect(await connector.refresh(identity)).toMatchObject({ status: 'gone', proof: 'absent' });
  });
});
