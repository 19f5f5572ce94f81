import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './imports.ts';

const bin = (name: string) => join(root, 'node_modules/.bin', name);

function run(program: string, args: readonly string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { status, output: `${stdout}${stderr}`.slice(-5_000) };
}

describe('the whole repository', () => {
  it('passes the type check', () => {
    expect(run(bin('tsc'), ['-p', '.'])).toEqual({ status: 0, output: '' });
  });

  it('is formatted and passes the lint', () => {
    const { status, output } = run(bin('biome'), ['check', '--error-on-warnings']);
    expect(status, output).toBe(0);
  });
});
