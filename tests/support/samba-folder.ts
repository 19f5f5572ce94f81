/** What a domain controller of a test needs on disk, and the address that it will have. */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layCertificates } from './certificates.ts';
import { runCommand } from './run-command.ts';

/** NetBIOS name and DNS name of the domain: `CORP\jane`, `jane@corp.example.com`. */
export const adDomain = { netbios: 'CORP', dns: 'corp.example.com' } as const;

export const adminPassword = 'Adm1n-Passw0rd!';

export interface SambaFolder {
  readonly folder: string;
  /** An IP address. */
  readonly host: string;
  /** PEM. */
  readonly ca: string;
}

/** Settings and certificates, and no domain yet. */
export async function laySambaFolder(): Promise<SambaFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-samba-'));
  const host = await freeAddress();
  const ca = await layCertificates(folder, [host, `dc1.${adDomain.dns}`]);
  await mkdir(join(folder, 'run'));
  await writeFile(join(folder, 'smb.conf'), smbConf(folder, host));
  return { folder, host, ca };
}

function smbConf(folder: string, host: string): string {
  return `[global]
  netbios name = DC1
  workgroup = ${adDomain.netbios}
  realm = ${adDomain.dns.toUpperCase()}
  server role = active directory domain controller
  server services = ldap, kdc
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

/** A fresh domain with these records. */
export async function provision(folder: string, ldif: string): Promise<void> {
  await writeFile(join(folder, 'tree.ldif'), ldif);
  const script = join(import.meta.dirname, 'samba-provision.py');
  // Debian's own: another Python on the PATH does not know Samba.
  const { code, output } = await runCommand('/usr/bin/python3', [script, folder], {}, adminPassword);
  if (code !== 0) throw new Error(`the domain could not be made: ${output}`);
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
