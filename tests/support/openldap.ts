/**
 * A real OpenLDAP server for tests, in a temporary folder, on free loopback ports.
 *
 *     const directory = await startOpenLdap({ ldif });
 *     directory.url        // ldap://127.0.0.1:…
 *     directory.ldapsUrl   // ldaps://localhost:…, with a certificate of directory.ca
 *     await directory.modify('dn: …\nchangetype: modify\n…');
 *     await directory.stop();
 *
 * It needs Debian's `slapd`, `ldap-utils` and `openssl`; the system's own slapd is not touched.
 */
import { type ChildProcess, execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { layCertificates } from './certificates.ts';
import { freePort } from './free-port.ts';
import { ber, integer } from './hostile-ldap.ts';
import { endServer, launchServer } from './server-process.ts';

const run = promisify(execFile);

export interface OpenLdapOptions {
  /** The whole tree, the suffix entry included. */
  readonly ldif: string;
  /** Default `dc=example,dc=org`. */
  readonly suffix?: string;
  /** Lines for the end of slapd.conf: overlays, access rules, size limits. They belong to the database. */
  readonly settings?: string;
  /** Lines for the beginning of slapd.conf: `moduleload memberof`. */
  readonly modules?: string;
  /** Host names and addresses in the server's certificate; default `localhost` and `127.0.0.1`. */
  readonly certificateNames?: readonly string[];
  /** Writes no log, which a measurement would pay for and keep in memory: `log()` then waits for ever. */
  readonly quiet?: boolean;
}

export interface OpenLdap {
  readonly port: number;
  readonly ldapsPort: number;
  readonly url: string;
  readonly ldapsUrl: string;
  /** PEM. */
  readonly ca: string;
  readonly adminDn: string;
  readonly adminPassword: string;
  /** Applies LDIF change records as the administrator. */
  modify(ldif: string): Promise<void>;
  /** The server's log of every operation that was answered before this call (`BIND dn=…`, `SRCH base=…`). */
  log(): Promise<string>;
  /** Replaces the settings and starts the server again, with the same data and ports. */
  restart(settings: string): Promise<void>;
  /** It takes connections, and nothing that is sent on them. */
  freeze(): void;
  thaw(): void;
  /** Like a power cut; `restart` brings it back. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

const adminPassword = 'admin';

export async function startOpenLdap(options: OpenLdapOptions): Promise<OpenLdap> {
  const suffix = options.suffix ?? 'dc=example,dc=org';
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-slapd-'));
  await chmod(folder, 0o700);
  await mkdir(join(folder, 'db'));
  const names = options.certificateNames ?? ['localhost', '127.0.0.1'];
  const ca = await layCertificates(folder, names);
  await writeFile(join(folder, 'tree.ldif'), options.ldif);
  const configFile = join(folder, 'slapd.conf');
  const writeConfig = (settings: string) =>
    writeFile(configFile, slapdConf(folder, suffix, { ...options, settings }));
  await writeConfig(options.settings ?? '');
  await run('/usr/sbin/slapadd', ['-q', '-f', configFile, '-l', join(folder, 'tree.ldif')]);

  const [port, ldapsPort] = [await freePort(), await freePort()];
  let log = '';
  const level = options.quiet ? '0' : 'stats';
  const launch = () =>
    launchSlapd(configFile, port, ldapsPort, level, (text) => {
      log += text;
    });
  let server = await launch();
  const url = `ldap://127.0.0.1:${port}`;
  const adminDn = `cn=admin,${suffix}`;
  return {
    port,
    ldapsPort,
    url,
    ldapsUrl: `ldaps://localhost:${ldapsPort}`,
    ca,
    adminDn,
    adminPassword,
    async log() {
      // The log comes through a pipe, behind the answers: a search of our own shows how far it has come.
      const marker = `cn=${randomUUID()}`;
      await searchOnce(port, marker);
      while (!log.includes(marker)) await sleep(5);
      return log;
    },
    async modify(ldif) {
      const changes = run('ldapmodify', ['-x', '-H', url, '-D', adminDn, '-w', adminPassword]);
      changes.child.stdin?.end(ldif);
      await changes;
    },
    async restart(settings) {
      await endServer(server);
      await writeConfig(settings);
      server = await launch();
    },
    freeze() {
      server.kill('SIGSTOP');
    },
    thaw() {
      server.kill('SIGCONT');
    },
    async kill() {
      await endServer(server, 'SIGKILL');
    },
    async stop() {
      server.kill('SIGCONT');
      await endServer(server);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function slapdConf(folder: string, suffix: string, options: OpenLdapOptions): string {
  return `
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
${options.modules ?? ''}
pidfile ${folder}/slapd.pid
TLSCACertificateFile ${folder}/ca.pem
TLSCertificateFile ${folder}/cert.pem
TLSCertificateKeyFile ${folder}/key.pem
database mdb
suffix "${suffix}"
rootdn "cn=admin,${suffix}"
rootpw ${adminPassword}
directory ${folder}/db
maxsize 1073741824
dbnosync
index objectClass,uid,cn,mail,member,memberUid,entryUUID eq
${options.settings ?? ''}
`;
}

function launchSlapd(
  configFile: string,
  port: number,
  ldapsPort: number,
  logLevel: string,
  onWords: (text: string) => void,
): Promise<ChildProcess> {
  const urls = `ldap://127.0.0.1:${port} ldaps://127.0.0.1:${ldapsPort}`;
  const command = ['/usr/sbin/slapd', '-d', logLevel, '-h', urls, '-f', configFile];
  return launchServer({ command, host: '127.0.0.1', port, onWords });
}

/** One search without a bind, which would be in the log as well. */
async function searchOnce(port: number, base: string): Promise<void> {
  const search = [
    ber(0x04, base),
    integer(0, 0x0a),
    integer(0, 0x0a),
    integer(0),
    integer(0),
    ber(0x01, Buffer.of(0)),
  ];
  const request = ber(0x30, integer(1), ber(0x63, ...search, ber(0x87, 'objectClass'), ber(0x30)));
  const socket = connect(port, '127.0.0.1');
  socket.write(request);
  await once(socket, 'data');
  socket.destroy();
}
