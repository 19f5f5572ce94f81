/** The program of a worker thread: checks what it is given, one after the other. */
import { parentPort } from 'node:worker_threads';
import { type Job, run } from './job.ts';

parentPort?.on('message', (job: Job) => parentPort?.postMessage(run(job)));
