/**
 * A real 389 Directory Server for tests, in a temporary folder, on free loopback ports, without systemd or an installer.
 *
 *     const directory = await startDs389({ ldif });
 *     directory.ldapsUrl   // ldaps://127.0.0.1:…, with a certificate of directory.ca
 *     await directory.modify('dn: …\nchangetype: modify\n…');
 *     await directory.stop();
 *
 * It needs Debian's `389-ds-base`, `libnss3-tools`, `ldap-utils` and `openssl`, and root. The server's own template is
 * its configuration; `configuration` changes that, before anybody is in the directory.
 */
import type { ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layCertificates } from './certificates.ts';
import { freePort } from './free-port.ts';
import { type CommandResult, runCommand } from './run-command.ts';
import { endServer, launchServer } from './server-process.ts';

export const dsSuffix = 'dc=example,dc=org';

export interface Ds389Options {
  /** Change records for `cn=config`; what needs a restart (plug-ins) acts after them. */
  readonly configuration?: string;
  /** The whole tree, the suffix entry included. */
  readonly ldif: string;
}

export interface Ds389 {
  readonly ldapsPort: number;
  readonly ldapsUrl: string;
  /** PEM. */
  readonly ca: string;
  readonly adminDn: string;
  readonly adminPassword: string;
  /** Applies LDIF records, with or without `changetype`, as the administrator. */
  modify(ldif: string): Promise<void>;
  /** What `ldapsearch` says to a search over LDAPS, as the administrator or somebody else. */
  search(
    args: readonly string[],
    as?: { readonly dn: string; readonly password: string },
  ): Promise<CommandResult>;
  stop(): Promise<void>;
}

const adminDn = 'cn=Directory Manager';
const adminPassword = 'admin';
const templates = '/usr/share/dirsrv/data';

export async function startDs389(options: Ds389Options): Promise<Ds389> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-389ds-'));
  await chmod(folder, 0o700);
  const [port, ldapsPort] = [await freePort(), await freePort()];
  const ca = await layKeyDatabase(folder);
  await layConfiguration(folder, port, ldapsPort);

  let server = await launch(folder, ldapsPort);
  const ldapsUrl = `ldaps://127.0.0.1:${ldapsPort}`;
  const admin = { dn: adminDn, password: adminPassword };
  const ldapTool = (name: string, args: readonly string[], bind = admin, input = '') =>
    runCommand(
      name,
      ['-x', '-H', ldapsUrl, '-D', bind.dn, '-w', bind.password, ...args],
      { LDAPTLS_CACERT: join(folder, 'ca.pem'), LDAPTLS_REQCERT: 'demand' },
      input,
    );
  const modify = async (ldif: string) => {
    const { code, output } = await ldapTool('ldapmodify', ['-a'], admin, ldif);
    if (code !== 0) throw new Error(`ldapmodify: ${output}`);
  };
  if (options.configuration !== undefined) {
    await modify(options.configuration);
    await endServer(server);
    server = await launch(folder, ldapsPort);
  }
  await modify(options.ldif);
  return {
    ldapsPort,
    ldapsUrl,
    ca,
    adminDn,
    adminPassword,
    modify,
    search: (args, as) => ldapTool('ldapsearch', ['-LLL', '-o', 'ldif-wrap=no', ...args], as),
    async stop() {
      await endServer(server);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The server keeps its key in a database of NSS, under the name that its template expects. */
async function layKeyDatabase(folder: string): Promise<string> {
  const ca = await layCertificates(folder, ['localhost', '127.0.0.1']);
  const at = (name: string) => join(folder, name);
  const both = ['-in', at('cert.pem'), '-inkey', at('key.pem')];
  await mustRun('openssl', [
    ...['pkcs12', '-export', ...both, '-name', 'Server-Cert', '-passout', 'pass:', '-out', at('server.p12')],
  ]);
  await mustRun('certutil', ['-N', '-d', `sql:${folder}`, '--empty-password']);
  await mustRun('certutil', ['-A', '-d', `sql:${folder}`, '-n', 'CA', '-t', 'CT,,', '-i', at('ca.pem')]);
  await mustRun('pk12util', ['-i', at('server.p12'), '-d', `sql:${folder}`, '-W', '']);
  return ca;
}

async function layConfiguration(folder: string, port: number, ldapsPort: number): Promise<void> {
  await cp('/etc/dirsrv/schema', join(folder, 'schema'), { recursive: true });
  await cp('/etc/dirsrv/config', folder, { recursive: true });
  for (const name of ['db', 'ldif', 'bak', 'run', 'lock', 'log', 'tmp']) await mkdir(join(folder, name));
  const values: Readonly<Record<string, string>> = {
    schema_dir: join(folder, 'schema'),
    lock_dir: join(folder, 'lock'),
    tmp_dir: join(folder, 'tmp'),
    cert_dir: folder,
    config_dir: folder,
    ldif_dir: join(folder, 'ldif'),
    bak_dir: join(folder, 'bak'),
    run_dir: join(folder, 'run'),
    inst_dir: folder,
    log_dir: join(folder, 'log'),
    db_dir: join(folder, 'db'),
    db_home_dir: join(folder, 'db'),
    db_lib: 'mdb',
    fqdn: 'localhost',
    ds_port: String(port),
    ds_user: 'root',
    rootdn: adminDn,
    ds_passwd: hashed(adminPassword),
    ds_suffix: dsSuffix,
    ds_bename: 'userRoot',
    ldapi: join(folder, 'ldapi'),
    ldapi_enabled: 'off',
    ldapi_autobind: 'off',
  };
  const filled = async (name: string) =>
    (await readFile(join(templates, name), 'utf8')).replace(/%(\w+)%/g, (_, word: string) => {
      const value = values[word];
      if (value === undefined) throw new Error(`${name} asks for "${word}"`);
      return value;
    });
  const own = [
    'nsslapd-listenhost: 127.0.0.1',
    'nsslapd-securelistenhost: 127.0.0.1',
    `nsslapd-secureport: ${ldapsPort}`,
    'nsslapd-security: on',
  ];
  const server = (await filled('template-dse.ldif')).replace(/\n\n/, `\n${own.join('\n')}\n\n`);
  await writeFile(join(folder, 'dse.ldif'), `${server}${await filled('template-suffix-db.ldif')}`, {
    mode: 0o600,
  });
}

/** The server takes no clear password here. */
function hashed(password: string): string {
  const salt = randomBytes(8);
  const hash = createHash('sha512').update(password).update(salt).digest();
  return `{SSHA512}${Buffer.concat([hash, salt]).toString('base64')}`;
}

function launch(folder: string, port: number): Promise<ChildProcess> {
  const command = ['ns-slapd', '-D', folder, '-i', join(folder, 'run/pid'), '-d', '0'];
  return launchServer({ command, host: '127.0.0.1', port });
}

async function mustRun(program: string, args: readonly string[]): Promise<void> {
  const { code, output } = await runCommand(program, args);
  if (code !== 0) throw new Error(`${program}: ${output}`);
}
