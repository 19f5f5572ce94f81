import type { Check } from '@gatehouse/connector-kit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openGithubConnector } from '../../../../tests/support/github-connector.ts';
import { refuse } from '../../../../tests/support/hostile/github/api.ts';
import { type FakeGithub, startFakeGithub } from '../../../../tests/support/hostile/github/fake-github.ts';
import type { Org } from '../../../../tests/support/hostile/github/world.ts';

let fake: FakeGithub;
let acme: Org;
beforeAll(async () => {
  fake = await startFakeGithub();
  acme = fake.world.org('acme');
});
afterEach(() => fake.comeBack());
afterAll(() => fake.stop());

async function check(config: object = {}): Promise<readonly Check[]> {
  return (await openGithubConnector(fake, { ...config })).check();
}

describe('connector check', () => {
  test('finds the app, the API and the organisations', async () => {
    const checks = await check({ orgs: [{ name: 'acme', id: acme.id }] });
    expect(checks.map(({ name, ok, detail }) => ({ name, ok, detail }))).toEqual([
      { name: 'kind of app', ok: true, detail: 'an OAuth app' },
      { name: `client ID and client secret at ${new URL(fake.origin).host}`, ok: true },
      { name: `API at ${new URL(fake.origin).host}/api/v3`, ok: true },
      {
        name: 'who may sign in',
        ok: true,
        detail: 'members of acme; the first sign-in shows whether each has let the app in',
      },
      { name: 'organisation acme', ok: true, detail: `number ${acme.id}` },
    ]);
  });

  test('says that everybody may sign in', async () => {
    const found = (await check()).find(({ name }) => name === 'who may sign in');
    expect(found?.detail).toMatch(/^everybody who has an account at/);
  });

  test('says which teams may sign in', async () => {
    const orgs = [{ name: 'acme', teams: ['Site Admins', { name: 'leads', id: 7 }] }];
    const found = (await check({ orgs })).find(({ name }) => name === 'who may sign in');
    expect(found?.detail).toMatch(/^members of acme in "Site Admins" or "leads";/);
  });

  test('tells the number of an organisation, to write it down', async () => {
    const found = (await check({ orgs: [{ name: 'acme' }] })).at(-1);
    expect(found).toMatchObject({ ok: true, advice: expect.stringContaining(`\`id: ${acme.id}\``) });
  });

  test.each([
    [{ clientSecret: 'another-secret' }, 'client ID and client secret', /Generate a new client secret/],
    [{ clientId: 'Ov23liAnother' }, 'client ID and client secret', /OAuth Apps/],
    [{ clientId: 'Iv23liAnother' }, 'kind of app', /write `app: github`/],
    [{ app: 'github' }, 'kind of app', /leave `app` out/],
    [{ orgs: [{ name: 'acmee' }] }, 'organisation acmee', /as in the address of its page/],
    [{ orgs: [{ name: 'acme', id: 1 }] }, 'organisation acme', /somebody else has its name/],
  ])('finds what is wrong with %j', async (config, name, advice) => {
    const wrong = (await check(config)).filter(({ ok }) => !ok);
    expect(wrong[0]).toMatchObject({
      name: expect.stringContaining(name),
      advice: expect.stringMatching(advice),
    });
  });

  test.each([
    [{ status: 301, headers: { location: '/organizations/1' } }, /new name/],
    [refuse(500, 'Oops'), /Try again/],
  ])('an organisation that is answered with %j', async (answer, advice) => {
    fake.tamper = ({ path }) => (path === '/orgs/acme' ? answer : undefined);
    expect((await check({ orgs: [{ name: 'acme' }] })).at(-1)).toMatchObject({
      ok: false,
      advice: expect.stringMatching(advice),
    });
  });

  test.each([
    [
      'takes a code that was made up',
      { status: 200, headers: {}, body: { access_token: 'x', token_type: 'bearer' } },
    ],
    ['has suspended the app', { status: 200, headers: {}, body: { error: 'application_suspended' } }],
  ])('says so where GitHub %s', async (_, answer) => {
    fake.tamper = ({ path }) => (path === '/login/oauth/access_token' ? answer : undefined);
    const wrong = (await check()).filter(({ ok }) => !ok);
    expect(wrong.map(({ name }) => name)).toEqual([expect.stringContaining('client ID')]);
  });
});
