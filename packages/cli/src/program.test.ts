import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '@gatehouse/config';
import type { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { builtInDefinitions, noAccounts } from './configuration.ts';
import { buildProgram, runProgram } from './program.ts';
import { fakeTerminal } from './testing/fake-terminal.ts';

let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'program-'));
});

afterEach(async () => {
  await rm(cwd, { recursive: true });
});

async function gatehouse(args: readonly string[], options: { env?: NodeJS.ProcessEnv; input?: string } = {}) {
  const { env = {}, input = '' } = options;
  const { terminal, stdout, stderr } = fakeTerminal({ input });
  const code = await runProgram(args, { terminal, env, cwd, now: () => new Date(0) });
  return { code, stdout: stdout(), stderr: stderr() };
}

async function configFile(text: string, name = 'gatehouse.yaml'): Promise<string> {
  await writeFile(join(cwd, name), text);
  return join(cwd, name);
}

const good = `
issuer: http://127.0.0.1:5556
connectors: [{ id: local, type: local }]
`;

describe('every command', () => {
  const nowhere = fakeTerminal().terminal;
  const program = buildProgram({ terminal: nowhere, env: {}, cwd: '/', now: () => new Date(0) });
  const leaves = (command: Command): readonly Command[] =>
    command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
  const nameOf = (command: Command): readonly string[] =>
    command.parent ? [...nameOf(command.parent), command.name()] : [];

  it.each(program.commands.flatMap(leaves).map((command) => nameOf(command).join(' ')))(
    'has help with an example: gatehouse %s --help',
    async (name) => {
      const { code, stdout, stderr } = await gatehouse([...name.split(' '), '--help']);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/^Usage: gatehouse /);
      expect(stdout).toMatch(new RegExp(`Examples:\n +# .+\n +gatehouse ${name}`));
    },
  );

  it('takes no password as an argument or an option', () => {
    const words = program.commands
      .flatMap(leaves)
      .flatMap((command) => command.options.map((option) => option.long));
    expect(words.filter((word) => /password|secret/i.test(word ?? ''))).toEqual([]);
  });
});

describe('a command line that is not understood', () => {
  it.each([
    ['an unknown command', ['sevre']],
    ['an unknown option', ['serve', '--prot', '80']],
    ['an argument that is missing', ['user', 'add']],
    ['an argument too many', ['migrate', 'now']],
    ['an e-mail address that is none', ['user', 'remove', 'anna']],
  ])('ends with 2: %s', async (_, args) => {
    const { code, stdout, stderr } = await gatehouse(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^Error: /);
  });

  it('suggests the command that was meant', async () => {
    expect((await gatehouse(['sevre'])).stderr).toContain('serve');
  });
});

describe('gatehouse config', () => {
  it('check says that a good file is good', async () => {
    const path = await configFile(good);
    const { code, stdout, stderr } = await gatehouse(['config', 'check', '--config', path]);
    expect([code, stdout, stderr]).toEqual([0, `${path}: good\n`, '']);
  });

  it('check lists every problem with its place, and ends with 3', async () => {
    const path = await configFile('issuer: 7\nconnectors: []\nclinets: []\n');
    const { code, stdout, stderr } = await gatehouse(['config', 'check', '-c', path]);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(/gatehouse\.yaml: \d problems\n/);
    expect(stderr).toContain('3:1');
    expect(stderr).toContain('did you mean "clients"?');
  });

  it('check shows warnings and ends with 0', async () => {
    const path = await configFile(good.replace('127.0.0.1:5556', '127.0.0.1:5557'));
    const { code, stderr } = await gatehouse(['config', 'check', '-c', path]);
    expect(code).toBe(0);
    expect(stderr).toContain('1 warning');
  });

  it('check says where it looked when there is no file', async () => {
    const { code, stderr } = await gatehouse(['config', 'check']);
    expect(code).toBe(3);
    expect(stderr).toContain('config/simple.yaml');
  });

  it('show prints what can be loaded again, and no secret', async () => {
    const path = await configFile(
      `${good}clients: [{ id: app, secrets: [{ fromEnv: APP_SECRET }], redirectUris: ["https://app.example.com/cb"] }]\n`,
    );
    const secret = 'a-very-secret-secret-of-an-app-0123';
    const { code, stdout } = await gatehouse(['config', 'show', '-c', path], { env: { APP_SECRET: secret } });
    expect(code).toBe(0);
    expect(stdout).toContain('refreshIdle: 14d');
    expect(stdout).not.toContain(secret);
  });

  it('schema prints a JSON Schema that knows the connectors', async () => {
    const { stdout } = await gatehouse(['config', 'schema']);
    expect(JSON.stringify(JSON.parse(stdout))).toContain('groupSearch');
  });

  it('takes the file of GATEHOUSE_CONFIG, and --config before it', async () => {
    const [one, two] = [await configFile(good, 'one.yaml'), await configFile(good, 'two.yaml')];
    const env = { GATEHOUSE_CONFIG: one };
    expect((await gatehouse(['config', 'check'], { env })).stdout).toContain('one.yaml');
    expect((await gatehouse(['config', 'check', '--config', two], { env })).stdout).toContain('two.yaml');
  });

  it('finds a file where npm was called, from where npm has moved', async () => {
    await configFile(good, 'mine.yaml');
    const { terminal, stdout } = fakeTerminal();
    const context = { terminal, env: { INIT_CWD: cwd }, cwd: tmpdir(), now: () => new Date(0) };
    expect(await runProgram(['config', 'check', '-c', 'mine.yaml'], context)).toBe(0);
    expect(stdout()).toContain('mine.yaml: good');
  });
});

describe('gatehouse hash-password', () => {
  it('prints a hash that a configuration takes', async () => {
    const { code, stdout } = await gatehouse(['hash-password'], { input: 'correct horse\n' });
    expect(code).toBe(0);
    const text = `${good}users: [{ email: anna@example.com, passwordHash: "${stdout.trim()}" }]\n`;
    const definitions = builtInDefinitions({ accounts: noAccounts, issuer: 'http://127.0.0.1:5556' });
    expect((await parseConfig({ text, env: {}, definitions })).config.users).toHaveLength(1);
  });
});

describe('a database that is not there', () => {
  it('ends user, keys and migrate with 4 and one sentence', async () => {
    const url = 'postgres://gatehouse:topsecret@127.0.0.1:9/gatehouse';
    const path = await configFile(
      `${good}database: { url: { fromEnv: URL } }\nseal: { keys: [{ id: a, key: { fromEnv: KEY } }] }\n`,
    );
    const env = { URL: url, KEY: Buffer.alloc(32, 1).toString('base64') };
    for (const args of [['user', 'list'], ['keys', 'list'], ['migrate']]) {
      const { code, stdout, stderr } = await gatehouse([...args, '-c', path], { env });
      expect([code, stdout]).toEqual([4, '']);
      expect(stderr).toMatch(/^Error: .*127\.0\.0\.1:9/);
      expect(stderr).not.toMatch(/topsecret|\n\s+at /);
    }
  });
});

describe('in a checkout', () => {
  it('names commands as they are typed there', async () => {
    const { stdout } = await gatehouse(['--help'], { env: { npm_package_name: 'gatehouse' } });
    expect(stdout).toContain('type "npm run -s gatehouse --" for "gatehouse"');
    expect((await gatehouse(['--help'])).stdout).not.toContain('npm run');
  });
});

describe('gatehouse connector check', () => {
  const ldap = `
issuer: http://127.0.0.1:5556
connectors:
  - id: corp
    type: ldap
    config:
      host: 127.0.0.1:9
      insecureNoTls: true
      userSearch: { baseDn: "dc=example,dc=com", filter: (objectClass=person), username: uid }
`;

  it('names the check that failed and what to do, and ends with 5', async () => {
    const path = await configFile(ldap);
    const { code, stdout, stderr } = await gatehouse(['connector', 'check', 'corp', '-c', path]);
    expect(code, stdout + stderr).toBe(5);
    expect(stdout).toMatch(/^corp \(ldap\)/);
    expect(stdout).toContain('✗');
    expect(stderr).toMatch(/\d of \d checks failed/);
  });

  it('says which connectors there are when the id is none of them', async () => {
    const path = await configFile(ldap);
    const { code, stderr } = await gatehouse(['connector', 'check', 'crop', '-c', path]);
    expect(code).toBe(2);
    expect(stderr).toContain('corp');
  });

  it('prints JSON for scripts', async () => {
    const path = await configFile(ldap);
    const { code, stdout } = await gatehouse(['connector', 'check', 'corp', '--json', '-c', path]);
    expect(code).toBe(5);
    expect(JSON.parse(stdout)).toMatchObject({
      connector: 'corp',
      checks: expect.arrayContaining([expect.objectContaining({ ok: false })]),
    });
  });
});
