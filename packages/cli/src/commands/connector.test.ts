import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { runProgram } from '../program.ts';
import { fakeTerminal } from '../testing/fake-terminal.ts';
import { widthOf } from '../wrapped.ts';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'connector-check-'));
});
afterEach(() => rm(cwd, { recursive: true }));

const rules = {
  require: { anyGroup: ['staff'] },
  groups: { rename: { 'cn-admins': 'k8s-admins' }, include: ['k8s-*'], prefix: 'corp:' },
};
const ada = { id: 'u-1', username: 'ada', displayName: 'Ada Lovelace', email: 'ada@example.com' };
const config = {
  issuer: 'http://127.0.0.1:5556',
  connectors: [
    {
      id: 'corp',
      type: 'mock',
      name: 'Corp',
      rules,
      config: {
        people: [
          { ...ada, groups: ['staff', 'cn-admins', 'k8s-test', 'payroll'] },
          { id: 'u-2', username: 'bob', groups: ['payroll'] },
          { id: 'u-3', username: 'eve\u001b[2J\nroot', groups: ['staff', 'k8s-\u001b]0;x\u0007'] },
          { id: 'u-4', username: 'dan', groups: ['staff'], behaviour: 'denied' },
        ],
      },
    },
  ],
  clients: [
    client('kubernetes', { groups: { exclude: ['corp:k8s-test'] } }),
    client('argo-cd', { requireGroups: ['corp:argo-*'] }),
  ],
};

function client(id: string, more: object = {}) {
  return {
    id,
    name: id,
    public: true,
    native: true,
    trusted: true,
    redirectUris: ['http://localhost:8000'],
    ...more,
  };
}

interface Manner {
  readonly written?: object;
  readonly columns?: number;
  readonly colour?: boolean;
}

async function check(args: readonly string[], { written = config, columns, colour }: Manner = {}) {
  const path = join(cwd, 'gatehouse.yaml');
  await writeFile(path, stringify(written));
  const env = colour ? {} : { NO_COLOR: '1' };
  const { terminal, stdout, stderr } = fakeTerminal({
    tty: columns !== undefined || colour === true,
    env,
    ...(columns && { columns }),
  });
  const context = { terminal, env, cwd, now: () => new Date('2026-11-22T08:00:00Z') };
  const code = await runProgram(['connector', 'check', 'corp', ...args, '-c', path], context);
  return { code, stdout: stdout(), stderr: stderr() };
}

async function json(args: readonly string[], manner?: Manner) {
  const { code, stdout } = await check([...args, '--json'], manner);
  return { code, report: JSON.parse(stdout) };
}

describe('connector check --user', () => {
  it('shows what a sign-in would find and what each client would get', async () => {
    const { code, stdout, stderr } = await check(['--user', 'ada']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('ada: can sign in with the right password');
    expect(stdout).toMatch(/require\.anyGroup +in staff/);
    expect(stdout).toMatch(
      /cn-admins → corp:k8s-admins\n.*\n {4}renamed to k8s-admins, included by k8s-\*, prefix corp:/,
    );
    expect(stdout).toMatch(
      /payroll → left out\n.*\n {4}left out: `rules\.groups\.include` has nothing that fits it/,
    );
    expect(stdout).toMatch(/preferred_username +ada/);
    expect(stdout).toMatch(/kubernetes +corp:k8s-admins\n/);
    expect(stdout).toMatch(/argo-cd +✗ not let in: requireGroups: in none of corp:argo-\*/);
  });

  it('has a form for scripts that stays', async () => {
    const { code, report } = await json(['--user', 'ada']);
    expect(code).toBe(0);
    expect(report).toMatchObject({
      connector: 'corp',
      type: 'mock',
      ok: true,
      checks: expect.arrayContaining([expect.objectContaining({ ok: true })]),
      person: {
        asked: 'ada',
        signsIn: true,
        checks: [
          { name: 'person', ok: true },
          { name: 'behaviour', ok: true },
        ],
        entry: 'u-1',
        id: 'u-1',
        attributes: expect.arrayContaining([{ name: 'username', values: ['ada'] }]),
        demands: [
          { rule: 'require.anyGroup', patterns: ['staff'], met: true, groups: ['staff'], missing: [] },
        ],
      },
    });
    expect(report.person.groups[1]).toEqual({
      group: 'cn-admins',
      name: 'corp:k8s-admins',
      found: [{ how: 'written in the configuration' }],
      steps: [
        { rule: 'rename', pattern: 'cn-admins', name: 'k8s-admins' },
        { rule: 'include', pattern: 'k8s-*' },
        { rule: 'prefix', prefix: 'corp:', name: 'corp:k8s-admins' },
      ],
    });
    expect(report.person.clients).toMatchObject([
      {
        client: 'kubernetes',
        claims: { preferred_username: 'ada', name: 'Ada Lovelace', groups: ['corp:k8s-admins'] },
        hidden: [{ group: 'corp:k8s-test', steps: [{ rule: 'exclude', pattern: 'corp:k8s-test' }] }],
      },
      {
        client: 'argo-cd',
        refused: { code: 'not_allowed', reason: 'client argo-cd: requireGroups: in none of corp:argo-*' },
        demands: [{ rule: 'requireGroups', met: false }],
      },
    ]);
  });

  it.each([
    ['nobody has the name', 'xerxes', /nobody by this name/],
    ['a rule keeps them out', 'bob', /✗ require\.anyGroup +in none of staff\n {6}→ /],
    ['the upstream refuses them', 'dan', /✗ behaviour +denied/],
  ])('ends with 5 and says why where %s', async (_, name, why) => {
    const { code, stdout, stderr } = await check(['--user', name]);
    expect(code).toBe(5);
    expect(stdout).toMatch(why);
    expect(stdout).toContain('cannot sign in');
    expect(stderr).toContain(`"${name}" cannot sign in.`);
    expect(stdout).not.toMatch(/preferred_username +bob/);
  });

  // Attack: whoever may name a group in the directory draws on the terminal of the administrator who looks at it.
  it('makes the control characters of the upstream harmless', async () => {
    const { stdout } = await check(['--user', 'u-3', '--verbose']);
    expect(stdout).toContain('u-3: cannot sign in');
    expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{C}/u);
    expect(stdout.split('\n')).not.toContain('root');
  });

  it.each([80, 200])('fits into a terminal of %i columns', async (columns) => {
    const { stdout } = await check(['--user', 'ada', '--group', 'k8s-admins'], { columns });
    expect(Math.max(...stdout.split('\n').map(widthOf))).toBeLessThanOrEqual(columns);
  });

  it('has colours on a terminal only', async () => {
    expect((await check(['--user', 'ada'], { colour: true })).stdout).toContain('\u001b[');
    expect((await check(['--user', 'ada'])).stdout).not.toContain('\u001b[');
  });
});

describe('connector check --group', () => {
  it.each([
    ['as the directory has it', 'cn-admins'],
    ['as it was renamed', 'k8s-admins'],
    ['as tokens have it', 'corp:k8s-admins'],
  ])('finds the group of somebody, %s', async (_, name) => {
    const { code, report } = await json(['--user', 'ada', '--group', name]);
    expect(code).toBe(0);
    expect(report.group.person.memberships).toMatchObject([{ group: 'cn-admins', name: 'corp:k8s-admins' }]);
    expect(report.group.person.clients).toEqual([
      { client: 'kubernetes', inToken: true },
      { client: 'argo-cd', inToken: false, reason: expect.objectContaining({ why: 'refused' }) },
    ]);
  });

  it.each([
    ['the rules leave it out', 'payroll', 5, /kubernetes +left out: `rules\.groups\.include` has nothing/],
    [
      'the client does not see it',
      'k8s-test',
      5,
      /kubernetes +left out: `groups\.exclude` has corp:k8s-test/,
    ],
    ['there is no such group', 'nix', 5, /there is no group "nix"/],
  ])('says why somebody does not have it: %s', async (_, name, code, why) => {
    const answer = await check(['--user', 'ada', '--group', name]);
    expect(answer.code).toBe(code);
    expect(answer.stdout).toMatch(why);
  });

  it('says that somebody is not a member of what is there', async () => {
    const { stdout, stderr } = await check(['--user', 'dan', '--group', 'corp:k8s-test']);
    expect(stdout).toMatch(/k8s-test, 1 direct member\n {4}→ dan is not a member of it\./);
    expect(stderr).toContain('"dan" does not have the group "corp:k8s-test".');
  });

  it('tells of a group alone what the rules make of it', async () => {
    const { code, stdout } = await check(['--group', 'k8s-admins']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/✓ cn-admins, 1 direct member\n {4}corp:k8s-admins in tokens: renamed/);
    expect((await check(['--group', 'nix'])).code).toBe(5);
  });
});

describe('an upstream that does not answer', () => {
  const [corp] = config.connectors;
  const away = { ...corp, config: { ...corp?.config, upstream: 'unavailable' } };

  it('is told, and nothing is concluded about people and groups', async () => {
    const { code, stdout } = await check(['--user', 'ada', '--group', 'staff'], {
      written: { ...config, connectors: [away] },
    });
    expect(code).toBe(5);
    expect(stdout).toContain('it could not be asked for; see above');
    expect(stdout).not.toMatch(/there is no group|nobody by this name/);
  });
});

describe('names in rules', () => {
  it('that no group of the upstream has are told, and do not fail', async () => {
    const wrong = { ...rules, require: { anyGroup: ['stuff', 'staff', 'x-*'] } };
    const [corp] = config.connectors;
    const written = { ...config, connectors: [{ ...corp, rules: wrong }] };
    const { code, stdout } = await check([], { written, columns: 100 });
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /! names in rules +2 of 3 are groups there\n {6}→ There is no group "stuff" \(`rules\.req/,
    );
  });
});

describe('our addresses', () => {
  const at = 'http://127.0.0.1:5556';
  const asked = async (type: string, options: object, ...args: readonly string[]) => {
    const connectors = [{ id: 'corp', type, name: 'Corp', config: options }];
    const { report } = await json(args, { written: { issuer: at, connectors } });
    return report.addresses;
  };
  // Nothing listens there: it is known without the upstream what it has to be told.
  const nowhere = { issuer: 'http://127.0.0.1:9', clientId: 'gatehouse' };

  it.each([
    [
      'oidc',
      { ...nowhere, frontchannelLogout: true },
      [
        { name: 'callback', url: `${at}/callback/corp` },
        { name: 'after a sign-out', url: `${at}/callback/corp/signed-out` },
        { name: 'backchannel-logout', url: `${at}/connectors/corp/backchannel-logout` },
        { name: 'frontchannel-logout', url: `${at}/connectors/corp/frontchannel-logout` },
      ],
    ],
    [
      'saml',
      { metadata: { url: 'http://127.0.0.1:9/metadata' } },
      [{ name: 'metadata', url: `${at}/connectors/corp/metadata` }],
    ],
  ])('are what is entered at an upstream of type %s', async (type, options, addresses) => {
    expect(await asked(type, options)).toEqual(addresses);
  });

  it('are none where the password is typed here, nor where somebody is asked about', async () => {
    expect(
      await asked('mock', { kind: 'password', people: [{ ...ada, password: 'a-password' }] }),
    ).toBeUndefined();
    expect((await json(['--user', 'ada'])).report.addresses).toBeUndefined();
  });
});

describe('a connector that cannot look anybody up', () => {
  const plugin = `
    const schema = { type: 'object' };
    export default {
      kit: 1, type: 'crowd', title: 'Crowd',
      config: { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }),
        jsonSchema: { input: () => schema, output: () => schema } } },
      open: () => ({
        login: { kind: 'password', usernameLabel: 'Name', verify: async () => null },
        check: async () => [{ name: 'up', ok: true }],
      }),
    };`;
  const written = {
    issuer: config.issuer,
    plugins: ['./crowd.mjs'],
    connectors: [{ id: 'corp', type: 'crowd', name: 'Crowd', config: {}, rules }],
  };

  /** In a process of its own: vitest would import the plugin in its own way. */
  function gatehouse(...args: readonly string[]) {
    const main = join(import.meta.dirname, '../main.ts');
    const all = [main, 'connector', 'check', 'corp', '-c', join(cwd, 'gatehouse.yaml'), ...args];
    return spawnSync(process.execPath, all, { encoding: 'utf8' });
  }

  it('says so, and is checked all the same', async () => {
    await writeFile(join(cwd, 'crowd.mjs'), plugin);
    await writeFile(join(cwd, 'gatehouse.yaml'), stringify(written));
    expect(gatehouse().status).toBe(0);
    const { status, stderr } = gatehouse('--user', 'ada');
    expect(status).toBe(1);
    expect(stderr).toContain('Connectors of type "crowd" cannot look people or groups up.');
    expect(stderr).not.toContain('connector try');
  });

  it.each([
    [['--user', 'octocat'], 'gatehouse connector try corp\n'],
    [
      ['--user', 'octocat', '--group', 'acme:platform'],
      'gatehouse connector try corp --group acme:platform\n',
    ],
    [
      ['--group', "acme:Site Admins' friends"],
      "gatehouse connector try corp --group 'acme:Site Admins'\\'' friends'\n",
    ],
  ])(
    'says why, and how they find out themselves where they sign in at the upstream: %j',
    async (args, advice) => {
      const app = { clientId: 'Ov23liExample', clientSecret: { fromFile: 'gh-secret' } };
      const github = { id: 'corp', type: 'github', name: 'GitHub', config: app };
      const clients = [client('kubernetes')];
      await writeFile(join(cwd, 'gh-secret'), 'a secret of the app');
      const { code, stderr } = await check(args, { written: { ...config, connectors: [github], clients } });
      expect(code).toBe(1);
      expect(stderr).toContain('to whoever signs in');
      expect(stderr).toContain(advice);
    },
  );
});
