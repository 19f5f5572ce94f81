/** Runs one of PostgreSQL's own programs to its end, as the right account, with a clean environment. */
import { spawn } from 'node:child_process';
import { type Account, identityOf } from './account.ts';
import { EmbeddedPostgresError } from './error.ts';

export interface ProgramOptions {
  readonly account: Account | undefined;
  readonly input?: string;
}

/** @throws EmbeddedPostgresError with the end of what the program said */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: ProgramOptions,
): Promise<string> {
  const { code, output } = await run(program, args, options);
  if (code === 0) return output;
  throw new EmbeddedPostgresError(`${program.split('/').at(-1)} failed: ${lastLines(output)}`);
}

function run(
  program: string,
  args: readonly string[],
  { account, input }: ProgramOptions,
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      ...identityOf(account),
      cwd: '/',
      // PGPORT, PGDATA and their kin must not leak in; messages are read, so they are in one language.
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        output = `${output}${chunk}`.slice(-10_000);
      });
    }
    child.once('error', (cause) => {
      reject(new EmbeddedPostgresError(`cannot run ${program}: ${cause.message}`, { cause }));
    });
    // `exit`, not `close`: the server that pg_ctl leaves behind keeps the pipes open.
    child.once('exit', (code) => setImmediate(() => resolve({ code, output })));
    // A program that ends without reading its input is judged by its exit code, not by EPIPE.
    child.stdin.on('error', () => undefined).end(input ?? '');
  });
}

function lastLines(output: string): string {
  return output.trim().split('\n').slice(-5).join(' | ');
}
