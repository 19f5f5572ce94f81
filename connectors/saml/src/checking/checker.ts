/**
 * Checks answers, and metadata, in threads of their own: each costs tens of milliseconds of computing (a federation's
 * metadata seconds), in which the server could answer nobody else. A burst waits in a short line, and past its end is told to come back.
 */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { ConnectorError } from '@gatehouse/connector-kit';
import type { Heard, LogoutJob } from '../logout/hear.ts';
import type { ReadMetadata } from '../metadata/read-metadata.ts';
import type { Checked } from '../response/check-response.ts';
import type { Job, MetadataJob, Outcome, Work } from './job.ts';

export interface CheckerLimits {
  readonly threads: number;
  readonly waiting: number;
  /** Milliseconds. An answer that takes longer was made to. */
  readonly longestCheck: number;
}

const defaultLimits: CheckerLimits = { threads: 2, waiting: 64, longestCheck: 5_000 };
/** Megabytes: what a thread may hold before it is ended, and not the server with it. */
const mostMemory = 128;

const program = new URL(`worker${extname(import.meta.url)}`, import.meta.url);

interface Waiting {
  readonly work: Work;
  readonly signal: AbortSignal;
  readonly settle: (outcome: Outcome) => void;
  readonly fail: (error: ConnectorError) => void;
}

/** Shared by all connectors of its kind; its threads begin with the first answer, and end with the last connector. */
export class Checker {
  readonly #limits: CheckerLimits;
  readonly #line: Waiting[] = [];
  readonly #idle: Worker[] = [];
  readonly #all = new Set<Worker>();
  #users = 0;

  constructor(limits: Partial<CheckerLimits> = {}) {
    this.#limits = { ...defaultLimits, ...limits };
  }

  open(): void {
    this.#users += 1;
  }

  async close(): Promise<void> {
    this.#users -= 1;
    if (this.#users > 0) return;
    for (const { fail } of this.#line.splice(0)) fail(unavailable('the server is stopping'));
    await Promise.all([...this.#all].map((worker) => this.#end(worker)));
  }

  /** @throws ConnectorError */
  async check(job: Job, signal: AbortSignal): Promise<Checked> {
    const outcome = await this.#done({ check: job }, signal);
    if ('checked' in outcome) return outcome.checked;
    throw new Error('a thread has done something else than it was asked');
  }

  /** @throws ConnectorError */
  async hear(job: LogoutJob, signal: AbortSignal): Promise<Heard> {
    const outcome = await this.#done({ hear: job }, signal);
    if ('heard' in outcome) return outcome.heard;
    throw new Error('a thread has done something else than it was asked');
  }

  /** @throws ConnectorError */
  async read(job: MetadataJob, signal: AbortSignal): Promise<ReadMetadata> {
    const outcome = await this.#done({ read: job }, signal);
    if ('read' in outcome) return outcome.read;
    throw new Error('a thread has done something else than it was asked');
  }

  async #done(work: Work, signal: AbortSignal): Promise<Outcome> {
    if (signal.aborted) throw unavailable('the call was ended', signal.reason);
    if (this.#isFull(work)) throw unavailable('too many sign-ins are being checked at once', undefined, 2);
    const outcome = await this.#enqueue(work, signal);
    if ('code' in outcome) throw new ConnectorError(outcome.code, { reason: outcome.reason });
    return outcome;
  }

  /** Attack: anybody may send messages about signing out, without a login; they get a quarter of the line. */
  #isFull(work: Work): boolean {
    if (this.#line.length >= this.#limits.waiting) return true;
    const alike = this.#line.filter((waiting) => isAboutSigningOut(waiting.work)).length;
    return isAboutSigningOut(work) && alike >= this.#limits.waiting / 4;
  }

  #enqueue(work: Work, signal: AbortSignal): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const left = () => done(() => reject(unavailable('the call was ended', signal.reason)));
      const done = (act: () => void) => {
        signal.removeEventListener('abort', left);
        const place = this.#line.indexOf(waiting);
        if (place >= 0) this.#line.splice(place, 1);
        act();
      };
      const waiting: Waiting = {
        work,
        signal,
        settle: (outcome) => done(() => resolve(outcome)),
        fail: (error) => done(() => reject(error)),
      };
      signal.addEventListener('abort', left, { once: true });
      this.#line.push(waiting);
      this.#next();
    });
  }

  #next(): void {
    const worker = this.#idle.pop() ?? this.#begin();
    if (worker === undefined) return;
    const waiting = this.#first();
    if (waiting === undefined) this.#idle.push(worker);
    else this.#run(worker, waiting);
  }

  /** Sign-ins do not wait for messages about signing out. */
  #first(): Waiting | undefined {
    const place = this.#line.findIndex(({ work }) => !isAboutSigningOut(work));
    return this.#line.splice(Math.max(place, 0), 1)[0];
  }

  #begin(): Worker | undefined {
    if (this.#all.size >= this.#limits.threads || this.#line.length === 0) return undefined;
    const worker = new Worker(program, {
      resourceLimits: { maxOldGenerationSizeMb: mostMemory },
      // Nothing of the environment, and so no secret of it, is needed there.
      env: {},
    });
    worker.unref();
    // Between two answers too: an error that nobody hears ends the server. `#run` hears those that are about an answer.
    worker.on('error', () => this.#forget(worker)).on('exit', () => this.#forget(worker));
    this.#all.add(worker);
    return worker;
  }

  #run(worker: Worker, { work, settle, fail }: Waiting): void {
    const over = () => {
      clearTimeout(tooLong);
      worker.off('message', answered).off('error', broke).off('exit', ended);
      worker.unref();
    };
    const answered = (outcome: Outcome) => {
      over();
      this.#idle.push(worker);
      settle(outcome);
      this.#next();
    };
    const broke = ({ name }: Error) => {
      over();
      void this.#end(worker);
      // The answer did this: another try would do it again.
      fail(new ConnectorError('bad_response', { reason: `the answer could not be checked (${name})` }));
      this.#next();
    };
    const ended = () => broke(new Error('its thread has ended'));
    const tooLong = setTimeout(() => broke(new DOMException('', 'TimeoutError')), this.#limits.longestCheck);
    worker.once('message', answered).once('error', broke).once('exit', ended);
    worker.ref();
    worker.postMessage(work);
  }

  async #end(worker: Worker): Promise<void> {
    this.#forget(worker);
    await worker.terminate();
  }

  #forget(worker: Worker): void {
    this.#all.delete(worker);
    const place = this.#idle.indexOf(worker);
    if (place >= 0) this.#idle.splice(place, 1);
  }
}

function isAboutSigningOut(work: Work): boolean {
  return 'hear' in work;
}

function unavailable(reason: string, cause?: unknown, retryAfter?: number): ConnectorError {
  return new ConnectorError('unavailable', {
    reason,
    cause,
    ...(retryAfter !== undefined && { retryAfter }),
  });
}
