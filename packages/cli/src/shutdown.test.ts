import type { Log } from '@gatehouse/connector-kit';
import { afterEach, describe, expect, it } from 'vitest';
import { type Shutdown, watchForShutdown } from './shutdown.ts';

const lines: string[] = [];
const write = (_: unknown, message: string) => void lines.push(message);
const log: Log = { debug: write, info: write, warn: write, error: write };
let shutdown: Shutdown;
let time = 0;

function watch(): Shutdown {
  time = 0;
  lines.length = 0;
  shutdown = watchForShutdown(log, { env: {}, now: () => new Date(time) });
  return shutdown;
}

afterEach(() => shutdown[Symbol.dispose]());

describe('the end of the server', () => {
  it('is asked for by the first signal, without hurry', async () => {
    const { asked, hurry } = watch();
    process.emit('SIGTERM', 'SIGTERM');
    await asked;
    expect([hurry.aborted, shutdown.exitCode]).toEqual([false, 0]);
  });

  it('is hurried by a second signal', async () => {
    const { hurry } = watch();
    process.emit('SIGTERM', 'SIGTERM');
    time = 5_000;
    process.emit('SIGINT', 'SIGINT');
    expect(hurry.aborted).toBe(true);
  });

  it('is not hurried by one Ctrl-C, which comes from the terminal and from npm', () => {
    const { hurry } = watch();
    process.emit('SIGINT', 'SIGINT');
    time = 20;
    process.emit('SIGINT', 'SIGINT');
    expect(hurry.aborted).toBe(false);
  });

  it('leaves no handler behind', () => {
    const before = process.listenerCount('SIGTERM');
    watch()[Symbol.dispose]();
    expect(process.listenerCount('SIGTERM')).toBe(before);
  });
});
