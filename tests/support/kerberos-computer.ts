/**
 * A computer of a Kerberos realm, as far as it matters to a browser: its krb5.conf, and people who log in to it.
 * It needs Debian's `krb5-user` and `curl`.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type Environment = Readonly<Record<string, string>>;

export interface Computer {
  /** For programs that use this realm. */
  readonly env: Environment;
  logIn(principal: string, password: string): Promise<LoggedIn>;
}

/** What somebody has who has just logged in. */
export interface LoggedIn {
  /** For programs that use the tickets: curl, Chromium. */
  readonly env: Environment;
  /** What curl sends to `HTTP/localhost`, or to another service of this computer. */
  token(service?: string): Promise<Buffer>;
}

/** In the first of the realms; `kdc` is `host:port`, and the same for all of them. */
export async function layComputer(
  folder: string,
  realms: readonly string[],
  kdc: string,
  more: Environment = {},
): Promise<Computer> {
  const config = join(folder, 'krb5.conf');
  await writeFile(config, krb5Conf(realms, kdc));
  const env = { PATH: process.env.PATH ?? '', KRB5_CONFIG: config, ...more };
  let people = 0;
  return {
    env,
    async logIn(principal, password) {
      people += 1;
      const own = { ...env, KRB5CCNAME: `FILE:${join(folder, `${people}.cache`)}` };
      const kinit = run('kinit', ['-l', '1h', principal], { env: own });
      kinit.child.stdin?.end(`${password}\n`);
      await kinit;
      return { env: own, token: (service = 'HTTP') => token(own, service) };
    },
  };
}

function krb5Conf(realms: readonly string[], kdc: string): string {
  return `
[libdefaults]
 default_realm = ${realms[0]}
 dns_lookup_kdc = false
 dns_canonicalize_hostname = false
 rdns = false
 udp_preference_limit = 1
[realms]
${realms.map((realm) => ` ${realm} = {\n  kdc = ${kdc}\n }`).join('\n')}
[domain_realm]
 localhost = ${realms[0]}
[capaths]
${realms.map((realm) => ` ${realm} = {\n  ${realms[0]} = .\n }`).join('\n')}
`;
}

async function token(env: Environment, service: string): Promise<Buffer> {
  let sent = '';
  const server = createServer(({ headers: { authorization } }, response) => {
    sent = authorization ?? '';
    response.writeHead(sent === '' ? 401 : 200, { 'WWW-Authenticate': 'Negotiate' }).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const address = `http://localhost:${(server.address() as AddressInfo).port}/`;
    const words = ['-sS', '--negotiate', '-u', ':', '--service-name', service, address];
    const { stderr } = await run('curl', words, { env });
    if (!sent.startsWith('Negotiate ')) throw new Error(`curl sent no token: ${stderr}`);
    return Buffer.from(sent.slice('Negotiate '.length), 'base64');
  } finally {
    server.close();
  }
}
