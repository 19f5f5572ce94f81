/** One request and its answer, up to the last byte of it: how long it may take, how it fails, what is logged. */
import type { Log } from '@gatehouse/connector-kit';
import type { Response as Answer } from 'undici';
import { boundedBody } from './bounded-body.ts';
import { failureOf } from './failure-of.ts';

export interface ExchangeOptions {
  /** Milliseconds; `whole` is the one that is kept here. */
  readonly timeouts: { readonly whole: number };
  readonly log: Log;
}

export class Exchange {
  /** Ends with the caller's, and when the time is up. */
  readonly signal: AbortSignal;
  readonly #url: URL;
  readonly #request: Request;
  readonly #options: ExchangeOptions;
  readonly #timeUp = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #begun = performance.now();

  constructor(url: URL, request: Request, options: ExchangeOptions) {
    this.#url = url;
    this.#request = request;
    this.#options = options;
    this.#timer = setTimeout(() => this.#timeUp.abort(), options.timeouts.whole).unref();
    this.signal = AbortSignal.any([request.signal, this.#timeUp.signal]);
  }

  answer(response: Answer, largest: number): Response {
    const { status, statusText, headers } = response;
    const body = response.body && this.#bounded(response.body, largest);
    if (body === null) clearTimeout(this.#timer);
    const answer = new Response(body, { status, statusText, headers: [...headers] });
    this.#options.log.debug({ ...this.#facts(), status }, 'request answered');
    // `Response` cannot be made with an address, and libraries look at where their answer came from.
    return Object.defineProperty(answer, 'url', { value: this.#url.href });
  }

  /** @returns what the caller is told: as fetch's, the reason of the caller's own signal or a `TypeError` */
  fail(error: unknown): unknown {
    const { signal } = this.#request;
    const explained = signal.aborted ? signal.reason : this.#failed(error);
    clearTimeout(this.#timer);
    // Attack: an answer that cannot be passed on (status 999), and whose body goes on for ever on a connection of ours.
    this.#timeUp.abort();
    return explained;
  }

  #failed(error: unknown): TypeError {
    const cause = failureOf(error, {
      where: this.#url.origin,
      timeUp: this.#timeUp.signal.aborted,
      wholeTime: this.#options.timeouts.whole / 1000,
    });
    this.#options.log.debug({ ...this.#facts(), kind: cause.kind }, 'request failed');
    return new TypeError('fetch failed', { cause });
  }

  #bounded(body: NonNullable<Answer['body']>, largest: number): ReadableStream<Uint8Array> {
    return boundedBody(body.getReader(), {
      largest,
      where: this.#url.origin,
      explain: (error) => this.fail(error),
      ended: () => clearTimeout(this.#timer),
    });
  }

  /** Neither path nor query nor header: codes and tokens travel there. */
  #facts() {
    const took = Math.round(performance.now() - this.#begun);
    return { method: this.#request.method, origin: this.#url.origin, took };
  }
}
