/** `connector try` at GitHub: what it says of whoever signs in, and why a group is not there. */
import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { freePort } from '../support/free-port.ts';
import { type FakeGithub, startFakeGithub } from '../support/hostile/github/fake-github.ts';
import { client, type House, openHouse } from '../support/house.ts';
import { signInAt, startTry } from '../support/try-process.ts';

const github = await startFakeGithub({ app: { callback: 'http://' } });
const octocat = github.world.account('octocat', { name: 'Mona Octocat' });
const acme = github.world.org('acme', [octocat]);
github.world.team(acme, 'Site Admins', [octocat]);
github.world.team(acme, 'Others');

function connector(id: string, options: object) {
  const { clientSecret: _, ...app } = github.config;
  const config = { ...app, clientSecret: { fromEnv: 'GITHUB_SECRET' }, ...options };
  return { id, type: 'github', name: 'GitHub', config };
}

const env = { GITHUB_SECRET: github.oauth.app.clientSecret };
const house: House = await openHouse({
  env,
  config: {
    connectors: [
      connector('gh', { orgs: [{ name: 'acme', id: acme.id }] }),
      connector('open', { loadAllGroups: true }),
      connector('team', { orgs: [{ name: 'acme', id: acme.id, teams: ['Others'] }] }),
    ],
    clients: [client('web', { public: true })],
  },
});
afterAll(async () => {
  await house.close();
  await github.stop();
});
beforeEach(() => {
  acme.approved = true;
  acme.sso = null;
});

async function tried(id: string, ...args: readonly string[]) {
  const own = { ...env, DATABASE_URL: house.db.url, SEAL_KEY: house.sealKey };
  const running = await startTry([id, '--config', house.gatehouse.configFile, ...args], own);
  const page = await signInAt(running.link);
  const ended = await running.ended;
  expectNoSecrets(github, [page.body, ended.stdout, ended.stderr]);
  return { ...ended, page: page.body };
}

function expectNoSecrets({ oauth }: FakeGithub, texts: readonly string[]): void {
  for (const secret of [...oauth.secrets, oauth.app.clientSecret]) {
    for (const text of texts) expect(text).not.toContain(secret);
  }
}

describe('a try at GitHub', () => {
  test('shows the number, the organisations and the teams, and the group that is in the token', async () => {
    const { status, stdout, page } = await tried('gh', '--group', 'acme:Site Admins', '--verbose');
    for (const text of [page, stdout]) {
      expect(text).toMatch(/octocat:? may sign in/);
      expect(text).toContain(String(octocat.id));
      expect(text).toContain('acme:Site Admins');
    }
    expect(stdout).toMatch(/octocat and the group acme:Site Admins\n.*the person is in it/);
    expect(stdout).toContain('site-admins');
    expect(status).toBe(0);
  });

  test('says that somebody is not in a team', async () => {
    const { status, stdout } = await tried('gh', '--group', 'acme:Others');
    expect(stdout).toContain('no group of this person has that name');
    expect(status).toBe(5);
  });

  test('names the organisation that has not approved the app, and who can', async () => {
    acme.approved = false;
    const { status, stderr, page } = await tried('gh', '--group', 'acme:Site Admins');
    expect(stderr).toMatch(/organisation acme: .*OAuth App access restrictions/);
    expect(stderr).toContain('an owner of the organisation has to approve the OAuth app');
    expect(page).not.toContain('may sign in');
    expect(status).toBe(5);
  });

  test('shows what GitHub said of somebody who is not let in', async () => {
    const { status, stdout, stderr, page } = await tried('team');
    expect(stdout).toMatch(/As the upstream has it\n.*\n +login +octocat/);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('{"name":"acme","membership":"active"}');
    expect(stderr).toContain('a member, but in none of its listed teams');
    expect(stderr).toMatch(/step by step: .*connector check team$/m);
    expect(page).toContain('The terminal shows more');
    expect(status).toBe(5);
  });

  test('names the organisation that wants its own single sign-on first', async () => {
    acme.sso = new Set();
    const { status, stderr } = await tried('gh');
    expect(stderr).toMatch(/organisation acme: .*SAML enforcement/);
    expect(status).toBe(5);
  });

  // GitHub does not speak of it at all, so nobody could tell it from a team that the person is not in.
  test('of all groups says that organisations that have not approved the app are not among them', async () => {
    acme.approved = false;
    const { status, stdout } = await tried('open', '--group', 'acme:Site Admins', '--verbose');
    expect(stdout).toContain('no group of this person has that name');
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'approved or installed this app, which GitHub leaves out',
    );
    expect(status).toBe(5);
  });
});

// GitHub would think that it was heard, and the server that comes back after the try never learns of it.
test('a webhook that arrives where no server runs is not taken for done', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'connector-try-'));
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const path = join(folder, 'own.yaml');
  const hooked = connector('gh', { loadAllGroups: true, webhookSecrets: [{ fromEnv: 'HOOK_SECRET' }] });
  const listen = { host: '127.0.0.1', port };
  await writeFile(
    path,
    stringify({ issuer, listen, connectors: [hooked], clients: [client('web', { public: true })] }),
  );
  const running = await startTry(['gh', '--config', path], {
    ...env,
    HOOK_SECRET: 'a-secret-of-the-webhooks',
  });
  const body = JSON.stringify({ action: 'renamed', organization: { id: acme.id } });
  const digest = createHmac('sha256', 'a-secret-of-the-webhooks').update(body).digest('hex');
  const headers = {
    'content-type': 'application/json',
    'x-github-event': 'organization',
    'x-github-delivery': 'd-1',
    'x-hub-signature-256': `sha256=${digest}`,
  };
  const answer = await fetch(`${issuer}/connectors/gh/webhook`, { method: 'POST', body, headers });
  expect(answer.status).toBe(503);
  running.kill('SIGINT');
  await running.ended;
  await rm(folder, { recursive: true });
});
