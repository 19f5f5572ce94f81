/** `config/enterprise.yaml` as it stands, with the names of a test's own servers put in. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { makeCertificates } from './certificates.ts';
import { freePort } from './free-port.ts';
import { type Gatehouse, startGatehouse } from './gatehouse.ts';
import type { OpenLdap } from './openldap.ts';
import { defaultRedirectUri } from './relying-party.ts';

export interface Enterprise {
  readonly gatehouse: Gatehouse;
  /** PEM of the authority that signed Gatehouse's certificate. */
  readonly ca: string;
  /** Stops the server and starts it again with other settings, on the same address and database. */
  restart(change: (config: EnterpriseConfig) => void): Promise<void>;
  stop(): Promise<void>;
}

/** The parts that tests change. */
export interface EnterpriseConfig {
  issuer: string;
  listen: Record<string, unknown>;
  connectors: [{ config: Record<string, unknown> }];
  clients: [{ redirectUris: string[] }, ...Record<string, unknown>[]];
  tokens?: Record<string, unknown>;
}

const file = join(import.meta.dirname, '../../config/enterprise.yaml');

export async function startEnterprise(
  options: { databaseUrl: string; directory: OpenLdap },
  change: (config: EnterpriseConfig) => void = () => undefined,
): Promise<Enterprise> {
  const folder = await mkdtemp(join(tmpdir(), 'enterprise-'));
  const port = await freePort();
  const issuer = `https://localhost:${port}`;
  const { ca, cert, key } = await makeCertificates(['localhost', '127.0.0.1']);
  const at = (name: string) => join(folder, name);
  await Promise.all([writeFile(at('tls.crt'), cert), writeFile(at('tls.key'), key, { mode: 0o600 })]);
  await writeFile(at('ldap-ca.crt'), options.directory.ca);
  const env = {
    DATABASE_URL: options.databaseUrl,
    SEAL_KEY: randomBytes(32).toString('base64'),
    LDAP_BIND_PASSWORD: options.directory.adminPassword,
    ARGO_CD_SECRET: 'argo-secret-one-0123456789abcdef',
    ARGO_CD_SECRET_NEXT: 'argo-secret-two-0123456789abcdef',
  };
  const start = async (changeConfig: (config: EnterpriseConfig) => void) => {
    const config = parse(await readFile(file, 'utf8')) as EnterpriseConfig;
    config.issuer = issuer;
    config.listen = { host: '127.0.0.1', port, tls: { cert: at('tls.crt'), key: at('tls.key') } };
    Object.assign(config.connectors[0].config, {
      host: `localhost:${options.directory.ldapsPort}`,
      ca: { fromFile: at('ldap-ca.crt') },
      bindDn: options.directory.adminDn,
    });
    config.clients[0].redirectUris.push(defaultRedirectUri);
    // As while Argo CD's secret is being replaced.
    Object.assign(config.clients[1] ?? {}, {
      secrets: [{ fromEnv: 'ARGO_CD_SECRET' }, { fromEnv: 'ARGO_CD_SECRET_NEXT' }],
    });
    changeConfig(config);
    return await startGatehouse({ config: { ...config }, env, port, issuer });
  };
  let gatehouse = await start(change);
  return {
    get gatehouse() {
      return gatehouse;
    },
    ca,
    restart: async (next) => {
      await gatehouse.stop();
      gatehouse = await start(next);
    },
    stop: async () => {
      await gatehouse.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
