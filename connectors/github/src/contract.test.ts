import type { Departure } from '@gatehouse/connector-kit';
import { contractCases, type UpstreamControls } from '@gatehouse/connector-kit/testing';
import { afterAll, describe, test } from 'vitest';
import { cutOff, refuse } from '../../../tests/support/hostile/github/api.ts';
import { startFakeGithub } from '../../../tests/support/hostile/github/fake-github.ts';
import github from './index.ts';

const webhookSecret = 'the-secret-of-the-webhook';
const epoch = new Date('2026-01-01T12:00:00Z');

describe.each(['oauth', 'github'] as const)(
  'the connector contract, with the app of kind %s',
  async (kind) => {
    const fake = await startFakeGithub({ app: { kind }, now: () => epoch.getTime() });
    afterAll(() => fake.stop());
    // Every refresh finds a token that is about to end.
    fake.oauth.lifetime = 60;
    const octocat = fake.world.account('octocat', { name: 'Mona Octocat' });
    const org = fake.world.org('acme', [octocat]);
    const others = fake.world.team(org, 'Writers');
    const teams = Array.from({ length: 130 }, (_, index) => fake.world.team(org, `Team ${index}`, [octocat]));

    const upstream: UpstreamControls = {
      async reset() {
        fake.comeBack();
        octocat.suspended = false;
        others.members.clear();
      },
      takeDown: async () => fake.goDown(),
      async hang() {
        fake.hanging = true;
      },
      async overload() {
        fake.tamper = () => refuse(503, 'Service Unavailable');
      },
      async loseSomeGroups() {
        // Something on the way has cut the answer off.
        fake.tamper = ({ path }, truth) => (path === '/user/teams' ? cutOff(truth) : undefined);
      },
      async failLaterPages() {
        fake.tamper = ({ path, query }) =>
          path === '/user/teams' && query.get('page') === '2' ? refuse(502, 'Server Error') : undefined;
      },
      rotatesState: kind === 'github',
      async removePerson() {
        octocat.suspended = true;
      },
      async changeGroups() {
        others.members.add(octocat.id);
        return ['acme:Writers', ...teams.map(({ name }) => `acme:${name}`)];
      },
    };
    const returned = (url: URL) => ({ method: 'GET' as const, params: url.searchParams, headers: {} });
    const asked = ({ url }: Departure) => url.searchParams;
    const cases = contractCases({
      definition: github,
      config: { ...fake.config, orgs: [{ name: 'acme' }], webhookSecrets: [webhookSecret] },
      groups: teams.map(({ name }) => `acme:${name}`),
      host: { now: epoch },
      upstream,
      secrets: () => [webhookSecret, fake.oauth.app.clientSecret, ...fake.oauth.secrets],
      login: {
        kind: 'redirect',
        answer: async (departure) => returned(fake.oauth.authorize(asked(departure), 'octocat')),
        decline: async (departure) => returned(fake.oauth.decline(asked(departure))),
        asksForFreshSignIn: (departure) => asked(departure).get('prompt') === 'select_account',
      },
    });
    for (const { name, run } of cases) test(name, run);
  },
);
