/**
 * SimpleSAMLphp as a real identity provider, from Debian's package, in PHP's own web server.
 *
 * Two people: `jane` / `janes-password`, in two groups, and `john` / `johns-password`, in none.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { makeSamlKeys, type SamlKeys } from './hostile/saml-keys.ts';

export interface ServiceProviderOptions {
  readonly entityId: string;
  readonly acs: string;
  readonly logoutUrl: string;
  /** PHP: more of what SimpleSAMLphp takes for a service provider. */
  readonly more?: Readonly<Record<string, string | boolean>>;
}

export interface SimpleSamlPhp {
  readonly url: string;
  readonly entityId: string;
  readonly metadataUrl: string;
  readonly keys: SamlKeys;
  /** From then on it answers this service provider. */
  trust(provider: ServiceProviderOptions): Promise<void>;
  output(): string;
  stop(): Promise<void>;
}

/** @param host a name of this machine: to a browser, `localhost` and `127.0.0.1` are different sites */
export async function startSimpleSamlPhp(host = '127.0.0.1'): Promise<SimpleSamlPhp> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-ssp-'));
  const keys = makeSamlKeys('idp.example.com');
  const url = `http://${host}:${port}`;
  const entityId = `${url}/idp`;
  await writeConfiguration(folder, url, keys);
  const child = spawn(
    'php',
    [
      '-d',
      `session.save_path=${join(folder, 'tmp')}`,
      // What a test has changed counts at the next request, and not two seconds later.
      '-d',
      'opcache.revalidate_freq=0',
      '-S',
      `127.0.0.1:${port}`,
      '-t',
      '/usr/share/simplesamlphp/www',
    ],
    { env: { PATH: process.env.PATH ?? '', SIMPLESAMLPHP_CONFIG_DIR: folder }, stdio: 'pipe' },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  const metadataUrl = `${url}/saml2/idp/metadata.php`;
  await answers(metadataUrl, child, () => output);
  return {
    url,
    entityId,
    metadataUrl,
    keys,
    output: () => output,
    trust: (provider) => writeFile(join(folder, 'metadata/saml20-sp-remote.php'), remote(provider)),
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answers(url: string, child: ChildProcess, output: () => string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (child.exitCode !== null) throw new Error(`SimpleSAMLphp has ended:\n${output()}`);
    const response = await fetch(url).catch(() => null);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`SimpleSAMLphp does not answer:\n${output()}`);
}

async function writeConfiguration(folder: string, url: string, keys: SamlKeys): Promise<void> {
  for (const name of ['metadata', 'cert', 'tmp', 'log']) await mkdir(join(folder, name));
  const files = {
    'config.php': configuration(folder, url),
    'authsources.php': people,
    'metadata/saml20-idp-hosted.php': hosted(url),
    'metadata/saml20-sp-remote.php': '<?php\n',
    'cert/idp.key': keys.key,
    'cert/idp.crt': keys.certificate,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
}

function configuration(folder: string, url: string): string {
  return `<?php
$config = [
  'baseurlpath' => '${url}/',
  'certdir' => '${folder}/cert/', 'datadir' => '${folder}/', 'loggingdir' => '${folder}/log/', 'tempdir' => '${folder}/tmp',
  'metadatadir' => '${folder}/metadata',
  'secretsalt' => 'a-salt-of-the-tests', 'auth.adminpassword' => 'a-password-of-the-tests',
  'technicalcontact_name' => 'Tests', 'technicalcontact_email' => 'tests@example.com', 'timezone' => 'UTC',
  'logging.handler' => 'errorlog', 'logging.level' => 7, 'debug' => null, 'showerrors' => true, 'errorreporting' => false,
  'enable.saml20-idp' => true, 'module.enable' => ['exampleauth' => true, 'core' => true, 'saml' => true],
  'session.cookie.secure' => false, 'session.phpsession.savepath' => '${folder}/tmp', 'store.type' => 'phpsession',
  'language.default' => 'en', 'metadata.sources' => [['type' => 'flatfile', 'directory' => '${folder}/metadata']],
  'trusted.url.domains' => null,
];
`;
}

const people = `<?php
$config = ['people' => ['exampleauth:UserPass',
  'jane:janes-password' => ['uid' => ['jane'], 'mail' => ['jane@example.com'], 'displayName' => ['Jane Doe'],
    'groups' => ['engineers', 'on-call']],
  'john:johns-password' => ['uid' => ['john'], 'mail' => ['john@example.com']],
]];
`;

function hosted(url: string): string {
  return `<?php
$metadata['${url}/idp'] = ['host' => '__DEFAULT__', 'privatekey' => 'idp.key', 'certificate' => 'idp.crt', 'auth' => 'people', 'redirect.sign' => true, 'sign.logout' => true,
  'NameIDFormat' => ['urn:oasis:names:tc:SAML:2.0:nameid-format:persistent'],
  'authproc' => [2 => ['class' => 'saml:PersistentNameID', 'attribute' => 'uid']],
];
`;
}

function remote({ entityId, acs, logoutUrl, more = {} }: ServiceProviderOptions): string {
  const rows = Object.entries(more).map(([name, value]) => {
    const written = typeof value === 'boolean' ? String(value) : `'${value}'`;
    return `, '${name}' => ${written}`;
  });
  return `<?php
$metadata['${entityId}'] = ['AssertionConsumerService' => '${acs}', 'SingleLogoutService' => '${logoutUrl}'${rows.join('')}];
`;
}
