/** The LDAP example of docs/from-dex.md as it stands there, on a real directory: everybody stays who they were. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { exampleDirectory } from '../support/example-directory.ts';
import { client, type House, openHouse } from '../support/house.ts';
import { type OpenLdap, startOpenLdap } from '../support/openldap.ts';

const page = join(import.meta.dirname, '../../docs/from-dex.md');

let directory: OpenLdap;
let house: House;
let folder: string;

beforeAll(async () => {
  directory = await startOpenLdap({ ldif: exampleDirectory, suffix: 'dc=example,dc=com' });
  folder = await mkdtemp(join(tmpdir(), 'from-dex-'));
  await writeFile(join(folder, 'ca.pem'), directory.ca);
  house = await openHouse({
    config: {
      connectors: await connectors(),
      clients: [client('app', { secrets: [{ fromEnv: 'APP_SECRET' }] })],
    },
    env: { LDAP_BIND_PASSWORD: directory.adminPassword },
  });
});

afterAll(async () => {
  await house?.close();
  await directory?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Only what is different on this machine is replaced. */
async function connectors(change: (config: Record<string, unknown>) => void = () => {}) {
  const [, example = ''] =
    /^```yaml gatehouse:connectors\n([\s\S]*?)^```/m.exec(await readFile(page, 'utf8')) ?? [];
  const [connector] = parse(example).connectors;
  Object.assign(connector.config, {
    host: `localhost:${directory.ldapsPort}`,
    ca: { fromFile: join(folder, 'ca.pem') },
    bindDn: directory.adminDn,
  });
  change(connector.config);
  return [connector];
}

async function claimsOfJane() {
  return decodeJwt((await (await house.party()).signIn('jane', 'jane-secret')).id_token ?? '');
}

test('who signed in to Dex with `idAttr: uid` is the same subject, with the same name, address and groups', async () => {
  expect(await claimsOfJane()).toMatchObject({
    sub: 'CgRqYW5lEgRjb3Jw',
    name: 'Jane Doe',
    preferred_username: 'jane',
    email: 'jane@example.com',
    email_verified: true,
    groups: ['staff', 'cn-k8s-admins', 'k8s-viewers', 'argo-deployers'],
  });
});

test('who signed in to Dex with `idAttr: DN` is the same subject', async () => {
  const byDn = await connectors((config) => {
    config.insecureIdFromDn = true;
    const { id: _, ...others } = config.attributes as Record<string, unknown>;
    config.attributes = others;
  });
  await house.restart({ connectors: byDn });
  const sub = 'CiR1aWQ9amFuZSxvdT1wZW9wbGUsZGM9ZXhhbXBsZSxkYz1jb20SBGNvcnA';
  expect((await claimsOfJane()).sub).toBe(sub);
});
