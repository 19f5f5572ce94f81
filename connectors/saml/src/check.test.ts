import { createServer } from 'node:http';
import { testCall } from '@gatehouse/connector-kit/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { listen } from '../../../tests/support/hostile/listen.ts';
import { idpKeys, ourKeys, play } from './testing/played-provider.ts';

let answer: { status: number; headers: Record<string, string>; body: string };
const server = await listen(
  createServer((_, response) => response.writeHead(answer.status, answer.headers).end(answer.body)),
);
afterAll(() => server.stop());

async function check(config: object) {
  const { connector } = play(config);
  const lines = await connector.check(testCall());
  await connector.close?.();
  return lines;
}

const byUrl = (url: string) => ({ idp: undefined, metadata: { url } });
const ok = { status: 200, headers: {} };

describe('connector check, where the metadata', () => {
  test.each([
    [
      'is a page to sign in at',
      { ...ok, body: '<!DOCTYPE html><html><body>Sign in</body></html>' },
      /a page for people \(HTML\)/,
    ],
    ['is a page of XHTML', { ...ok, body: '<?xml version="1.0"?>\n<html></html>' }, /a page for people/],
    ['has moved', { status: 302, headers: { location: '/login' }, body: '' }, /write the address/],
    ['is not there', { status: 404, headers: {}, body: '' }, /status 404/],
    ['is something else', { ...ok, body: '<rss></rss>' }, /not SAML 2.0 metadata/],
  ])('%s, says so, and what it has to be', async (_, said, detail) => {
    answer = said;
    expect(await check(byUrl(`${server.url}/metadata`))).toEqual([
      {
        name: 'the metadata of the identity provider',
        ok: false,
        detail: expect.stringMatching(detail),
        advice: expect.stringContaining('EntityDescriptor'),
      },
    ]);
  });

  test('is a file that fits nothing, speaks of the file', async () => {
    const [line] = await check({ idp: undefined, metadata: { xml: '<rss></rss>' } });
    expect(line).toMatchObject({ ok: false, advice: expect.stringContaining('Compare the file') });
  });
});

const byHand = {
  entityId: 'https://idp.example.com/saml',
  ssoUrl: 'https://idp.example.com/sso',
  certificates: idpKeys.certificate,
};

test('connector check says from which attribute groups are read, and what to do where it is none', async () => {
  const line = async (attributes: object) =>
    (await check({ idp: byHand, attributes })).find(({ name }) => name === 'groups');
  expect(await line({ groups: 'memberOf' })).toEqual({ name: 'groups', ok: true, detail: 'from "memberOf"' });
  expect(await line({})).toMatchObject({ ok: true, advice: expect.stringContaining('`attributes.groups`') });
});

describe('connector check says of signing out', () => {
  const logoutUrl = 'https://idp.example.com/slo';

  test.each([
    ['that the provider has no address for it', { idp: byHand, signing: ourKeys }, /names no address/],
    ['that it takes a key of ours', { idp: { ...byHand, logoutUrl } }, /`signing`/],
    ['where it goes', { idp: { ...byHand, logoutUrl }, signing: ourKeys }, /idp\.example\.com\/slo/],
  ])('%s', async (_, config, detail) => {
    const line = (await check(config)).find(({ name }) => name === 'signing out there as well');
    expect(line).toMatchObject({ ok: true, detail: expect.stringMatching(detail) });
  });
});
