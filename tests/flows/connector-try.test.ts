/** `connector try`: a sign-in with a configuration that no server has yet, and one that travels through a server. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { exampleDirectory } from '../support/example-directory.ts';
import { freePort } from '../support/free-port.ts';
import { client, mock, openHouse } from '../support/house.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { startOpenIdProvider } from '../support/openid-provider.ts';
import { startOpenLdap } from '../support/openldap.ts';
import { runCommand } from '../support/run-command.ts';
import { carryOn, seeFindings, signInAt, startTry } from '../support/try-process.ts';

const folder = await mkdtemp(join(tmpdir(), 'connector-try-'));
const upstreamSecret = 'the secret of Gatehouse at its upstream';
const port = await freePort();
const issuer = `http://127.0.0.1:${port}`;
const ada = {
  sub: 'u-1815',
  claims: {
    preferred_username: 'ada',
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    email_verified: true,
    teams: ['engineers', 'admins', 'system:masters'],
    _claim_sources: { one: { endpoint: 'https://claims.example', access_token: 'leave-me-out' } },
    hr_token: 'leave-me-out',
  },
};
const provider = await startOpenIdProvider({
  people: [ada],
  clients: [
    {
      client_id: 'gatehouse-fresh',
      client_secret: upstreamSecret,
      redirect_uris: [`${issuer}/callback/fresh`],
      grant_types: ['authorization_code', 'refresh_token'],
    },
  ],
});
const house = await openHouse({ port });
const env = {
  DATABASE_URL: house.db.url,
  SEAL_KEY: house.sealKey,
  APP_SECRET: 'app secret that is long enough',
  UPSTREAM_SECRET: upstreamSecret,
};
afterAll(async () => {
  await house.close();
  await provider.stop();
  await rm(folder, { recursive: true });
});
beforeEach(() => provider.order({ mode: 'well', people: [ada], signsIn: ada.sub }));

const fresh = {
  id: 'fresh',
  type: 'oidc',
  name: 'The new provider',
  rules: { groups: { rename: { engineers: 'k8s-engineers' }, exclude: ['admins'] } },
  config: {
    issuer: provider.issuer,
    clientId: 'gatehouse-fresh',
    clientSecret: { fromEnv: 'UPSTREAM_SECRET' },
    claims: { groups: 'teams' },
  },
};

/** The running server's file with other connectors: it does not know them. */
async function unsaved(options: object = {}): Promise<string> {
  const config = parse(await readFile(house.gatehouse.configFile, 'utf8'));
  const clients = [client('app', { public: true }), client('portal', { public: true, connectors: ['corp'] })];
  const corp = config.connectors[0];
  const changed = { ...fresh, config: { ...fresh.config, ...options } };
  const path = join(folder, 'unsaved.yaml');
  await writeFile(path, stringify({ ...config, connectors: [corp, changed], clients }));
  return path;
}

const countOf = async (table: string) => (await house.sql(`SELECT FROM ${table}`)).length;

describe('through the running server', () => {
  const begin = async (...args: readonly string[]) =>
    startTry(['fresh', '--config', await unsaved(), ...args], env);

  test('a connector that it does not have yet is signed in with, and shown on the page and in the terminal', async () => {
    const running = await begin('--group', 'admins');
    expect(running.link.startsWith(`${issuer}/try/`)).toBe(true);
    const page = await signInAt(running.link);
    const { status, stdout } = await running.ended;
    for (const text of [page.body, stdout]) {
      expect(text).toContain('u-1815');
      expect(text).toContain('ada@example.com');
      expect(text).toContain('k8s-engineers');
      expect(text).toContain('renamed to k8s-engineers');
      expect(text.replaceAll('`', '')).toContain('left out: rules.groups.exclude has admins');
      expect(text).toContain('which Kubernetes keeps for itself');
      expect(text).toContain('fresh is not one of them');
      expect(text).not.toContain('leave-me-out');
      expect(text).not.toMatch(/eyJ[\w-]+\./);
    }
    expect(stdout).toMatch(/ada and the group admins\n.*the person is in it/);
    // The group is in no token: a script can tell.
    expect(status).toBe(5);
  });

  test('nothing is left of it: no session, login, identity, nor the try itself', async () => {
    const running = await begin();
    await signInAt(running.link);
    expect((await running.ended).status).toBe(0);
    for (const table of [
      'tries',
      'sessions',
      'logins',
      'arrivals',
      'identities',
      'authorization_codes',
      'grants',
    ])
      expect([table, await countOf(table)]).toEqual([table, 0]);
  });

  test('for scripts there is JSON, with the claims of the client that was named alone', async () => {
    const running = await begin('--client', 'app', '--json');
    await signInAt(running.link);
    const { status, stdout } = await running.ended;
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      connector: 'fresh',
      ok: true,
      person: { id: 'u-1815', clients: [{ client: 'app', claims: { groups: ['k8s-engineers'] } }] },
    });
    expect(JSON.parse(stdout).person.clients).toHaveLength(1);
  });

  test('a claim that is missing is told with those that the upstream does send', async () => {
    const path = await unsaved({ claims: { id: 'employee_number', groups: 'teams' } });
    const running = await startTry(['fresh', '--config', path], env);
    await signInAt(running.link);
    const { status, stdout, stderr } = await running.ended;
    expect(stderr).toContain('sent no claim "employee_number"; name one that it sends in `claims.id`');
    expect(stdout).toMatch(/As the upstream has it\n +sub +u-1815/);
    expect(stdout).not.toMatch(/eyJ[\w-]+\.|leave-me-out/);
    expect(status).toBe(5);
  });

  test('a person who declines is a failure with its reason in the terminal alone', async () => {
    await provider.order({ signsIn: null });
    const running = await begin();
    const page = await signInAt(running.link);
    const { status, stderr } = await running.ended;
    expect(page.body).toContain('upstream_denied');
    expect(page.body).not.toContain('access_denied');
    expect(stderr).toMatch(/The sign-in failed \(upstream_denied\): .*access_denied/);
    expect(status).toBe(5);
  });

  // Attack: somebody sends the link of their own try to a person who is signed in at the upstream.
  test('before it begins the page says where the attributes go and shows the code of the terminal', async () => {
    const running = await begin();
    const page = await new HttpBrowser().go(running.link);
    expect(page.body).toContain('in the terminal of whoever made this link');
    expect(page.body).toContain(running.code);
    expect(page.body).not.toContain('autofocus');
    expect(page.headers.get('x-frame-options')).toBe('DENY');
    running.kill('SIGINT');
    await running.ended;
  });

  // Attack: a web site posts the page's form for its visitor, with the token that it fetched for itself.
  test('no other site can click for the person', async () => {
    const running = await begin();
    const attacker = await new HttpBrowser().go(running.link);
    const csrf = /name="csrf" value="([^"]+)"/.exec(attacker.body)?.[1] ?? '';
    const victim = new HttpBrowser();
    const post = (headers: Record<string, string>) =>
      victim.request(running.link, { method: 'POST', body: new URLSearchParams({ csrf }), headers });
    expect((await post({})).status).toBe(403);
    await victim.go(running.link);
    expect((await post({})).status).toBe(403);
    const own = await victim.go(running.link);
    expect((await victim.submit(own, {}, provider.issuer)).status).toBe(303);
    running.kill('SIGINT');
    await running.ended;
  });

  test('another origin is refused though the token is right', async () => {
    const running = await begin();
    const browser = new HttpBrowser();
    const page = await browser.go(running.link);
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
    const headers = { origin: 'https://evil.example' };
    const body = new URLSearchParams({ csrf });
    expect((await browser.request(running.link, { method: 'POST', body, headers })).status).toBe(403);
    running.kill('SIGINT');
    await running.ended;
  });

  // Attack: whoever sees the link over a shoulder opens it too, or plants the answer of another sign-in.
  test('it belongs to the browser that began it: no other sees it, goes on with it, or brings an answer', async () => {
    const running = await begin();
    const [first, second] = [new HttpBrowser(), new HttpBrowser()];
    const seen = await second.go(running.link);
    const landed = await first.submit(await first.go(running.link));
    expect((await second.go(running.link)).body).toContain('begun in another browser');
    expect((await second.submit(seen)).body).toContain('begun in another browser');
    expect((await carryOn(landed, second)).body).toContain('begun in another browser');
    const page = await seeFindings(await carryOn(landed, first), first);
    expect(page.body).toContain('ada may sign in');
    expect((await running.ended).status).toBe(0);
  });

  test('it is good for one answer, and is shown once', async () => {
    const running = await begin();
    const browser = new HttpBrowser();
    const landed = await browser.submit(await browser.go(running.link));
    await seeFindings(await carryOn(landed, browser), browser);
    expect((await carryOn(landed, browser)).body).toContain('This try is over');
    expect((await browser.go(running.link)).body).toContain('This try is over');
    await running.ended;
  });

  // Attack: the answer to a try ends a sign-in, or the other way round.
  test('its answer makes nobody signed in, and the answer of another login is not taken', async () => {
    const running = await begin();
    const browser = new HttpBrowser();
    const landed = await browser.submit(await browser.go(running.link));
    const params = /name="params" value="([^"]+)"/.exec(landed.body)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const elsewhere = await browser.request(`${issuer}/callback/sso?${params}`);
    expect(elsewhere.status).toBe(400);
    const planted = await browser.submit(landed, { params: 'code=planted&state=of-another-login' });
    expect(planted.body).toContain('This try is over');
    expect(await countOf('sessions')).toBe(0);
    const page = await seeFindings(await carryOn(landed, browser), browser);
    expect(page.body).toContain('ada may sign in');
    await running.ended;
  });

  // Attack: large bodies sent to a callback that nobody waits at.
  test('the answer may be as large as a SAML response, but only while it is waited for', async () => {
    const big = { SAMLResponse: 'x'.repeat(100_000) };
    const send = (state: string) =>
      fetch(`${issuer}/callback/fresh`, { method: 'POST', body: new URLSearchParams({ state, ...big }) });
    expect(await (await send('nobody')).text()).toContain('bad_request');
    const running = await begin();
    const browser = new HttpBrowser();
    const away = await browser.submit(await browser.go(running.link), {}, provider.issuer);
    const landed = await send(away.location?.searchParams.get('state') ?? '');
    expect([landed.status, await landed.text()]).toEqual([200, expect.stringContaining('/arrival')]);
    running.kill('SIGINT');
    await running.ended;
  });

  test('its address stands in no line of the log', async () => {
    const running = await begin();
    await signInAt(running.link);
    await running.ended;
    const id = running.link.split('/').at(-1) ?? '';
    expect(house.gatehouse.output()).toContain('/try/*');
    expect(house.gatehouse.output()).not.toContain(id);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('%s ends it, and the link with it', async (signal) => {
    const running = await begin();
    running.kill(signal);
    const { status, stderr } = await running.ended;
    expect(status).toBe(1);
    expect(stderr).toContain('Stopped');
    expect(await countOf('tries')).toBe(0);
    expect((await new HttpBrowser().go(running.link)).status).toBe(400);
  });

  test('when its time is over the terminal says so, and the page too', async () => {
    const running = await begin();
    await house.sql(`UPDATE tries SET expires_at = now() - interval '1 second'`);
    const { status, stderr } = await running.ended;
    expect(status).toBe(1);
    expect(stderr).toContain('Nobody has signed in within 10 minutes');
    expect((await new HttpBrowser().go(running.link)).body).toContain('This try is over');
  });

  test('a client or connector that is not there is named before anything begins', async () => {
    const config = await unsaved();
    const run = (...args: string[]) => house.gatehouse.cliBeside(['connector', 'try', ...args]);
    expect(await run('nobody')).toMatchObject({ status: 2, stderr: expect.stringContaining('corp, sso') });
    expect(config).not.toBe('');
    expect(await run('sso', '--client', 'x')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('app'),
    });
  });
});

describe('where no server runs', () => {
  const write = async (connector: object, more: object = {}) => {
    const own = await freePort();
    const path = join(folder, `own-${own}.yaml`);
    const listen = { host: '127.0.0.1', port: own };
    const written = {
      issuer: `http://127.0.0.1:${own}/sso`,
      listen,
      connectors: [connector],
      clients: [client('app', { public: true })],
      ...more,
    };
    await writeFile(path, stringify(written));
    return { path, issuer: written.issuer };
  };

  test('the command serves the sign-in by itself, under the issuer, and stops', async () => {
    const place = await write(mock('sso', 'Single sign-on', { kind: 'redirect', immediate: true }));
    const running = await startTry(['sso', '--config', place.path]);
    expect(running.link.startsWith(`${place.issuer}/try/`)).toBe(true);
    for (const path of ['/auth', '/login/x', '/token', '/']) {
      expect((await fetch(place.issuer + path)).status).toBe(404);
    }
    const page = await signInAt(running.link);
    expect(page.body).toContain('alice may sign in');
    const { status, stdout } = await running.ended;
    expect([status, stdout]).toEqual([0, expect.stringMatching(/app +admins, dev/)]);
    await expect(fetch(place.issuer)).rejects.toThrow();
  });

  test('an issuer that does not lead here is told before somebody opens the link', async () => {
    const config = { kind: 'redirect', immediate: true };
    const elsewhere = `http://127.0.0.1:${await freePort()}`;
    const place = await write(mock('sso', 'Single sign-on', config), { issuer: elsewhere });
    const running = await startTry(['sso', '--config', place.path]);
    running.kill('SIGINT');
    const { stderr } = await running.ended;
    expect(stderr).toContain(
      `From this computer ${elsewhere} cannot be reached. This command listens at 127.0.`,
    );
    expect(stderr).not.toContain('This command serves that address');
  });

  test('two at once on one port: the second says why not', async () => {
    const place = await write(mock('sso', 'Single sign-on', { kind: 'redirect', immediate: true }));
    const first = await startTry(['sso', '--config', place.path]);
    const port = new URL(place.issuer).port;
    await expect(startTry(['sso', '--config', place.path, '--port', port])).rejects.toThrow('is in use');
    first.kill('SIGINT');
    await first.ended;
  });

  test('a directory asks for name and password in the terminal, and tells where each group comes from', async () => {
    const directory = await startOpenLdap({ ldif: exampleDirectory, suffix: 'dc=example,dc=com' });
    try {
      const { ldap } = directoryConnector(directory.url);
      const place = await write(ldap);
      const run = (input: string) =>
        runCommand(
          process.execPath,
          [main, 'connector', 'try', 'corp', '--config', place.path, '--group', 'nothing'],
          {},
          input,
        );
      const right = await run('jane\njane-secret\n');
      expect(right.output).toContain('jane: may sign in');
      expect(right.output).toContain('there is no group "nothing"');
      expect(right.output).not.toContain('jane-secret');
      const wrong = await run('jane\nwrong\n');
      expect(wrong).toMatchObject({
        code: 5,
        output: expect.stringContaining('does not take that name and password'),
      });
      const empty = await run('jane\n\n');
      expect(empty).toMatchObject({ code: 1, output: expect.stringContaining('No password') });
    } finally {
      await directory.stop();
    }
  });
});

const main = join(import.meta.dirname, '../../packages/cli/src/main.ts');

function directoryConnector(url: string) {
  const config = {
    host: url.replace('ldap://', ''),
    insecureNoTls: true,
    userSearch: { baseDn: 'ou=people,dc=example,dc=com', username: 'uid' },
    groupSearch: {
      baseDn: 'ou=groups,dc=example,dc=com',
      userMatchers: [{ userAttribute: 'DN', groupAttribute: 'member' }],
    },
  };
  return { ldap: { id: 'corp', type: 'ldap', name: 'Directory', config } };
}
