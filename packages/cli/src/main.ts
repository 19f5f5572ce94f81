#!/usr/bin/env node
/** The `gatehouse` command. */
import { runProgram } from './program.ts';
import { Terminal } from './terminal.ts';

const { stdin, stdout, stderr, env } = process;
// `gatehouse … | head`: the reader has gone, and there is nobody left to tell.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
});
process.exitCode = await runProgram(process.argv.slice(2), {
  terminal: new Terminal({ stdin, stdout, stderr, env }),
  env,
  cwd: process.cwd(),
  now: () => new Date(),
});
