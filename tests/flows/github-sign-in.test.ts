/** GitHub from the browser's first step to the token of a cluster, and what removal there does here. */
import { createHmac, randomUUID } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FakeGithub, startFakeGithub } from '../support/hostile/github/fake-github.ts';
import type { Account, Org, Team } from '../support/hostile/github/world.ts';
import { client, type House, openHouse } from '../support/house.ts';
import { textOf } from '../support/http-browser.ts';
import { post } from '../support/oidc-flow.ts';

const webhookSecret = 'a-secret-of-the-webhook-0123456789';

describe('a sign-in with GitHub', () => {
  let github: FakeGithub;
  let house: House;
  let org: Org;
  let octocat: Account;
  let platform: Team;
  /** Milliseconds that GitHub's clock is before ours. */
  let ahead = 0;

  beforeAll(async () => {
    github = await startFakeGithub({
      app: { kind: 'github', callback: 'http://' },
      now: () => Date.now() + ahead,
    });
    octocat = github.world.account('octocat', { name: 'Mona Octocat' });
    org = github.world.org('acme', [octocat, github.world.account('hubot')]);
    platform = github.world.team(org, 'Platform', [octocat]);
    const { clientSecret: _, ...config } = github.config;
    house = await openHouse({
      env: { GITHUB_SECRET: github.oauth.app.clientSecret, WEBHOOK_SECRET: webhookSecret },
      config: {
        // Old answers count for a day: only a webhook makes Gatehouse ask before.
        tokens: { upstreamCheck: '1d', refreshGrace: '0s' },
        connectors: [
          {
            id: 'github',
            type: 'github',
            name: 'GitHub',
            config: {
              ...config,
              clientSecret: { fromEnv: 'GITHUB_SECRET' },
              webhookSecrets: [{ fromEnv: 'WEBHOOK_SECRET' }],
              orgs: [{ name: 'acme', id: org.id }],
            },
          },
        ],
        clients: [client('web', { public: true })],
      },
    });
  });
  afterAll(async () => {
    await house.close();
    await github.stop();
  });

  async function signInAs(login: string) {
    github.browserOf = login;
    const rp = await house.party('web');
    const authorization = await rp.authorization();
    const end = await rp.browser.go(authorization.url, rp.redirectUri);
    return { rp, end, exchange: () => rp.exchange(authorization, end) };
  }

  function refresh(refreshToken: string) {
    const form = { grant_type: 'refresh_token', client_id: 'web', refresh_token: refreshToken };
    return post(house, '/token', form);
  }

  function deliver(event: string, payload: object, secret = webhookSecret): Promise<Response> {
    const body = JSON.stringify(payload);
    return fetch(`${house.issuer}/connectors/github/webhook`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'x-github-event': event,
        'x-github-delivery': randomUUID(),
        'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
      },
    });
  }

  async function sealedState(): Promise<unknown> {
    const query = 'SELECT state_sealed FROM identities WHERE upstream_id = $1';
    return (await house.sql<{ state_sealed: unknown }>(query, [String(octocat.id)]))[0]?.state_sealed;
  }

  const removal = () => ({
    action: 'member_removed',
    membership: { user: { id: octocat.id } },
    organization: { id: org.id },
  });

  test('ends with an ID token that has the teams as groups', async () => {
    const { exchange } = await signInAs('octocat');
    expect(decodeJwt((await exchange()).id_token ?? '')).toMatchObject({
      name: 'Mona Octocat',
      preferred_username: 'octocat',
      email: 'octocat@example.com',
      email_verified: true,
      groups: ['acme:Platform'],
    });
  });

  test('is refused on a page that says why to somebody who is in no such organisation', async () => {
    github.world.account('mallory');
    const { end } = await signInAs('mallory');
    expect(textOf(end)).toContain('Your GitHub account mallory is in none of the organisations');
  });

  test('tells by name which organisation wants its own single sign-on first', async () => {
    org.sso = new Set();
    const { end } = await signInAs('octocat');
    expect(textOf(end)).toContain('organisation acme wants you to pass its own single sign-on first');
    expect(end.body).toContain(`${github.origin}/orgs/acme/sso`);
    org.sso = null;
  });

  // Attack: octocat renames the account, and somebody else registers the name.
  test('is of another person when somebody has taken over the name', async () => {
    const before = decodeJwt((await (await signInAs('octocat')).exchange()).id_token ?? '');
    octocat.login = 'mona';
    const squatter = github.world.account('octocat');
    org.members.set(squatter.id, 'active');
    const after = decodeJwt((await (await signInAs('octocat')).exchange()).id_token ?? '');
    expect(after.sub).not.toBe(before.sub);
    expect(after.groups ?? []).toEqual([]);
    github.world.accounts.delete(squatter.id);
    octocat.login = 'octocat';
  });

  test('outlives the eight hours of its token, and the renewed one is kept', async () => {
    const tokens = await (await signInAs('octocat')).exchange();
    const before = await sealedState();
    ahead += 9 * 3600 * 1000;
    expect((await deliver('organization', removal())).status).toBe(202);
    const answer = await refresh(tokens.refresh_token ?? '');
    expect(decodeJwt(String(answer.json.id_token)).groups).toEqual(['acme:Platform']);
    expect(github.asked.slice(-9)).toContain('GET /user 401');
    expect(await sealedState()).not.toEqual(before);
  });

  test('a webhook about a removal shows at the next refresh, long before it would be asked about', async () => {
    const tokens = await (await signInAs('octocat')).exchange();
    const before = await refresh(tokens.refresh_token ?? '');
    expect(before.status).toBe(200);
    org.members.delete(octocat.id);
    const forged = await deliver('organization', removal(), 'another-secret-0123456789');
    expect(forged.status).toBe(401);
    const unchanged = await refresh(String(before.json.refresh_token));
    expect(unchanged.status).toBe(200);
    const taken = await deliver('organization', removal());
    expect(taken.status).toBe(202);
    const after = await refresh(String(unchanged.json.refresh_token));
    expect(after.json).not.toHaveProperty('id_token');
    org.members.set(octocat.id, 'active');
  });

  test('a webhook about a renamed team shows at the next refresh of everybody', async () => {
    const tokens = await (await signInAs('octocat')).exchange();
    platform.name = 'Infrastructure';
    const renamed = { action: 'edited', changes: { name: { from: 'Platform' } }, team: { id: platform.id } };
    expect((await deliver('team', renamed)).status).toBe(202);
    const answer = await refresh(tokens.refresh_token ?? '');
    expect(decodeJwt(String(answer.json.id_token)).groups).toEqual(['acme:Infrastructure']);
    platform.name = 'Platform';
    expect((await deliver('team', renamed)).status).toBe(202);
  });

  async function silentAnswer({ rp }: Awaited<ReturnType<typeof signInAs>>): Promise<string | null> {
    const authorization = await rp.authorization({ prompt: 'none' });
    const { location } = await rp.browser.go(authorization.url, rp.redirectUri);
    return location?.searchParams.get('error') ?? null;
  }

  test('a webhook about a removal shows in the browser that is signed in, at its next step', async () => {
    const signedIn = await signInAs('octocat');
    expect(await silentAnswer(signedIn)).toBeNull();
    org.members.delete(octocat.id);
    expect(await silentAnswer(signedIn)).toBeNull();
    expect((await deliver('organization', removal())).status).toBe(202);
    expect(await silentAnswer(signedIn)).toBe('login_required');
    org.members.set(octocat.id, 'active');
  });

  test('a webhook about an app that was taken back ends browser and tokens, without a question to GitHub', async () => {
    const signedIn = await signInAs('octocat');
    const tokens = await signedIn.exchange();
    github.asked.length = 0;
    const taken = { action: 'revoked', sender: { id: octocat.id, login: 'octocat' } };
    expect((await deliver('github_app_authorization', taken)).status).toBe(202);
    expect(await silentAnswer(signedIn)).toBe('login_required');
    expect((await refresh(tokens.refresh_token ?? '')).json).not.toHaveProperty('id_token');
    expect(github.asked).toEqual([]);
  });
});
