/** The program of a worker thread: checks what it is given, one after the other. */
import { parentPort } from 'node:worker_threads';
import { run, type Work } from './job.ts';

parentPort?.on('message', (work: Work) => parentPort?.postMessage(run(work)));
