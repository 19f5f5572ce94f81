/** A server program of a test: started until it takes connections, ended with the test, also when that crashes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ServerCommand {
  readonly command: readonly string[];
  /** Where it takes connections when it is ready. */
  readonly host: string;
  readonly port: number;
  /** Gets what it writes to standard error. */
  readonly onWords?: (text: string) => void;
}

/** @throws with its last words when it ends before it is ready */
export async function launchServer({ command, host, port, onWords }: ServerCommand): Promise<ChildProcess> {
  // The kernel ends it with its parent: a test process that is killed leaves no server behind.
  const server = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...command], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let words = '';
  server.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-4000);
    onWords?.(text);
  });
  while (!(await answers(host, port))) {
    if (hasEnded(server)) throw new Error(`${command[0]} did not start:\n${words}`);
    await sleep(20);
  }
  return server;
}

export async function endServer(server: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (hasEnded(server)) return;
  const gone = once(server, 'exit');
  server.kill(signal);
  await gone;
}

function hasEnded(server: ChildProcess): boolean {
  return server.exitCode !== null || server.signalCode !== null;
}

async function answers(host: string, port: number): Promise<boolean> {
  const socket = connect(port, host);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
