import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { testCall } from '@gatehouse/connector-kit/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCertificates } from '../../../tests/support/certificates.ts';
import { person, root, suffix, unit } from '../../../tests/support/directory-tree.ts';
import {
  entry,
  extendedResult,
  searchResult,
  startHostileLdap,
} from '../../../tests/support/hostile-ldap.ts';
import { type OpenLdap, startOpenLdap } from '../../../tests/support/openldap.ts';
import { openConnector, secureConfig, signIn } from './testing/open-connector.ts';

const people = `ou=People,${suffix}`;

let directory: OpenLdap;
let stranger: string;
beforeAll(async () => {
  directory = await startOpenLdap({
    ldif: [root, unit('People'), person('jane', 'foo', people, { uid: 'jane' })].join(''),
    certificateNames: ['localhost'],
  });
  stranger = (await makeCertificates(['localhost'])).ca;
});
afterAll(() => directory.stop());

function open(more: Readonly<Record<string, unknown>>) {
  const userSearch = { baseDn: people, username: 'uid' };
  return openConnector({ ...secureConfig(directory), userSearch, ...more });
}

const signInWith = (more: Readonly<Record<string, unknown>>) => signIn(open(more), 'jane', 'foo');

async function binds(): Promise<number> {
  return (await directory.log()).match(/BIND dn="[^"]*" method=/g)?.length ?? 0;
}

describe('a connection', () => {
  test('over LDAPS works with the CA of the directory', async () => {
    expect(await signInWith({})).not.toBeNull();
  });

  test('over StartTLS works with the CA of the directory', async () => {
    const before = await binds();
    expect(await signInWith({ host: `localhost:${directory.port}`, startTls: true })).not.toBeNull();
    expect((await binds()) - before).toBe(3);
    expect(await directory.log()).toContain('STARTTLS');
  });

  test('without TLS works only where the configuration says so in as many words', async () => {
    const plain = { host: `localhost:${directory.port}`, ca: undefined };
    expect(await signInWith({ ...plain, insecureNoTls: true })).not.toBeNull();
    await expect(signInWith(plain)).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('skips the check of the certificate only where the configuration says so', async () => {
    expect(await signInWith({ ca: undefined, insecureSkipTlsVerify: true })).not.toBeNull();
  });

  test('to a port where nothing listens is unavailable', async () => {
    await expect(signInWith({ host: 'localhost:1' })).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('attack: somebody on the way plays the directory', () => {
  const startTls = () => ({ host: `localhost:${directory.port}`, startTls: true });

  test.each(['LDAPS', 'StartTLS'])(
    'a certificate of another CA is refused over %s before any bind',
    async (mode) => {
      const before = await binds();
      const way = mode === 'LDAPS' ? {} : startTls();
      await expect(signInWith({ ...way, ca: stranger })).rejects.toMatchObject({ code: 'misconfigured' });
      await expect(signInWith({ ...way, ca: undefined })).rejects.toMatchObject({ code: 'misconfigured' });
      expect(await binds()).toBe(before);
    },
  );

  test.each(['LDAPS', 'StartTLS'])('a certificate for another name is refused over %s', async (mode) => {
    const way =
      mode === 'LDAPS'
        ? { host: `127.0.0.1:${directory.ldapsPort}` }
        : { ...startTls(), host: `127.0.0.1:${directory.port}` };
    await expect(signInWith(way)).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'),
    });
  });

  test.each([
    ['refuses StartTLS', 2, 'misconfigured'],
    ['says that it does not know StartTLS', 53, 'misconfigured'],
    ['is too busy for StartTLS', 51, 'unavailable'],
  ])('a server that %s hears no password', async (_, code, expected) => {
    const server = await startHostileLdap(({ id, kind }) =>
      kind === 'extended' ? [extendedResult(id, code)] : [],
    );
    await expect(signInWith({ host: `127.0.0.1:${server.port}`, startTls: true })).rejects.toMatchObject({
      code: expected,
    });
    expect(server.asked).toEqual(['extended']);
    await server.stop();
  });

  test('a server that agrees to StartTLS and then goes on in the clear hears no password', async () => {
    const heard: Buffer[] = [];
    const server = await startHostileLdap(({ id, kind, socket }) => {
      socket.on('data', (chunk) => heard.push(chunk));
      return kind === 'extended' ? [extendedResult(id), Buffer.from('220 hello\r\n')] : [];
    });
    await expect(signInWith({ host: `127.0.0.1:${server.port}`, startTls: true })).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect(Buffer.concat(heard).toString('latin1')).not.toContain('foo');
    await server.stop();
  });

  // Half a "bind: success" sent in the clear would be completed by the first bytes that come through TLS.
  test('bytes behind the answer to StartTLS end the connection', async () => {
    const half = Buffer.from([0x30, 0x20, 0x02, 0x01, 0x02, 0x61, 0x07, 0x0a, 0x01, 0x00]);
    const server = await startHostileLdap(({ id }) => [Buffer.concat([extendedResult(id), half])]);
    await expect(signInWith({ host: `127.0.0.1:${server.port}`, startTls: true })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('more than the answer'),
    });
    await server.stop();
  });

  test('TLS older than 1.2 is refused', async () => {
    const { cert, key, ca } = await makeCertificates(['localhost']);
    const server = createTlsServer({
      cert,
      key,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    const port = await listening(server);
    await expect(signInWith({ host: `localhost:${port}`, ca })).rejects.toMatchObject({
      code: 'unavailable',
    });
    server.close();
  });
});

describe('a directory that takes its time', () => {
  const slow = { timeouts: { connect: '200ms', bind: '200ms', search: '200ms', call: '5s' } };

  test('to accept TLS is given up after the time to connect', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => sockets.push(socket));
    const port = await listening(server);
    await expect(signInWith({ host: `localhost:${port}`, ...slow })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('timeouts.connect'),
    });
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  test('to answer is given up after the time for an operation', async () => {
    const server = await startHostileLdap(() => []);
    const plain = { host: `127.0.0.1:${server.port}`, insecureNoTls: true, ca: undefined };
    await expect(signInWith({ ...plain, ...slow })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('did not answer within 200 ms'),
    });
    await server.stop();
  });

  test('is given up after the time for the whole call', async () => {
    const server = await startHostileLdap(() => []);
    const plain = { host: `127.0.0.1:${server.port}`, insecureNoTls: true, ca: undefined };
    const timeouts = { call: '200ms' };
    await expect(signInWith({ ...plain, timeouts })).rejects.toMatchObject({ code: 'unavailable' });
    await server.stop();
  });

  test('is left when the person goes away, and told so', async () => {
    const call = testCall();
    const server = await startHostileLdap(() => {
      call.end();
      return [];
    });
    const { login } = open(anonymous(server));
    if (login.kind !== 'password') throw new Error('not a password connector');
    await expect(login.verify({ username: 'jane', password: 'foo' }, call)).rejects.toMatchObject({
      code: 'unavailable',
    });
    await expect.poll(() => server.asked).toEqual(['search', 'abandon']);
    await server.stop();
  });

  test('to take a password is left when the person goes away, and that connection is closed', async () => {
    const sockets: Socket[] = [];
    const call = testCall();
    const server = await startHostileLdap(({ id, kind, socket }) => {
      if (kind === 'search') return [entry(id, 'cn=jane,dc=x', {}), searchResult(id)];
      sockets.push(socket);
      call.end();
      return [];
    });
    const { login } = open(anonymous(server));
    if (login.kind !== 'password') throw new Error('not a password connector');
    await expect(login.verify({ username: 'jane', password: 'foo' }, call)).rejects.toMatchObject({
      code: 'unavailable',
    });
    await expect
      .poll(() => sockets.map((socket) => socket.destroyed || socket.readableEnded))
      .toEqual([true]);
    await server.stop();
  });
});

async function listening(
  server: ReturnType<typeof createServer> | ReturnType<typeof createTlsServer>,
): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** To a server that has neither TLS nor a service account. */
function anonymous({ port }: { readonly port: number }) {
  return {
    host: `127.0.0.1:${port}`,
    insecureNoTls: true,
    ...{ ca: undefined, bindDn: undefined, bindPassword: undefined },
  };
}
