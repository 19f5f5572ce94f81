import { testCall } from '@gatehouse/connector-kit/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openGithubConnector } from '../../../tests/support/github-connector.ts';
import { type FakeGithub, startFakeGithub } from '../../../tests/support/hostile/github/fake-github.ts';

let fake: FakeGithub;
beforeAll(async () => {
  fake = await startFakeGithub();
  const octocat = fake.world.account('octocat', { name: ' ' });
  fake.world.team(fake.world.org('acme', [octocat]), 'Writers', [octocat]);
});
afterAll(() => fake.stop());

describe('the departure', () => {
  test('asks with our token, a challenge, and for no more than is needed', async () => {
    const connector = await openGithubConnector(fake, { orgs: [{ name: 'acme' }] });
    const url = await connector.leave();
    expect(url.origin + url.pathname).toBe(`${fake.origin}/login/oauth/authorize`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: fake.oauth.app.clientId,
      redirect_uri: 'http://127.0.0.1:5556/callback/github',
      state: 'a-token',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
      allow_signup: 'false',
      scope: 'read:org user:email',
    });
  });

  test('hands on whom the client expects', async () => {
    const connector = await openGithubConnector(fake);
    const url = await connector.leave({ fresh: true, loginHint: 'octocat' });
    expect(url.searchParams.get('login')).toBe('octocat');
    expect(url.searchParams.get('prompt')).toBe('select_account');
    expect(url.searchParams.get('scope')).toBe('user:email');
  });

  // Attack: somebody at an unlocked screen, and a client that wants a sign-in of the last five minutes. GitHub would
  // answer from its own session, without a word about when that began.
  test.each([
    [{ fresh: true }, 'select_account'],
    [{ fresh: false, maxAge: 300 }, 'select_account'],
    [{ fresh: false }, null],
  ])('has somebody choose the account for %j: %s', async (wish, prompt) => {
    const connector = await openGithubConnector(fake);
    expect((await connector.leave(wish)).searchParams.get('prompt')).toBe(prompt);
  });

  test('asks for no scopes for a GitHub App, which has permissions', async () => {
    const connector = await openGithubConnector(fake, { app: 'github', orgs: [{ name: 'acme' }] });
    expect((await connector.leave()).searchParams.has('scope')).toBe(false);
  });
});

// Attack: what the browser brings is whatever somebody put into an address.
describe('an answer with', () => {
  test.each([
    ['two states', (params: URLSearchParams) => params.append('state', 'another'), /state/],
    ['two codes', (params: URLSearchParams) => params.append('code', 'another'), /more than one/],
    ['an empty code', (params: URLSearchParams) => params.set('code', ''), /no code/],
    ['a code without an end', (params: URLSearchParams) => params.set('code', 'x'.repeat(1001)), /no code/],
  ])('%s is refused, and GitHub is not asked', async (_, change, reason) => {
    const connector = await openGithubConnector(fake);
    fake.asked.length = 0;
    await expect(connector.signIn('octocat', testCall(), change)).rejects.toMatchObject({
      code: 'bad_response',
      message: expect.stringMatching(reason),
    });
    expect(fake.asked).toEqual([]);
  });
});

describe('the person', () => {
  test('has no display name where the profile has none', async () => {
    const connector = await openGithubConnector(fake);
    const identity = await connector.signIn('octocat');
    expect(identity).not.toHaveProperty('displayName');
    expect(identity).toMatchObject({ username: 'octocat', email: { address: 'octocat@example.com' } });
  });

  test('is traced with what GitHub said of the organisations and teams', async () => {
    const call = testCall<never>();
    const connector = await openGithubConnector(fake, { orgs: [{ name: 'acme' }] });
    await connector.signIn('octocat', call as never);
    expect(call.steps.map(({ name }) => name)).toEqual([
      'github account',
      'github organisations',
      'github teams',
    ]);
    expect(JSON.stringify(call.steps)).toContain('"slug":"writers"');
  });

  test('who was invited is told where the invitation is', async () => {
    const invited = fake.world.account('invited');
    fake.world.orgNamed('acme')?.members.set(invited.id, 'pending');
    const connector = await openGithubConnector(fake, { orgs: [{ name: 'acme' }] });
    await expect(connector.signIn('invited')).rejects.toMatchObject({
      code: 'not_allowed',
      personMessage: expect.stringContaining('not accepted the invitation'),
      personLink: `${fake.origin}/orgs/acme/invitation`,
    });
  });

  // Attack: something that plays GitHub sends the person to a page of its own.
  test('is sent to single sign-on at GitHub alone', async () => {
    const org = fake.world.org('strict', [fake.world.account('sam')]);
    org.sso = new Set();
    const connector = await openGithubConnector(fake, { orgs: [{ name: 'strict' }] });
    const link = async () => connector.signIn('sam').catch(({ personLink }) => personLink);
    expect(await link()).toBe(`${fake.origin}/orgs/strict/sso?authorization_request=ABCDEF`);
    fake.tamper = (_, truth) =>
      truth.headers['x-github-sso'] === undefined
        ? undefined
        : { ...truth, headers: { ...truth.headers, 'x-github-sso': 'required; url=https://evil.example/' } };
    expect(await link()).toBe(`${fake.origin}/orgs/strict/sso`);
    fake.comeBack();
  });
});
