/** GitHub Enterprise Server inside the company: its own name, a private address, and a certificate of its own authority. */
import { request as ask } from 'node:http';
import { ConnectorError } from '@gatehouse/connector-kit';
import { testHost } from '@gatehouse/connector-kit/testing';
import { afterAll, describe, expect, test } from 'vitest';
import type { LookupAll } from '../../../packages/server/src/outgoing/guarded-lookup.ts';
import { serveUpstream } from '../../../packages/server/src/testing/upstream-server.ts';
import { type WayOut, wayOut } from '../../../packages/server/src/testing/way-out.ts';
import { makeCertificates } from '../../../tests/support/certificates.ts';
import { openGithubConnector } from '../../../tests/support/github-connector.ts';
import { startFakeGithub } from '../../../tests/support/hostile/github/fake-github.ts';
import { configSchema } from './config.ts';
import github from './index.ts';

const certificates = await makeCertificates(['github.corp.example']);
const fake = await startFakeGithub();
const octocat = fake.world.account('octocat');
fake.world.team(fake.world.org('acme', [octocat]), 'Writers', [octocat]);
/** TLS before the played GitHub. */
const server = await serveUpstream((incoming, outgoing) => {
  const { method, url, headers } = incoming;
  const onward = ask(`${fake.origin}${url}`, { method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  incoming.pipe(onward);
}, certificates);
const ways: WayOut[] = [];
afterAll(async () => {
  for (const way of ways) await way[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await fake.stop();
});

const inside: LookupAll = (_name, _options, callback) =>
  callback(null, [{ address: '127.0.0.1', family: 4 }]);

function open(options: { host: string; ca?: string }, lookup = inside) {
  const written = { ...options, orgs: [{ name: 'acme' }] };
  const needs = github.http?.(configSchema.parse({ ...fake.config, ...written }));
  const way = wayOut(needs ?? {}, { lookup });
  ways.push(way);
  return openGithubConnector(fake, written, testHost({ now: new Date(), fetch: way.fetch }));
}

describe('an Enterprise Server', () => {
  const host = `github.corp.example:${server.port}`;

  test('is asked at its own address, under the authority that is configured', async () => {
    const connector = await open({ host, ca: certificates.ca });
    expect(await connector.signIn('octocat')).toMatchObject({ groups: ['acme:Writers'] });
    expect((await connector.check()).filter(({ ok }) => !ok)).toEqual([]);
    expect(server.asked).toContain('GET /api/v3/user');
  });

  test('whose authority nobody knows gets neither code nor secret', async () => {
    const before = server.asked.length;
    const connector = await open({ host });
    const refused = await connector.signIn('octocat').catch((error: unknown) => error);
    expect(ConnectorError.is(refused) && [refused.code, refused.message]).toEqual([
      'misconfigured',
      expect.stringContaining('certificate'),
    ]);
    expect(server.asked).toHaveLength(before);
  });

  // Attack: whoever answers for its name sends us to the metadata service of the cloud.
  test('has no address that no upstream has', async () => {
    const metadata: LookupAll = (_name, _options, callback) =>
      callback(null, [{ address: '169.254.169.254', family: 4 }]);
    const connector = await open({ host, ca: certificates.ca }, metadata);
    await expect(connector.signIn('octocat')).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('has an address that no upstream has'),
    });
  });
});

// Attack: whoever answers for the name of github.com leads the client's secret into the operator's network.
test('github.com has no private address', async () => {
  const { host: _, ...app } = fake.config;
  const way = wayOut(github.http?.(configSchema.parse(app)) ?? {}, { lookup: inside });
  ways.push(way);
  const connector = await openGithubConnector(
    fake,
    { host: undefined },
    testHost({ now: new Date(), fetch: way.fetch }),
  );
  await expect(connector.signIn('octocat')).rejects.toMatchObject({
    code: 'misconfigured',
    message: expect.stringMatching(/github\.com has a private address/),
  });
});
