/**
 * GLAuth, a small directory server written in Go, whose people and groups stand in its configuration: in a temporary
 * folder, on a free loopback port. It is compiled from its module (`tests/directory/glauth/go.mod`), which needs Go:
 * two minutes when nothing is cached, a second afterwards.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layCertificates } from './certificates.ts';
import { freePort } from './free-port.ts';
import { runCommand } from './run-command.ts';
import { endServer, launchServer } from './server-process.ts';

export const glauthSuffix = 'dc=example,dc=org';

export interface Glauth {
  readonly ldapsPort: number;
  /** PEM. */
  readonly ca: string;
  stop(): Promise<void>;
}

export interface GlauthPerson {
  readonly name: string;
  readonly uidNumber: number;
  readonly primaryGroup: number;
  readonly otherGroups?: readonly number[];
  readonly disabled?: boolean;
  /** May search, as a service account does. */
  readonly searches?: boolean;
}

export interface GlauthGroup {
  readonly name: string;
  readonly gidNumber: number;
  /** The groups inside it. */
  readonly includes?: readonly number[];
}

/** Everybody's password is their name and `-secret`. */
export async function startGlauth(
  people: readonly GlauthPerson[],
  groups: readonly GlauthGroup[],
): Promise<Glauth> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-glauth-'));
  const program = await build(folder);
  const ca = await layCertificates(folder, ['localhost', '127.0.0.1']);
  const port = await freePort();
  const settings = [
    serverSettings(folder, port),
    ...people.map(personSettings),
    ...groups.map(groupSettings),
  ];
  await writeFile(join(folder, 'glauth.cfg'), settings.join('\n'));
  const command = [program, '-c', join(folder, 'glauth.cfg')];
  const server = await launchServer({ command, host: '127.0.0.1', port });
  return {
    ldapsPort: port,
    ca,
    async stop() {
      await endServer(server);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function build(folder: string): Promise<string> {
  const program = join(folder, 'glauth');
  const source = join(import.meta.dirname, '../directory/glauth');
  const { code, output } = await runCommand('go', [
    ...['-C', source, 'build', '-o', program, 'github.com/glauth/glauth/v2'],
  ]);
  if (code !== 0) throw new Error(`go build failed:\n${output}`);
  return program;
}

function serverSettings(folder: string, port: number): string {
  return `
[ldap]
  enabled = false
  listen = "127.0.0.1:0"
[ldaps]
  enabled = true
  listen = "127.0.0.1:${port}"
  cert = "${folder}/cert.pem"
  key = "${folder}/key.pem"
[backend]
  datastore = "config"
  baseDN = "${glauthSuffix}"
  nameformat = "cn"
  groupformat = "ou"
[behaviors]
  LimitFailedBinds = false
[api]
  enabled = false
`;
}

function personSettings({
  name,
  uidNumber,
  primaryGroup,
  otherGroups = [],
  disabled = false,
  searches,
}: GlauthPerson) {
  const hash = createHash('sha256').update(`${name}-secret`).digest('hex');
  const rights = searches ? '  [[users.capabilities]]\n  action = "search"\n  object = "*"\n' : '';
  return `
[[users]]
  name = "${name}"
  mail = "${name}@example.org"
  uidnumber = ${uidNumber}
  primarygroup = ${primaryGroup}
  othergroups = [${otherGroups.join(', ')}]
  disabled = ${disabled}
  passsha256 = "${hash}"
${rights}`;
}

function groupSettings({ name, gidNumber, includes = [] }: GlauthGroup): string {
  return `
[[groups]]
  name = "${name}"
  gidnumber = ${gidNumber}
  includegroups = [${includes.join(', ')}]
`;
}
