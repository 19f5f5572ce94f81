import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:https';
import { type AddressInfo, isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type PeerCertificate, checkServerIdentity as tlsCheck } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeDevCertificate } from './dev-certificate.ts';
import { runProgram } from './program.ts';
import { fakeTerminal } from './testing/fake-terminal.ts';

let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'certificate-'));
});

afterEach(async () => {
  await rm(cwd, { recursive: true });
});

async function make(...args: readonly string[]) {
  const { terminal, stdout, stderr } = fakeTerminal();
  const context = { terminal, env: {}, cwd, now: () => new Date() };
  return {
    code: await runProgram(['dev-certificate', ...args], context),
    stdout: stdout(),
    stderr: stderr(),
  };
}

describe('a development certificate', () => {
  it('is trusted by who trusts its CA, under each of its names and addresses, and under no other', async () => {
    const made = await makeDevCertificate(['login.example.com', '127.0.0.1', '::1'], new Date());
    const server = createServer({ cert: made.certificate, key: made.key }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const trusts = async (name: string, ca: string) => {
      const named = isIP(name) ? {} : { servername: name };
      const checkServerIdentity = (_: string, cert: PeerCertificate) => tlsCheck(name, cert);
      const socket = connect({ port, host: '127.0.0.1', ca, ...named, checkServerIdentity });
      try {
        await once(socket, 'secureConnect');
        return true;
      } catch {
        return false;
      } finally {
        socket.destroy();
      }
    };
    try {
      for (const name of ['login.example.com', '127.0.0.1', '::1'])
        expect(await trusts(name, made.caCertificate)).toBe(true);
      expect(await trusts('other.example.com', made.caCertificate)).toBe(false);
      const other = await makeDevCertificate(['login.example.com'], new Date());
      expect(await trusts('login.example.com', other.caCertificate)).toBe(false);
    } finally {
      server.close();
    }
  });

  it('cannot sign others: only its CA can', async () => {
    const { certificate, caCertificate } = await makeDevCertificate(['localhost'], new Date());
    expect([new X509Certificate(certificate).ca, new X509Certificate(caCertificate).ca]).toEqual([
      false,
      true,
    ]);
  });
});

describe('gatehouse dev-certificate', () => {
  it('writes four files, keys for their owner alone, and says where they go', async () => {
    const { code, stdout } = await make('login.example.com', '--out', 'tls');
    expect(code).toBe(0);
    expect((await readdir(join(cwd, 'tls'))).sort()).toEqual(['ca.crt', 'ca.key', 'tls.crt', 'tls.key']);
    for (const name of ['ca.key', 'tls.key'])
      expect((await stat(join(cwd, 'tls', name))).mode & 0o777).toBe(0o600);
    expect(stdout).toContain('issuer: https://login.example.com:5556');
    expect(stdout).toContain(`--oidc-ca-file=${join(cwd, 'tls/ca.crt')}`);
    const key = createPrivateKey(await readFile(join(cwd, 'tls/tls.key')));
    expect(new X509Certificate(await readFile(join(cwd, 'tls/tls.crt'))).checkPrivateKey(key)).toBe(true);
  });

  it('overwrites nothing unless it is told to', async () => {
    await make();
    const before = await readFile(join(cwd, 'var/tls/ca.key'), 'utf8');
    const { code, stderr } = await make();
    expect(code).toBe(1);
    expect(stderr).toContain('--force');
    expect(await readFile(join(cwd, 'var/tls/ca.key'), 'utf8')).toBe(before);
    expect((await make('--force')).code).toBe(0);
    expect(await readFile(join(cwd, 'var/tls/ca.key'), 'utf8')).not.toBe(before);
  });

  it.each(['https://login.example.com', 'login.example.com:5556', 'a b', '-x.example.com', ''])(
    'refuses %j, which is neither name nor address',
    async (host) => {
      expect((await make('--', host)).code).toBe(2);
      expect(await readdir(cwd)).toEqual([]);
    },
  );
});
