import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Certificates, makeCertificates } from '../../../../tests/support/certificates.ts';
import { group, person, root, suffix, unit } from '../../../../tests/support/directory-tree.ts';
import { type OpenLdap, startOpenLdap } from '../../../../tests/support/openldap.ts';
import { openConnector, signIn } from '../testing/open-connector.ts';

const people = `ou=People,${suffix}`;
const service = `cn=gatehouse,${suffix}`;

let folder: string;
let directory: OpenLdap;
let ours: Certificates;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-external-'));
  ours = await makeCertificates(['gatehouse'], 'clientAuth');
  await writeFile(join(folder, 'clients.pem'), ours.ca);
  directory = await startOpenLdap({
    ldif: [
      ...[root, person('gatehouse', 'unused', suffix), unit('People'), unit('Groups')],
      person('jane', 'foo', people, { uid: 'jane' }),
      group('admins', `ou=Groups,${suffix}`, [`cn=jane,${people}`]),
    ].join(''),
    settings: settings(),
  });
});
afterAll(async () => {
  await directory.stop();
  await rm(folder, { recursive: true });
});

/** Only the service account sees anything: who is nobody, or somebody else, finds nobody. */
function settings(): string {
  return `
TLSCACertificateFile ${folder}/clients.pem
TLSVerifyClient demand
authz-regexp "^cn=gatehouse$" "${service}"
access to attrs=userPassword by anonymous auth
access to * by dn.exact="${service}" read by * none
`;
}

let connector: ReturnType<typeof openConnector>;
afterEach(() => connector.close?.());

function open(more: Readonly<Record<string, unknown>> = {}) {
  connector = openConnector({
    ...{ host: `localhost:${directory.ldapsPort}`, ca: directory.ca },
    ...{ clientCert: ours.cert, clientKey: ours.key, saslExternal: true },
    userSearch: { baseDn: people, username: 'uid' },
    groupSearch: { baseDn: `ou=Groups,${suffix}` },
    ...more,
  });
}

describe('with a certificate for the service account', () => {
  test.each(['LDAPS', 'StartTLS'])(
    'people sign in over %s, and no password of the account is sent',
    async (way) => {
      open(way === 'LDAPS' ? {} : { host: `localhost:${directory.port}`, startTls: true });
      for (let n = 0; n < 3; n += 1)
        expect((await signIn(connector, 'jane', 'foo'))?.groups).toEqual(['admins']);
      expect(await signIn(connector, 'jane', 'wrong')).toBeNull();
      const log = await directory.log();
      expect(log).toContain(`BIND dn="${service}" mech=EXTERNAL`);
      expect(log).not.toContain(`BIND dn="${service}" method=128`);
    },
  );

  test('the account is bound again when its connection broke', async () => {
    open();
    await signIn(connector, 'jane', 'foo');
    await directory.restart(settings());
    expect((await signIn(connector, 'jane', 'foo'))?.groups).toEqual(['admins']);
  });
});

describe('a certificate that the directory does not take', () => {
  test('of another authority finds no connection', async () => {
    const stranger = await makeCertificates(['gatehouse'], 'clientAuth');
    open({ clientCert: stranger.cert, clientKey: stranger.key });
    await expect(signIn(connector, 'jane', 'foo')).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('where a certificate is asked for, none at all finds no connection', async () => {
    const none = { clientCert: undefined, clientKey: undefined, saslExternal: false };
    open({ ...none, bindDn: service, bindPassword: 'unused' });
    await expect(signIn(connector, 'jane', 'foo')).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('over a connection that shows none is refused as an account, and nobody is searched for as nobody', async () => {
    // StartTLS where the directory does not ask for certificates: EXTERNAL has nothing to go by.
    const lax = await startOpenLdap({ ldif: root, settings: 'access to * by * read' });
    open({ host: `localhost:${lax.ldapsPort}`, ca: lax.ca });
    await expect(signIn(connector, 'jane', 'foo')).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('client certificate'),
    });
    expect(await lax.log()).not.toContain('SRCH base="ou=People');
    await lax.stop();
  });
});
