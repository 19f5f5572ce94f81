/** A fresh clone of what is committed, used as a newcomer uses it: through npm, with the machine's own Node. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  globSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from '../support/free-port.ts';

const origin = join(import.meta.dirname, '../..');
/** Root may run the tests of somebody's checkout, which git takes for an attack unless it is told. */
const uploadPack = "git -c safe.directory='*' upload-pack";

export interface CheckoutOptions {
  /** 0700 for the folder above, as in /root. */
  readonly parentMode?: number;
  readonly umask?: number;
  /** Whose checkout it is; ours when absent. */
  readonly owner?: Owner;
}

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface Run {
  readonly child: ChildProcess;
  /** Both streams, as they came. */
  output(): string;
  stdout(): string;
  /** Resolves with the match once the output has it. @throws with the output when the process ends before */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** The exit code, or the signal. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

export interface RunOptions {
  readonly as?: Owner;
  readonly umask?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly cwd?: string;
}

export class Checkout {
  readonly parent: string;
  readonly folder: string;
  readonly port: number;

  private constructor(parent: string, port: number) {
    this.parent = parent;
    this.folder = join(parent, 'gatehouse');
    this.port = port;
  }

  static async clone({ parentMode = 0o755, umask = 0o022, owner }: CheckoutOptions = {}): Promise<Checkout> {
    const parent = realpathSync(mkdtempSync(join(tmpdir(), 'release-')));
    const port = await freePort();
    const checkout = new Checkout(parent, port);
    succeed('sh', [
      '-c',
      `umask ${umask.toString(8)}; git -c safe.directory='*' clone --quiet --upload-pack "$3" "$1" "$2"`,
      'sh',
      origin,
      checkout.folder,
      uploadPack,
    ]);
    checkout.#usePort();
    if (owner) succeed('chown', ['-R', `${owner.uid}:${owner.gid}`, parent]);
    chmodSync(parent, parentMode);
    return checkout;
  }

  /** Everything else is as committed: a developer may have a server on the port of config/simple.yaml. */
  #usePort(): void {
    const file = join(this.folder, 'config/simple.yaml');
    const text = readFileSync(file, 'utf8').replaceAll('127.0.0.1:5556', `127.0.0.1:${this.port}`);
    writeFileSync(file, `${text}\nlisten: { port: ${this.port} }\n`);
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  npm(args: readonly string[], options: RunOptions = {}): Run {
    return this.run('npm', args, options);
  }

  /** In a process group of its own, so that a test's end can end it whole. */
  run(
    program: string,
    args: readonly string[],
    { as, umask, env = {}, input = '', cwd = this.folder }: RunOptions = {},
  ): Run {
    const before = process.umask(umask ?? process.umask());
    try {
      const child = spawn(program, args, {
        cwd,
        env: { ...machineEnvironment(), ...(as && { HOME: '/nonexistent' }), ...env },
        stdio: ['pipe', 'pipe', 'pipe'],
        detached: true,
        ...as,
      });
      child.stdin?.end(input);
      return watch(child);
    } finally {
      process.umask(before);
    }
  }

  /** Starts the server and waits until it says that it is ready. */
  async start(options: RunOptions = {}): Promise<Run> {
    const run = this.npm(['start'], options);
    await run.says(/Gatehouse is ready\./);
    return run;
  }

  /** Processes that were started from here: their program, an argument or their folder lies in the checkout. */
  processes(): readonly { readonly pid: number; readonly command: string }[] {
    return globSync('/proc/[0-9]*')
      .map((path) => ({ pid: Number(path.slice('/proc/'.length)), ...describeProcess(path) }))
      .filter(({ command, cwd }) => command.includes(this.folder) || cwd.startsWith(this.folder));
  }

  pidOf(pattern: RegExp): number {
    const found = this.processes().find(({ command }) => pattern.test(command));
    if (!found)
      throw new Error(
        `no process like ${pattern} among:\n${this.processes()
          .map((each) => each.command)
          .join('\n')}`,
      );
    return found.pid;
  }

  get serverPid(): number {
    return this.pidOf(/main\.ts serve/);
  }

  get databasePid(): number {
    return this.pidOf(/bin\/postgres -D/);
  }

  async remove(): Promise<void> {
    for (const { pid } of this.processes()) process.kill(pid, 'SIGKILL');
    await rm(this.parent, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** Not the Node 24 that runs the tests, nor what npm and vitest put into the environment. */
function machineEnvironment(): NodeJS.ProcessEnv {
  const { PATH = '', HOME, LANG = 'C.UTF-8' } = process.env;
  const path = PATH.split(delimiter).filter((folder) => !folder.includes('node_modules'));
  return { PATH: path.join(delimiter), ...(HOME && { HOME }), LANG };
}

function watch(child: ChildProcess): Run {
  let output = '';
  let stdout = '';
  child.stdout?.on('data', (part) => {
    stdout += part;
  });
  const onMore = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      output += part;
      for (const look of onMore) look();
    });
  }
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  const says = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(output);
        if (!match) return;
        onMore.delete(look);
        resolve(match);
      };
      onMore.add(look);
      look();
      ended.then((code) => reject(new Error(`ended with ${code} without saying ${pattern}:\n${output}`)));
    });
  return { child, output: () => output, stdout: () => stdout, says, ended };
}

function describeProcess(path: string): { command: string; cwd: string } {
  try {
    const command = readFileSync(`${path}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return { command, cwd: readlinkSync(`${path}/cwd`) };
  } catch {
    return { command: '', cwd: '' };
  }
}

export function succeed(program: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
}
