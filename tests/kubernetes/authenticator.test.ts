import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Enterprise, startEnterprise } from '../support/enterprise.ts';
import { exampleDirectory } from '../support/example-directory.ts';
import {
  type KubernetesAuthenticator,
  type ShippedJwt,
  shippedConfiguration,
  startAuthenticator,
} from '../support/kubernetes-authenticator.ts';
import { type OpenLdap, startOpenLdap } from '../support/openldap.ts';
import { freshDatabase, type TestDatabase } from '../support/postgres.ts';
import { defaultRedirectUri, RelyingParty, type Tokens } from '../support/relying-party.ts';

const shipped = (change?: (jwt: ShippedJwt) => void) =>
  shippedConfiguration({ issuer: enterprise.gatehouse.issuer, ca: enterprise.ca }, change);

let database: TestDatabase;
let directory: OpenLdap;
let enterprise: Enterprise;
let kubernetes: KubernetesAuthenticator;

const es256Client = {
  id: 'kubernetes-es256',
  name: 'kubectl (ES256)',
  public: true,
  native: true,
  trusted: true,
  redirectUris: [defaultRedirectUri],
  refreshTokens: 'always',
  idTokenAlgorithm: 'ES256',
};

beforeAll(async () => {
  database = await freshDatabase();
  directory = await startOpenLdap({ ldif: exampleDirectory, suffix: 'dc=example,dc=com' });
  enterprise = await startEnterprise({ databaseUrl: database.url, directory }, (config) => {
    config.clients.push(es256Client);
  });
  kubernetes = await startAuthenticator(await shipped());
});

afterAll(async () => {
  await kubernetes?.stop();
  await enterprise?.stop();
  await directory?.stop();
  await database?.drop();
});

async function clientOf(
  clientId: string,
  clientSecret?: string,
  { gatehouse, ca }: Enterprise = enterprise,
): Promise<RelyingParty> {
  return await RelyingParty.discover({
    issuer: gatehouse.issuer,
    clientId,
    ca,
    ...(clientSecret && { clientSecret, redirectUri: 'https://argo.example.com/auth/callback' }),
  });
}

async function signIn(uid: string, clientId = 'kubernetes'): Promise<Tokens> {
  return await (await clientOf(clientId)).signIn(uid, `${uid}-secret`);
}

const idTokenOf = (tokens: Tokens) => tokens.id_token ?? '';

describe('the Kubernetes token authenticator, with the configuration file that the documentation ships', () => {
  it('takes a token for who the directory says it is, groups mapped by the rules', async () => {
    expect(await kubernetes.ask(idTokenOf(await signIn('jane')))).toMatchObject({
      authenticated: true,
      user: 'jane@example.com',
      groups: ['corp:k8s-admins', 'corp:k8s-viewers'],
    });
    expect(await kubernetes.ask(idTokenOf(await signIn('john')))).toMatchObject({
      user: 'john@example.com',
      groups: ['corp:k8s-viewers'],
    });
  });

  it("knows the token again in the cluster's audit log by its jti", async () => {
    const idToken = idTokenOf(await signIn('jane'));
    const { extra } = await kubernetes.ask(idToken);
    expect(extra?.['authentication.kubernetes.io/credential-id']).toEqual([`JTI=${decodeJwt(idToken).jti}`]);
  });

  it('takes a refreshed token like the first one', async () => {
    const client = await clientOf('kubernetes');
    const first = await client.signIn('john', 'john-secret');
    const second = await client.refresh(first.refresh_token ?? '');
    expect(await kubernetes.ask(idTokenOf(second))).toMatchObject({
      authenticated: true,
      user: 'john@example.com',
    });
  });

  it('takes ES256 where the client is set to it, and the older flags do not', async () => {
    const configuration = await shipped((jwt) => {
      jwt.issuer.audiences = ['kubernetes-es256', 'kubernetes'];
      Object.assign(jwt.issuer, { audienceMatchPolicy: 'MatchAny' });
    });
    const modern = await startAuthenticator(configuration);
    const legacy = await startAuthenticator(configuration, ['--legacy-rs256']);
    try {
      const es256 = idTokenOf(await signIn('jane', 'kubernetes-es256'));
      expect(decodeProtectedHeader(es256).alg).toBe('ES256');
      expect(await modern.ask(es256)).toMatchObject({ authenticated: true, user: 'jane@example.com' });
      expect((await legacy.ask(es256)).authenticated).toBe(false);
      expect((await legacy.ask(idTokenOf(await signIn('jane')))).authenticated).toBe(true);
    } finally {
      await modern.stop();
      await legacy.stop();
    }
  });

  // The attack: whoever may name a group in the directory makes one that Kubernetes treats as its own.
  it('never meets a system: group, also where its own second lock is taken off', async () => {
    const open = await shipped((jwt) => {
      jwt.userValidationRules = [];
    });
    await enterprise.restart((config) => {
      config.clients.push(es256Client, { ...es256Client, id: 'all-groups', idTokenAlgorithm: 'RS256' });
      Object.assign(config.connectors[0], { rules: { require: { anyGroup: ['staff'] } } });
    });
    const trusting = await startAuthenticator(open.replace('- kubernetes', '- all-groups'));
    try {
      const answer = await trusting.ask(idTokenOf(await signIn('john', 'all-groups')));
      expect(answer).toMatchObject({ authenticated: true, user: 'john@example.com' });
      expect(answer.groups).toEqual(['staff', 'k8s-viewers']);
      await expect.poll(() => enterprise.gatehouse.output()).toContain('system:masters');
    } finally {
      await trusting.stop();
      await enterprise.restart((config) => config.clients.push(es256Client));
    }
  });

  it('refuses a token for another client', async () => {
    const argo = await clientOf('argo-cd', 'argo-secret-two-0123456789abcdef');
    const tokens = await argo.signIn('jane', 'jane-secret', { scope: 'openid email groups' });
    expect(await kubernetes.ask(idTokenOf(tokens))).toMatchObject({
      authenticated: false,
      error: expect.stringContaining('audience'),
    });
  });

  it('refuses the token of another issuer, the same directory behind it', async () => {
    const otherDatabase = await freshDatabase();
    const other = await startEnterprise({ databaseUrl: otherDatabase.url, directory });
    try {
      const tokens = await (await clientOf('kubernetes', undefined, other)).signIn('jane', 'jane-secret');
      expect((await kubernetes.ask(idTokenOf(tokens))).authenticated).toBe(false);
    } finally {
      await other.stop();
      await otherDatabase.drop();
    }
  });

  it('refuses what was tampered with, and alg none', async () => {
    const [header = '', payload = '', signature = ''] = idTokenOf(await signIn('john')).split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const admin = encode({ ...claims, groups: ['corp:k8s-admins'] });
    for (const forged of [
      `${header}.${admin}.${signature}`,
      `${encode({ alg: 'none' })}.${admin}.`,
      `${encode({ alg: 'none', kid: decodeProtectedHeader(`${header}.${payload}.${signature}`).kid })}.${payload}.`,
      `${header}.${payload}.${signature.slice(0, -4)}AAAA`,
    ]) {
      expect(await kubernetes.ask(forged)).toMatchObject({ authenticated: false });
    }
  });

  it('keeps out who is not let in by the rules', async () => {
    await expect(signIn('mallory')).rejects.toThrow('not back at the client');
    await expect(signIn('leaver')).rejects.toThrow('not back at the client');
  });

  it('follows the replacement of the signing key, and still takes what the old one signed', async () => {
    const before = idTokenOf(await signIn('jane'));
    const rotated = enterprise.gatehouse.cli(['keys', 'rotate', '--immediately']);
    expect(rotated.status, rotated.stderr).toBe(0);
    const after = await tokenOfAnotherKey(decodeProtectedHeader(before).kid);
    // It reads the keys again when what it has is a minute old at most (`Cache-Control` of /keys).
    await expect
      .poll(async () => (await kubernetes.ask(after)).authenticated, { timeout: 120_000, interval: 2_000 })
      .toBe(true);
    expect(await kubernetes.ask(before)).toMatchObject({ authenticated: true, user: 'jane@example.com' });
  }, 240_000);

  it('refuses an expired token', async () => {
    await enterprise.restart((config) => {
      config.tokens = { idToken: '10s' };
    });
    const idToken = idTokenOf(await signIn('jane'));
    await expect
      .poll(async () => (await kubernetes.ask(idToken)).error ?? '', { timeout: 30_000, interval: 500 })
      .toContain('expired');
  });
});

async function tokenOfAnotherKey(kid: string | undefined): Promise<string> {
  let idToken = '';
  await expect
    .poll(
      async () => {
        idToken = idTokenOf(await signIn('jane'));
        return decodeProtectedHeader(idToken).kid;
      },
      { timeout: 60_000, interval: 1_000 },
    )
    .not.toBe(kid);
  return idToken;
}
