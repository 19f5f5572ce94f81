/**
 * A real Active Directory domain controller for tests: Samba, in a temporary folder, on an address of its own.
 *
 *     const domain = await startSambaAd({ ldif: adPerson({ account: 'jane', … }) });
 *     domain.host          // 127.x.y.z, with LDAPS on 636 and LDAP on 389; domain.ca signed its certificate
 *     await domain.modify('dn: …\nchangetype: modify\n…');
 *     await domain.stop();
 *
 * Samba's ports cannot be chosen, so it takes one of the 16 million loopback addresses; that needs root, or the right
 * to bind to low ports. It needs Debian's `samba`, `samba-ad-provision`, `samba-dsdb-modules`, `ldap-utils` and
 * `openssl`. Nothing of it touches a Samba of the system.
 */
import type { ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificates } from './certificates.ts';
import { type CommandResult, runCommand } from './run-command.ts';
import { endServer, launchServer } from './server-process.ts';

export const adSuffix = 'DC=corp,DC=example,DC=com';
/** NetBIOS name and DNS name of the domain: `CORP\jane`, `jane@corp.example.com`. */
export const adDomain = { netbios: 'CORP', dns: 'corp.example.com' } as const;

export interface SambaAdOptions {
  /** Records for the fresh domain, with or without `changetype`; all of them, or the start fails. */
  readonly ldif: string;
}

export interface SambaAd {
  /** An IP address; the certificate has it, and `dc1.corp.example.com`. */
  readonly host: string;
  /** PEM. */
  readonly ca: string;
  readonly adminDn: string;
  readonly adminPassword: string;
  /** Applies LDIF change records as the administrator. */
  modify(ldif: string): Promise<void>;
  /** What `ldapsearch` says to a search over LDAPS, as the administrator or somebody else. */
  search(args: readonly string[], as?: SambaBind): Promise<CommandResult>;
  /** Values of one attribute of one entry. @throws when it cannot be read */
  read(dn: string, attribute: string): Promise<readonly string[]>;
  /** Ends the server as a crash would; `start` brings it back with the same data and address. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface SambaBind {
  readonly dn: string;
  readonly password: string;
}

const adminDn = `CN=Administrator,CN=Users,${adSuffix}`;
const adminPassword = 'Adm1n-Passw0rd!';

export async function startSambaAd(options: SambaAdOptions): Promise<SambaAd> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-samba-'));
  await chmod(folder, 0o700);
  const host = await freeAddress();
  const { ca, cert, key } = await makeCertificates([host, `dc1.${adDomain.dns}`]);
  await mkdir(join(folder, 'run'));
  await writeFile(join(folder, 'ca.pem'), ca);
  await writeFile(join(folder, 'cert.pem'), cert);
  await writeFile(join(folder, 'key.pem'), key, { mode: 0o600 });
  await writeFile(join(folder, 'tree.ldif'), options.ldif);
  await writeFile(join(folder, 'smb.conf'), smbConf(folder, host));
  await provision(folder);

  let server = await launch(folder, host);
  const ldapTool = (name: string, args: readonly string[], bind: SambaBind, input = '') =>
    runCommand(
      name,
      ['-x', '-H', `ldaps://${host}`, '-D', bind.dn, '-w', bind.password, ...args],
      { LDAPTLS_CACERT: join(folder, 'ca.pem'), LDAPTLS_REQCERT: 'demand' },
      input,
    );
  const admin = { dn: adminDn, password: adminPassword };
  return {
    host,
    ca,
    adminDn,
    adminPassword,
    async modify(ldif) {
      const { code, output } = await ldapTool('ldapmodify', [], admin, ldif);
      if (code !== 0) throw new Error(`ldapmodify: ${output}`);
    },
    search: (args, as = admin) => ldapTool('ldapsearch', ['-LLL', '-o', 'ldif-wrap=no', ...args], as),
    async read(dn, attribute) {
      const args = ['-LLL', '-o', 'ldif-wrap=no', '-b', dn, '-s', 'base', '(objectClass=*)', attribute];
      const { code, output } = await ldapTool('ldapsearch', args, admin);
      if (code !== 0) throw new Error(`ldapsearch: ${output}`);
      return valuesIn(output, attribute);
    },
    async kill() {
      await endServer(server, 'SIGKILL');
    },
    async start() {
      server = await launch(folder, host);
    },
    async stop() {
      await endServer(server);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function smbConf(folder: string, host: string): string {
  return `[global]
  netbios name = DC1
  workgroup = ${adDomain.netbios}
  realm = ${adDomain.dns.toUpperCase()}
  server role = active directory domain controller
  server services = ldap
  interfaces = ${host}/8
  bind interfaces only = yes
  private dir = ${folder}/private
  lock directory = ${folder}
  state directory = ${folder}/state
  cache directory = ${folder}/cache
  binddns dir = ${folder}/bind-dns
  pid directory = ${folder}/run
  ncalrpc dir = ${folder}/run/ncalrpc
  winbindd socket directory = ${folder}/run/winbindd
  tls keyfile = ${folder}/key.pem
  tls certfile = ${folder}/cert.pem
  tls cafile = ${folder}/ca.pem
  ldb:nosync = true
[sysvol]
  path = ${folder}/state/sysvol
[netlogon]
  path = ${folder}/state/sysvol/${adDomain.dns}/scripts
`;
}

async function provision(folder: string): Promise<void> {
  const script = join(import.meta.dirname, 'samba-provision.py');
  // Debian's own: another Python on the PATH does not know Samba.
  const { code, output } = await runCommand('/usr/bin/python3', [script, folder], {}, adminPassword);
  if (code !== 0) throw new Error(`the domain could not be made: ${output}`);
}

function launch(folder: string, host: string): Promise<ChildProcess> {
  const command = ['samba', '-s', join(folder, 'smb.conf'), '-i', '-M', 'single'];
  return launchServer({ command, host, port: 636 });
}

/** An address of this machine on which nobody listens, also not on all addresses. */
async function freeAddress(): Promise<string> {
  const host = `127.${randomInt(64, 128)}.${randomInt(256)}.${randomInt(1, 255)}`;
  const server = createServer().listen(389, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new Error(
      `Samba cannot listen on ${host}:389. It needs root, and no other LDAP server that listens on all addresses.`,
      { cause },
    );
  }
  server.close();
  await once(server, 'close');
  return host;
}

function valuesIn(ldif: string, attribute: string): readonly string[] {
  const begin = `${attribute.toLowerCase()}:`;
  return ldif
    .split('\n')
    .filter((line) => line.toLowerCase().startsWith(begin))
    .map((line) => line.slice(begin.length))
    .map((rest) =>
      rest.startsWith(':') ? Buffer.from(rest.slice(1).trim(), 'base64').toString('utf8') : rest.trim(),
    );
}
