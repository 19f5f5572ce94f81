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
import { cp, lstat, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type CommandResult, runCommand } from './run-command.ts';
import { adminPassword, laySambaFolder, provision, type SambaFolder } from './samba-folder.ts';
import { endServer, launchServer } from './server-process.ts';

export const adSuffix = 'DC=corp,DC=example,DC=com';

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
  /**
   * Another controller with what this one has now. Nothing is replicated between them: it is the one whose lines are
   * down, or that came out of last night's backup.
   */
  copy(): Promise<SambaAd>;
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

export async function startSambaAd(options: SambaAdOptions): Promise<SambaAd> {
  const place = await laySambaFolder();
  try {
    await provision(place.folder, options.ldif);
    return await serve(place);
  } catch (error) {
    await rm(place.folder, { recursive: true, force: true });
    throw error;
  }
}

async function serve(place: SambaFolder): Promise<SambaAd> {
  const { folder, host, ca } = place;
  let server = await launch(place);
  const admin = { dn: adminDn, password: adminPassword };
  const ldapTool = (name: string, args: readonly string[], { dn, password }: SambaBind = admin, input = '') =>
    runCommand(
      name,
      ['-x', '-H', `ldaps://${host}`, '-D', dn, '-w', password, ...args],
      { LDAPTLS_CACERT: join(folder, 'ca.pem'), LDAPTLS_REQCERT: 'demand' },
      input,
    );
  const search: SambaAd['search'] = (args, as) =>
    ldapTool('ldapsearch', ['-LLL', '-o', 'ldif-wrap=no', ...args], as);
  return {
    host,
    ca,
    adminDn,
    adminPassword,
    async modify(ldif) {
      const { code, output } = await ldapTool('ldapmodify', [], admin, ldif);
      if (code !== 0) throw new Error(`ldapmodify: ${output}`);
    },
    search,
    async read(dn, attribute) {
      const { code, output } = await search(['-b', dn, '-s', 'base', '(objectClass=*)', attribute]);
      if (code !== 0) throw new Error(`ldapsearch: ${output}`);
      return valuesIn(output, attribute);
    },
    async copy() {
      const other = await laySambaFolder();
      for (const part of ['private', 'state']) {
        await cp(join(folder, part), join(other.folder, part), { recursive: true, filter: isNoSocket });
      }
      return serve(other);
    },
    async kill() {
      await endServer(server, 'SIGKILL');
    },
    async start() {
      server = await launch(place);
    },
    async stop() {
      await endServer(server);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What a running server listens on cannot be copied, and the next one makes its own. */
async function isNoSocket(path: string): Promise<boolean> {
  return !(await lstat(path)).isSocket();
}

function launch({ folder, host }: SambaFolder): Promise<ChildProcess> {
  const command = ['samba', '-s', join(folder, 'smb.conf'), '-i', '-M', 'single'];
  return launchServer({ command, host, port: 636 });
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
