/** Starts Gatehouse as operators do: a process of its own, with a configuration file. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { freePort } from './free-port.ts';

const main = join(import.meta.dirname, '../../packages/cli/src/main.ts');

export interface GatehouseOptions {
  /** What goes under the configuration's keys; `issuer`, `listen` and `log` are filled in unless given. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Default: a free one. A second process of the same installation gets the issuer of the first. */
  readonly port?: number;
  readonly issuer?: string;
}

export interface Gatehouse {
  readonly issuer: string;
  /** Where this process listens; the same as the issuer's origin unless it is a second replica. */
  readonly address: string;
  readonly configFile: string;
  readonly process: ChildProcess;
  /** Everything it has written so far. */
  output(): string;
  /** Runs the CLI with the same configuration; `status` and what it printed. */
  cli(args: readonly string[], input?: string): CliAnswer;
  /** The same while this process goes on: a server of the test that it talks to waits when nobody reads its log. */
  cliBeside(args: readonly string[]): Promise<CliAnswer>;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<void>;
  kill(): Promise<void>;
}

export interface CliAnswer {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Returns once it answers. @throws with its output when it ends before */
export async function startGatehouse(options: GatehouseOptions): Promise<Gatehouse> {
  const port = options.port ?? (await freePort());
  const issuer = options.issuer ?? `http://127.0.0.1:${port}`;
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-'));
  const configFile = join(folder, 'gatehouse.yaml');
  await writeFile(configFile, stringify(withDefaults(options.config, issuer, port)));
  const env = { PATH: process.env.PATH ?? '', NODE_ENV: 'test', ...options.env };
  const child = spawn(process.execPath, [main, 'serve', '--config', configFile], { env, stdio: 'pipe' });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      await once(child, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await answers(port, child, () => output);
  } catch (error) {
    await end('SIGKILL');
    throw error;
  }
  return {
    issuer,
    address: `${new URL(issuer).protocol}//127.0.0.1:${port}`,
    configFile,
    process: child,
    output: () => output,
    cli: (args, input = '') => {
      const run = spawnSync(process.execPath, [main, ...args, '--config', configFile], {
        env,
        input,
        encoding: 'utf8',
      });
      return { status: run.status, stdout: run.stdout, stderr: run.stderr };
    },
    cliBeside: async (args) => {
      const cli = spawn(process.execPath, [main, ...args, '--config', configFile], { env });
      const said = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'] as const) {
        cli[name].setEncoding('utf8').on('data', (chunk: string) => {
          said[name] += chunk;
        });
      }
      const [status] = (await once(cli, 'close')) as [number | null];
      return { status, ...said };
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

function withDefaults(config: Readonly<Record<string, unknown>>, issuer: string, port: number) {
  const { issuer: _, listen, ...rest } = config;
  return {
    issuer,
    listen: { host: '127.0.0.1', port, ...(listen as object | undefined) },
    log: { level: 'debug', format: 'json' },
    ...rest,
  };
}

/** A TCP connection is enough: whether it speaks TLS is the test's business. */
async function answers(port: number, child: ChildProcess, output: () => string): Promise<void> {
  const { connect } = await import('node:net');
  for (let attempt = 0; attempt < 600; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`gatehouse ended with ${child.exitCode}:\n${output()}`);
    const socket = connect(port, '127.0.0.1');
    const connected = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (connected) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`gatehouse does not answer on port ${port}:\n${output()}`);
}
