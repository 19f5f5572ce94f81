/** What is told of a server that is not spoken to: of its certificate, and of its silence. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Check } from '@gatehouse/connector-kit';
import { testCall, testHost } from '@gatehouse/connector-kit/testing';
import { expect, test } from 'vitest';
import { makeCertificates } from '../../../../tests/support/certificates.ts';
import { openConnector } from '../testing/open-connector.ts';

async function lastLine(server: Server, more: Readonly<Record<string, unknown>>): Promise<Check | undefined> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const userSearch = { baseDn: 'dc=example', username: 'uid' };
  const config = { host: `127.0.0.1:${port}`, userSearch, ...more };
  const lines = await openConnector(config, { ...testHost(), now: () => new Date() }).check(testCall());
  server.close();
  return lines.at(-1);
}

test('a certificate that has expired is told in words, with the code to search for', async () => {
  const { ca, cert, key } = await makeCertificates(['127.0.0.1'], 'serverAuth', -1);
  expect(await lastLine(createTlsServer({ cert, key }), { ca })).toMatchObject({
    name: 'tls',
    ok: false,
    detail: expect.stringMatching(
      /expired \d+ days ago.*not trusted: it is out of date \(CERT_HAS_EXPIRED\)$/,
    ),
    advice: expect.stringContaining('Renew the certificate of the directory'),
  });
});

test('a server that says nothing is told with the option that bounds the waiting, and nothing of how', async () => {
  const mute = createServer((socket) => socket.on('error', () => {}));
  const line = await lastLine(mute, { timeouts: { connect: '50ms' } });
  expect(line).toMatchObject({
    name: 'connect',
    detail: expect.stringMatching(/within `timeouts.connect`$/),
  });
});

test('a server that does not speak TLS is told without the place in the source of OpenSSL', async () => {
  const web = createServer((socket) => socket.on('error', () => {}).end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  const line = await lastLine(web, {});
  expect(line?.detail).toMatch(/: wrong version number \[ERR_SSL_WRONG_VERSION_NUMBER\]$/);
  expect(line?.advice).toContain('other kind of TLS');
});
