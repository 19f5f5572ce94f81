/**
 * The `gatehouse` command, and the composition root behind `gatehouse serve`.
 *
 * It owns the command line, the process and its signals, and how the rooms are put together. Nobody imports it but
 * the generator of its documentation.
 */
export { exampleLines } from './commands/examples.ts';
export { exitCodes } from './exit-codes.ts';
export { buildProgram } from './program.ts';
export { Terminal } from './terminal.ts';
