/** Kubernetes's own token authenticator as a process: one token in, one answer out. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const source = join(import.meta.dirname, '../kubernetes/authenticator');

export interface Answer {
  readonly authenticated: boolean;
  readonly user?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
  readonly error?: string;
}

export interface KubernetesAuthenticator {
  ask(token: string): Promise<Answer>;
  stop(): Promise<void>;
}

/** Compiles the program once a run; two minutes when nothing is cached, a second afterwards. */
export function buildAuthenticator(folder: string): string {
  const binary = join(folder, 'authenticator');
  const build = spawnSync('go', ['build', '-o', binary, '.'], { cwd: source, encoding: 'utf8' });
  if (build.error) throw new Error(`Go is missing; install it to run this ring: ${build.error.message}`);
  if (build.status !== 0) throw new Error(`go build failed:\n${build.stderr}`);
  return binary;
}

/** `configuration` is the text of an AuthenticationConfiguration. @throws when Kubernetes refuses it */
export async function startAuthenticator(
  binary: string,
  configuration: string,
  flags: readonly string[] = [],
): Promise<KubernetesAuthenticator> {
  const folder = await mkdtemp(join(tmpdir(), 'authenticator-'));
  const file = join(folder, 'authentication.yaml');
  await writeFile(file, configuration);
  const child = spawn(binary, ['--config', file, ...flags], { stdio: 'pipe' });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    errors += chunk;
  });
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    ask: async (token) => {
      child.stdin.write(`${token}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Error(`the authenticator has ended: ${errors}`);
      return JSON.parse(value) as Answer;
    },
    stop: async () => {
      if (child.exitCode === null) {
        child.kill();
        await once(child, 'exit');
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}
