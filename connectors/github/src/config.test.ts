import { describe, expect, test } from 'vitest';
import { configSchema } from './config.ts';
import github from './index.ts';
import { placesOf } from './places.ts';

const least = { clientId: 'Ov23li', clientSecret: 'secret' };

function problemsOf(config: object): readonly string[] {
  const { error } = configSchema.safeParse({ ...least, ...config });
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')} ${message}`);
}

describe('a configuration', () => {
  test('needs the app alone', () => {
    expect(configSchema.parse(least)).toMatchObject({
      app: 'oauth',
      loadAllGroups: false,
      teamNameField: 'name',
      parentTeams: false,
    });
  });

  test.each([
    [{ hostName: 'github.example.com' }, /Unrecognized key/],
    [{ useLoginAsID: true }, /Unrecognized key/],
    [{ host: 'https://github.example.com' }, /without https/],
    [{ host: 'github.example.com/api' }, /without a path/],
    [{ host: 'http://github.example.com' }, /without https/],
    [{ host: 'github.example.com@evil.example' }, /name of a server/],
    [{ host: 'http://127.0.0.1.evil.example' }, /name of a server/],
    // Attack: with `host: github.com` the option for servers that verify nothing would be taken.
    [{ host: 'github.com', insecureTrustUnverifiedEmails: true }, /^host .*leave it out/],
    [{ host: 'API.GitHub.com' }, /^host .*leave it out/],
    [{ ca: '-----BEGIN CERTIFICATE-----' }, /needs `host`/],
    [{ host: 'github.example.com', ca: '/etc/ca.pem' }, /is not PEM/],
    [{ insecureTrustUnverifiedEmails: true }, /needs `host`/],
    [{ orgs: [] }, /^orgs /],
    [{ orgs: [{ name: 'acme', teams: [] }] }, /^orgs.0.teams /],
    [{ orgs: [{ name: 'acme' }, { name: 'ACME' }] }, /orgs.1.name is listed twice/],
    [{ orgs: [{ name: 'acme/../evil' }] }, /not the name of an organisation/],
    [{ orgs: [{ name: 'acme?x=1' }] }, /not the name of an organisation/],
    [{ orgs: [{ name: 'acme', id: 0 }] }, /orgs.0.id/],
    [{ orgs: [{ name: 'acme', teams: [7] }] }, /neither the name of a team/],
    [{ preferredEmailDomain: 'example.*' }, /is not a domain/],
    [{ preferredEmailDomain: '*' }, /is not a domain/],
    [{ webhookSecrets: ['a', 'b', 'c'] }, /^webhookSecrets /],
  ])('is refused: %j', (config, problem) => {
    expect(problemsOf(config)).toEqual([expect.stringMatching(problem)]);
  });
});

describe('the addresses', () => {
  test.each([
    [undefined, 'https://github.com/', 'https://api.github.com/'],
    ['github.example.com', 'https://github.example.com/', 'https://github.example.com/api/v3'],
    ['github.example.com:8443', 'https://github.example.com:8443/', 'https://github.example.com:8443/api/v3'],
    ['octo.ghe.com', 'https://octo.ghe.com/', 'https://api.octo.ghe.com/'],
    ['notgithub.com', 'https://notgithub.com/', 'https://notgithub.com/api/v3'],
    ['notghe.com', 'https://notghe.com/', 'https://notghe.com/api/v3'],
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000/', 'http://127.0.0.1:3000/api/v3'],
  ])('of %s', (host, web, api) => {
    const places = placesOf(host);
    expect([places.web.href, places.api.href]).toEqual([web, api]);
  });

  test('of a private GitHub may be private, with its own authorities; those of github.com may not', () => {
    expect(github.http?.(configSchema.parse(least))).toEqual({});
    const ca = '-----BEGIN CERTIFICATE-----\n';
    expect(github.http?.(configSchema.parse({ ...least, host: 'github.corp.example', ca }))).toEqual({
      urls: ['https://github.corp.example/', 'https://github.corp.example/api/v3'],
      ca,
    });
  });
});
