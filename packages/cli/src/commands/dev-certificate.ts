/** `gatehouse dev-certificate`: a certificate authority and a server certificate for trying TLS. */
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { addExamples } from './examples.ts';

interface Options {
  readonly out: string;
  readonly force?: boolean;
}

const files = { caCertificate: 'ca.crt', caKey: 'ca.key', certificate: 'tls.crt', key: 'tls.key' } as const;
const defaultHosts = ['localhost', '127.0.0.1', '::1'];

export function addDevCertificateCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('dev-certificate')
    .description('make a certificate authority and a server certificate for trying TLS (not for production)')
    .argument('[host...]', 'names and addresses of the server', defaultHosts)
    .option('--out <folder>', 'where the four files go', 'var/tls')
    .option('--force', 'replace files that are there')
    .action((hosts: readonly string[], options: Options) => makeFiles(hosts, options, context));
  addExamples(command, [
    ['for this computer', 'dev-certificate'],
    ['for a name and an address', 'dev-certificate login.example.com 192.0.2.7 --out tls'],
  ]);
}

async function makeFiles(hosts: readonly string[], options: Options, context: CommandContext): Promise<void> {
  const folder = resolve(context.cwd, options.out);
  for (const host of hosts) checkHost(host);
  const present = Object.values(files).filter((name) => existsSync(join(folder, name)));
  if (present.length > 0 && !options.force) {
    throw new CommandFailure('failed', `${folder} has ${present.join(', ')} already; nothing was changed.`, {
      advice: ['Add --force to replace them, or --out for another folder.'],
    });
  }
  // Loaded here: it is the heaviest library of all commands, and only this one needs it.
  const { makeDevCertificate } = await import('../dev-certificate.ts');
  const made = await makeDevCertificate(hosts, context.now());
  await mkdir(folder, { recursive: true });
  for (const [part, name] of Object.entries(files) as [keyof typeof files, string][]) {
    await replaceFile(join(folder, name), made[part], name.endsWith('.key') ? 0o600 : 0o644);
  }
  explain(folder, hosts, made.notAfter, context);
}

function checkHost(host: string): void {
  if (
    isIP(host) ||
    /^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(host)
  )
    return;
  throw new CommandFailure('usage', `"${host}" is neither a host name nor an address.`, {
    advice: ['Give it without scheme, port or path: login.example.com'],
  });
}

/** A server that watches the file never reads half of it, and a key is never readable, not for a moment. */
async function replaceFile(path: string, content: string, mode: number): Promise<void> {
  const side = `${path}.${process.pid}`;
  await rm(side, { force: true });
  await writeFile(side, content, { mode, flag: 'wx' });
  await rename(side, path);
}

function explain(folder: string, hosts: readonly string[], notAfter: Date, context: CommandContext): void {
  const { terminal, cwd } = context;
  const shown = (name: string) => join(relative(cwd, folder) || '.', name);
  terminal.print(`Made for ${hosts.join(', ')}, good until ${notAfter.toISOString().slice(0, 10)}:`);
  for (const name of Object.values(files)) terminal.print(`  ${shown(name)}`);
  terminal.print(`
In Gatehouse's configuration:
  issuer: https://${bracketed(hosts[0] ?? 'localhost')}:5556
  listen: { port: 5556, tls: { cert: ${join(folder, files.certificate)}, key: ${join(folder, files.key)} } }

For kube-apiserver:
  --oidc-ca-file=${join(folder, files.caCertificate)}   (or certificateAuthority in an AuthenticationConfiguration)

To look at it:
  curl --cacert ${shown(files.caCertificate)} https://${bracketed(hosts[0] ?? 'localhost')}:5556/.well-known/openid-configuration

${terminal.paint('yellow', `Keep ${shown(files.caKey)} to yourself: who has it can pretend to be any server to those who trust this CA.`)}`);
}

function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}
