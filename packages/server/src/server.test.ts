import { execFileSync } from 'node:child_process';
import { mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TLSSocket, connect as tlsConnect } from 'node:tls';
import { recordingLog } from '@gatehouse/connector-kit/testing';
import Koa from 'koa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from './server.ts';

let folder: string;
let server: RunningServer | undefined;
let log: ReturnType<typeof recordingLog>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-tls-'));
  log = recordingLog();
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function start(app: Koa, listen: { port?: number; tls?: { cert: string; key: string } } = {}) {
  server = await startServer({ app, config: { listen: { host: '127.0.0.1', port: 0, ...listen } }, log });
  return server;
}

function hello(): Koa {
  const app = new Koa();
  app.use((ctx) => {
    ctx.body = 'hello';
  });
  return app;
}

/** A certificate for `name`, in a folder of its own. */
function certificate(name: string, into = folder): { cert: string; key: string } {
  const cert = join(into, 'tls.crt');
  const key = join(into, 'tls.key');
  const arguments_ = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '2',
  ];
  execFileSync('openssl', [...arguments_, '-subj', `/CN=${name}`, '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  });
  return { cert, key };
}

async function servedName(port: number, options: object = {}): Promise<string> {
  const socket: TLSSocket = tlsConnect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options });
  await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
  const { CN } = socket.getPeerCertificate().subject;
  socket.destroy();
  return String(CN);
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('listening', () => {
  it('says which port is taken and which option changes it', async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port));
    });
    await expect(start(hello(), { port })).rejects.toThrow(
      new RegExp(`port ${port} .* in use.*listen\\.port`),
    );
    await new Promise((resolve) => other.close(resolve));
  });

  it('names the address that this computer does not have', async () => {
    const config = { listen: { host: '192.0.2.1', port: 0 } };
    await expect(startServer({ app: hello(), config, log })).rejects.toThrow(/192\.0\.2\.1 .*listen\.host/);
  });

  it('refuses headers beyond 32 KB', async () => {
    const { address } = await start(hello());
    const response = await fetch(`http://127.0.0.1:${address.port}`, { headers: { x: 'a'.repeat(40_000) } });
    expect(response.status).toBe(431);
  });

  it('has room for the largest ticket of Active Directory where browsers send tickets', async () => {
    const config = { listen: { host: '127.0.0.1', port: 0 } };
    server = await startServer({ app: hello(), config, log, tickets: true });
    const authorization = `Negotiate ${Buffer.alloc(48_000).toString('base64')}`;
    const response = await fetch(`http://127.0.0.1:${server.address.port}`, { headers: { authorization } });
    expect(response.status).toBe(200);
  });
});

describe('closing', () => {
  it('answers the request that is under way, and takes no other', async () => {
    let answer = () => {};
    let arrived = false;
    const app = new Koa();
    app.use(async (ctx) => {
      arrived = true;
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      ctx.body = 'done';
    });
    const { address, close } = await start(app);
    const url = `http://127.0.0.1:${address.port}`;
    const pending = fetch(url);
    await until(() => arrived);
    const closed = close();
    await expect(fetch(url)).rejects.toThrow();
    answer();
    expect(await (await pending).text()).toBe('done');
    await closed;
  });

  it('does not wait for connections that are kept open without a request', async () => {
    const { address, close } = await start(hello());
    const agent = new Agent({ keepAlive: true });
    await new Promise<void>((resolve, reject) => {
      request({ host: '127.0.0.1', port: address.port, agent }, (response) =>
        response.resume().once('end', resolve),
      )
        .once('error', reject)
        .end();
    });
    await close();
    agent.destroy();
  });

  it('cuts requests off when it has to hurry', async () => {
    let arrived = false;
    const app = new Koa();
    app.use(() => {
      arrived = true;
      return new Promise(() => {});
    });
    const { address, close } = await start(app);
    const pending = fetch(`http://127.0.0.1:${address.port}`).catch((error: Error) => error);
    await until(() => arrived);
    await close(AbortSignal.abort());
    expect(await pending).toBeInstanceOf(Error);
    expect(log.lines.map(({ message }) => message)).toContain('requests cut off at shutdown');
  });
});

describe('TLS', () => {
  it('serves 1.2 and 1.3 and nothing older', async () => {
    const { address } = await start(hello(), { tls: certificate('first') });
    expect(await servedName(address.port, { maxVersion: 'TLSv1.2' })).toBe('first');
    expect(await servedName(address.port, { minVersion: 'TLSv1.3' })).toBe('first');
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };
    await expect(servedName(address.port, old)).rejects.toThrow();
  });

  it('serves the new certificate when the files change', async () => {
    const { address } = await start(hello(), { tls: certificate('first') });
    certificate('second');
    await until(async () => (await servedName(address.port)) === 'second');
  });

  it('follows the symbolic link that Kubernetes swaps when a secret changes', async () => {
    for (const name of ['first', 'second']) {
      execFileSync('mkdir', [join(folder, name)]);
      certificate(name, join(folder, name));
    }
    await symlink('first', join(folder, '..data'));
    for (const file of ['tls.crt', 'tls.key']) await symlink(join('..data', file), join(folder, file));
    const tls = { cert: join(folder, 'tls.crt'), key: join(folder, 'tls.key') };
    const { address } = await start(hello(), { tls });
    expect(await servedName(address.port)).toBe('first');
    await symlink('second', join(folder, '..data_tmp'));
    await rename(join(folder, '..data_tmp'), join(folder, '..data'));
    await until(async () => (await servedName(address.port)) === 'second');
  });

  it('keeps the old certificate while the new key does not belong to it, and says so', async () => {
    const tls = certificate('first');
    const { address } = await start(hello(), { tls });
    await writeFile(tls.key, 'no key at all');
    await until(() => log.lines.some(({ message }) => message === 'certificate not renewed'));
    expect(await servedName(address.port)).toBe('first');
  });

  it('does not start with a pair that does not fit, and names the files', async () => {
    const tls = certificate('first');
    execFileSync('mkdir', [join(folder, 'other')]);
    const { key } = certificate('other', join(folder, 'other'));
    await expect(start(hello(), { tls: { ...tls, key } })).rejects.toThrow(
      /does not belong to the certificate/,
    );
    await expect(start(hello(), { tls: { ...tls, key: '/nowhere' } })).rejects.toThrow(
      /listen\.tls\.key: \/nowhere/,
    );
    await expect(start(hello(), { tls: { ...tls, cert: key } })).rejects.toThrow(/not a PEM certificate/);
  });
});
