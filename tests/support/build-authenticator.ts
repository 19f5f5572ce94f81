/** Before the ring `kubernetes`: its program, once for all files. Two minutes if nothing is cached, a second otherwise. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

const source = join(import.meta.dirname, '../kubernetes/authenticator');

declare module 'vitest' {
  interface ProvidedContext {
    /** The path of the compiled program. */
    authenticator: string;
  }
}

export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-authenticator-'));
  const binary = join(folder, 'authenticator');
  const build = spawnSync('go', ['build', '-o', binary, '.'], { cwd: source, encoding: 'utf8' });
  if (build.error) throw new Error(`Go is missing; install it to run this ring: ${build.error.message}`);
  if (build.status !== 0) throw new Error(`go build failed:\n${build.stderr}`);
  project.provide('authenticator', binary);
  return () => rmSync(folder, { recursive: true, force: true });
}
