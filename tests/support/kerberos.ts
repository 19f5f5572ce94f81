/**
 * A real MIT Kerberos KDC for tests, in a temporary folder, on a free loopback port.
 *
 *     const kdc = await startKerberos({ realms: ['EXAMPLE.TEST'] });
 *     await kdc.administer('EXAMPLE.TEST', 'addprinc -pw secret jane');
 *     const keytab = await kdc.keytab('EXAMPLE.TEST', ['HTTP/localhost']);
 *     const jane = await kdc.logIn('jane@EXAMPLE.TEST', 'secret');
 *     await jane.token()                     // what her browser would send to https://localhost
 *     await kdc.stop();
 *
 * It needs Debian's `krb5-kdc` and `krb5-admin-server`, `faketime` for a KDC of another time, and what a computer needs.
 */
import { type ChildProcess, execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import { type Environment, type LoggedIn, layComputer } from './kerberos-computer.ts';
import { endServer, launchServer } from './server-process.ts';

const run = promisify(execFile);

export interface KerberosOptions {
  /** The first is that of this computer. */
  readonly realms: readonly string[];
  /** Where the KDC's clock and that of its people stands, such as `-2h`. */
  readonly clock?: string;
}

export interface Kerberos {
  /** Administers a realm: `addprinc -pw secret jane`. */
  administer(realm: string, command: string): Promise<void>;
  /** Makes these principals, with keys that nobody knows, and returns a file with them. */
  keytab(realm: string, principals: readonly string[]): Promise<string>;
  /** What somebody has who has just logged in to a computer of the realm. */
  logIn(principal: string, password: string): Promise<LoggedIn>;
  stop(): Promise<void>;
}

export async function startKerberos({ realms, clock }: KerberosOptions): Promise<Kerberos> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-kdc-'));
  const port = await freePort();
  const computer = await layComputer(
    folder,
    realms,
    `127.0.0.1:${port}`,
    clock === undefined ? {} : at(clock),
  );
  const env = { ...computer.env, KRB5_KDC_PROFILE: join(folder, 'kdc.conf') };
  await writeFile(env.KRB5_KDC_PROFILE, serverConfig(folder, realms, port));
  for (const realm of realms) {
    await run('/usr/sbin/kdb5_util', ['-r', realm, 'create', '-s', '-P', 'master'], { env });
  }
  const server = await launch(realms, env, port);
  let made = 0;
  const administer = async (realm: string, command: string) => {
    const { stderr } = await run('/usr/sbin/kadmin.local', ['-r', realm, '-q', command], { env });
    // It exits with 0 whatever happens.
    if (/^[a-z_]+: /m.test(stderr)) throw new Error(`${command}: ${stderr}`);
  };
  return {
    administer,
    async keytab(realm, principals) {
      made += 1;
      const file = join(folder, `${made}.keytab`);
      for (const principal of principals) {
        await administer(realm, `addprinc -randkey ${principal}`);
        await administer(realm, `ktadd -k ${file} ${principal}`);
      }
      return file;
    },
    logIn: (principal, password) => computer.logIn(principal, password),
    async stop() {
      await endServer(server);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What `faketime` sets; with the program itself in between, a signal would end that alone. */
function at(clock: string): Environment {
  const [library] = globSync('/usr/lib/*/faketime/libfaketime.so.1');
  if (library === undefined) throw new Error('libfaketime is missing; install the package faketime');
  return { LD_PRELOAD: library, FAKETIME: clock };
}

function serverConfig(folder: string, realms: readonly string[], port: number): string {
  const section = (realm: string) => ` ${realm} = {
  database_name = ${folder}/${realm}
  key_stash_file = ${folder}/${realm}.stash
  max_life = 1d
 }`;
  return `
[kdcdefaults]
 kdc_listen = ""
 kdc_tcp_listen = 127.0.0.1:${port}
[realms]
${realms.map(section).join('\n')}
`;
}

/** `env` becomes the program, so that signals reach it. */
function launch(realms: readonly string[], env: Environment, port: number): Promise<ChildProcess> {
  const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const words = realms.flatMap((realm) => ['-r', realm]);
  return launchServer({
    command: ['env', ...settings, '/usr/sbin/krb5kdc', '-n', ...words],
    host: '127.0.0.1',
    port,
  });
}
