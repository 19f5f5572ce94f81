/**
 * Debian's Apache with mod_auth_openidc, on a free loopback port, with a configuration and a folder of its own:
 *
 *     const port = await freePort();
 *     const apache = await startModAuthOpenidc({ port, issuer, clientId, clientSecret });
 *     apache.origin   // `/` for everybody who is signed in, `/admins/` for the group
 *     await apache.stop();
 *
 * It needs Debian's `apache2` and `libapache2-mod-auth-openidc`; the system's own Apache is not touched.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.ts';

export interface ModAuthOpenidcOptions {
  /** Of the web server; its redirect address is `redirectUriOf(port)`. */
  readonly port: number;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Who may see `/admins/`. */
  readonly group: string;
}

export interface ModAuthOpenidc {
  readonly origin: string;
  /** Its error log so far. */
  log(): Promise<string>;
  stop(): Promise<void>;
}

export function redirectUriOf(port: number): string {
  return `http://127.0.0.1:${port}/signed-in`;
}

export async function startModAuthOpenidc(options: ModAuthOpenidcOptions): Promise<ModAuthOpenidc> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-apache-'));
  // Apache reads the pages as the user that it becomes.
  await chmod(folder, 0o755);
  for (const [path, text] of [
    ['pages', 'for everybody who is signed in'],
    ['pages/admins', 'for administrators'],
  ] as const) {
    await mkdir(join(folder, path), { mode: 0o755 });
    await writeFile(join(folder, path, 'index.html'), text, { mode: 0o644 });
  }
  const configFile = join(folder, 'apache2.conf');
  await writeFile(configFile, apacheConf(folder, options));
  const server = spawn('/usr/sbin/apache2', ['-D', 'FOREGROUND', '-d', folder, '-f', configFile], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const origin = `http://127.0.0.1:${options.port}`;
  const log = () => readFile(join(folder, 'error.log'), 'utf8').catch(() => '');
  await until('Apache to answer', async () => {
    if (server.exitCode !== null) throw new Error(`apache2 did not start:\n${await log()}`);
    return await fetch(origin, { redirect: 'manual' }).catch(() => undefined);
  });
  return {
    origin,
    log,
    stop: async () => {
      const gone = once(server, 'exit');
      server.kill('SIGTERM');
      if (server.exitCode === null) await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function apacheConf(folder: string, options: ModAuthOpenidcOptions): string {
  const modules = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'auth_openidc', 'dir', 'headers'];
  return `
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
ServerName 127.0.0.1
Listen 127.0.0.1:${options.port}
PidFile ${folder}/apache2.pid
ErrorLog ${folder}/error.log
DefaultRuntimeDir ${folder}
DocumentRoot ${folder}/pages
DirectoryIndex index.html
${process.getuid?.() === 0 ? 'User www-data\nGroup www-data' : ''}
OIDCProviderMetadataURL ${options.issuer}/.well-known/openid-configuration
OIDCClientID ${options.clientId}
OIDCClientSecret ${options.clientSecret}
OIDCRedirectURI ${redirectUriOf(options.port)}
OIDCCryptoPassphrase a-passphrase-of-the-tests
OIDCScope "openid email profile groups"
OIDCPKCEMethod S256
OIDCRemoteUserClaim email
Header always set X-Remote-User "expr=%{REMOTE_USER}"
<Location />
  AuthType openid-connect
  Require valid-user
</Location>
<Location /admins/>
  AuthType openid-connect
  Require claim groups:${options.group}
</Location>
`;
}
