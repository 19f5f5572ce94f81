/** `connector check --user --group` against what really happens: the ID tokens of the same people, at the same servers. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Enterprise, startEnterprise } from '../support/enterprise.ts';
import { exampleDirectory } from '../support/example-directory.ts';
import { type OpenLdap, startOpenLdap } from '../support/openldap.ts';
import { freshDatabase, type TestDatabase } from '../support/postgres.ts';
import { RelyingParty } from '../support/relying-party.ts';

let database: TestDatabase;
let directory: OpenLdap;
let enterprise: Enterprise;

beforeAll(async () => {
  database = await freshDatabase();
  directory = await startOpenLdap({ ldif: exampleDirectory, suffix: 'dc=example,dc=com' });
  enterprise = await startEnterprise({ databaseUrl: database.url, directory });
});

afterAll(async () => {
  await enterprise?.stop();
  await directory?.stop();
  await database?.drop();
});

function check(...args: readonly string[]) {
  return enterprise.gatehouse.cliBeside(['connector', 'check', 'corp', ...args]);
}

async function report(...args: readonly string[]) {
  const { status, stdout, stderr } = await check(...args, '--json');
  try {
    return { status, report: JSON.parse(stdout) };
  } catch (cause) {
    throw new Error(`no JSON: ${stdout}${stderr}`, { cause });
  }
}

const parties = {
  kubernetes: {},
  'argo-cd': {
    clientSecret: 'argo-secret-one-0123456789abcdef',
    redirectUri: 'https://argo.example.com/auth/callback',
  },
} as const;

/** What the ID token says about the person, or how the sign-in ended. */
async function tokenOf(uid: string, clientId: keyof typeof parties): Promise<Record<string, unknown>> {
  const { issuer } = enterprise.gatehouse;
  const party = await RelyingParty.discover({ issuer, clientId, ca: enterprise.ca, ...parties[clientId] });
  const { id_token = '' } = await party.signIn(uid, `${uid}-secret`);
  return decodeJwt(id_token);
}

const aboutToken = [
  'iss',
  'aud',
  'azp',
  'exp',
  'iat',
  'auth_time',
  'nonce',
  'at_hash',
  'jti',
  'sid',
  'acr',
  'amr',
];

function aboutPerson(claims: Record<string, unknown>) {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !aboutToken.includes(name)));
}

describe('what is shown of somebody', () => {
  it.each([
    ['jane', 'kubernetes'],
    ['jane', 'argo-cd'],
    ['john', 'kubernetes'],
  ] as const)('is what is in the ID token: %s at %s', async (uid, clientId) => {
    const { status, report: shown } = await report('--user', uid);
    const client = shown.person.clients.find((each: { client: string }) => each.client === clientId);
    expect(status).toBe(0);
    expect(client.claims).toEqual(aboutPerson(await tokenOf(uid, clientId)));
  });

  it.each([
    ['john', 'argo-cd', /requireGroups/],
    ['leaver', 'kubernetes', /deny\.groups: in leavers/],
    ['mallory', 'kubernetes', /require\.anyGroup/],
  ] as const)('is a refusal where the sign-in is refused: %s at %s', async (uid, clientId, reason) => {
    const { report: shown } = await report('--user', uid);
    const client = shown.person.clients.find((each: { client: string }) => each.client === clientId);
    expect(client.refused.reason).toMatch(reason);
    expect(client).not.toHaveProperty('claims');
    await expect(tokenOf(uid, clientId)).rejects.toThrow(/not allowed to use this service/);
  });

  it('is found without a bind as them: no wrong password is counted, and no sign-in begins', async () => {
    const binds = async () => (await directory.log()).match(/BIND dn="uid=jane/g)?.length ?? 0;
    const before = await binds();
    await report('--user', 'jane', '--group', 'staff');
    expect(await binds()).toBe(before);
  });
});

describe('what is shown of a group', () => {
  it.each([
    ['jane', 'corp:k8s-admins', 0],
    ['jane', 'cn-k8s-admins', 0],
    ['john', 'corp:k8s-admins', 5],
    ['john', 'system:masters', 5],
  ])('is whether %s has %s in a token', async (uid, group, status) => {
    const answer = await report('--user', uid, '--group', group);
    expect(answer.status, JSON.stringify(answer.report)).toBe(status);
    const { groups = [] } = await tokenOf(uid, 'kubernetes');
    const [kubernetes] = answer.report.group.person.clients;
    expect(kubernetes.inToken).toBe((groups as string[]).includes('corp:k8s-admins') && status === 0);
  });
});

describe('the page for when something does not work', () => {
  it('shows what the command says', async () => {
    const page = await readFile(
      join(import.meta.dirname, '../../docs/operations/troubleshooting.md'),
      'utf8',
    );
    const shown = [...page.matchAll(/^```text\n\$ gatehouse connector check corp (.*)\n([\s\S]*?)^```/gm)];
    expect(shown.length).toBeGreaterThan(1);
    for (const [, args = '', output = ''] of shown) {
      const { stdout, stderr } = await check(...args.split(' '));
      expect(withoutChance(stdout + stderr)).toBe(withoutChance(output));
    }
  });
});

/** Times, ports, and the ids that the directory has made for this run. */
function withoutChance(text: string): string {
  return text
    .replaceAll(/[<\d.]+ m?s\b/g, 'TIME')
    .replaceAll(/(ldap\.example\.com|localhost):\d+/g, 'SERVER')
    .replaceAll(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, 'ID')
    .replaceAll(/\bCi[\w-]{40,}/g, 'SUBJECT')
    .replaceAll(/[ \n]+/g, ' ')
    .trim();
}
