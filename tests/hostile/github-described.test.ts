import { ConnectorError } from '@gatehouse/connector-kit';
import { testCall } from '@gatehouse/connector-kit/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { openGithubConnector } from '../support/github-connector.ts';
import { type Edition, heldTo, webhookMember } from '../support/hostile/github/description.ts';
import { startFakeGithub } from '../support/hostile/github/fake-github.ts';

const editions: readonly Edition[] = ['api.github.com', 'ghes-3.19'];

describe.each(editions)('every question and answer fits the description of %s', async (edition) => {
  const fake = await startFakeGithub({ validator: heldTo(edition) });
  afterAll(() => fake.stop());
  const octocat = fake.world.account('octocat', { name: 'Mona Octocat' });
  const org = fake.world.org('acme', [octocat]);
  const root = fake.world.team(org, 'Company');
  const middle = fake.world.team(org, 'Engineering', [], root);
  const teams = Array.from({ length: 120 }, (_, n) => fake.world.team(org, `Team ${n}`, [octocat], middle));

  test('at a sign-in with pages of teams and their parents', async () => {
    const connector = await openGithubConnector(fake, { orgs: [{ name: 'acme' }], parentTeams: true });
    const { upstreamId, username, displayName, email, groups } = await connector.signIn('octocat');
    expect({ upstreamId, username, displayName, email }).toEqual({
      upstreamId: String(octocat.id),
      username: 'octocat',
      displayName: 'Mona Octocat',
      email: { address: 'octocat@example.com', verified: true },
    });
    expect(groups.toSorted()).toEqual([...teams, middle, root].map(({ name }) => `acme:${name}`).toSorted());
  });

  test('at a sign-in with all groups', async () => {
    const connector = await openGithubConnector(fake, { loadAllGroups: true });
    expect((await connector.signIn('octocat')).groups).toContain('acme');
  });

  test('at a refresh, where nothing has changed and where the person has left', async () => {
    const connector = await openGithubConnector(fake, { orgs: [{ name: 'acme' }] });
    const identity = await connector.signIn('octocat');
    fake.asked.length = 0;
    expect(await connector.refresh(identity)).toMatchObject({ status: 'current' });
    expect(fake.asked.filter((line) => line.endsWith('304')).length).toBeGreaterThan(1);
    org.members.delete(octocat.id);
    expect(await connector.refresh(identity)).toMatchObject({ status: 'gone', proof: 'stated' });
    org.members.set(octocat.id, 'active');
  });

  test('at a refresh with a revoked token', async () => {
    const connector = await openGithubConnector(fake);
    const identity = await connector.signIn('octocat');
    fake.oauth.revoke(octocat);
    expect(await connector.refresh(identity)).toMatchObject({ status: 'gone', proof: 'absent' });
    expect(fake.asked).toContain(`POST /applications/${fake.oauth.app.clientId}/token 404`);
  });

  test('where an organisation was renamed and somebody else has its name', async () => {
    const connector = await openGithubConnector(fake, { orgs: [{ name: 'acme', id: org.id }] });
    org.login = 'acme-labs';
    const squatter = fake.world.org('acme', [octocat]);
    expect((await connector.signIn('octocat')).groups).toContain('acme:Team 1');
    fake.world.orgs.delete(squatter.id);
    org.login = 'acme';
  });

  test('where an organisation lets nobody look', async () => {
    const connector = await openGithubConnector(fake, { orgs: [{ name: 'acme' }] });
    org.sso = new Set();
    const refused = connector.signIn('octocat', testCall());
    await expect(refused).rejects.toSatisfy(ConnectorError.is);
    await expect(refused).rejects.toMatchObject({
      code: 'denied',
      personMessage: expect.stringContaining('organisation acme'),
    });
    org.sso = null;
  });

  test('at a check', async () => {
    const connector = await openGithubConnector(fake, { orgs: [{ name: 'acme', id: org.id }] });
    expect((await connector.check()).filter(({ ok }) => !ok)).toEqual([]);
  });

  // So that a proxy that lets everything through would be seen.
  test('and an answer that does not is refused', async () => {
    const connector = await openGithubConnector(fake);
    fake.tamper = ({ path }, truth) =>
      path === '/user' && truth.status === 200 ? { ...truth, body: { id: 7, login: 'octocat' } } : undefined;
    await expect(connector.signIn('octocat')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('status 500'),
    });
    fake.comeBack();
  });
});

describe.each(editions)('the webhooks that %s describes', (edition) => {
  test.each([
    ['organization-member-removed', 'organization', ['membership', 'user', 'id']],
    ['organization-member-added', 'organization', ['membership', 'user', 'id']],
    ['membership-removed', 'membership', ['member', 'id']],
    ['membership-added', 'membership', ['member', 'id']],
    ['github-app-authorization-revoked', 'github_app_authorization', ['sender', 'id']],
  ])('%s names the person where we look', async (name, event, path) => {
    expect(await webhookMember(edition, name, path)).toEqual({ event, type: 'integer' });
  });

  test.each(['team-deleted', 'team-edited', 'organization-renamed'])('%s names no member', async (name) => {
    expect((await webhookMember(edition, name, ['member', 'id'])).type).toBeUndefined();
  });
});
