/**
 * `fetch` for connectors: all HTTP that the broker sends to an upstream goes through here.
 *
 * It owns where requests may go, for how long, and how much may come back. It must not know what they are for.
 */
import type { HttpNeeds, Log } from '@gatehouse/connector-kit';
import { type Dispatcher, fetch as send } from 'undici';
import { type ConnectionOptions, type Dispatchers, openDispatchers } from './dispatchers.ts';
import { Exchange } from './exchange.ts';
import { hostOf, Reach } from './reach.ts';

export interface OutgoingOptions extends ConnectionOptions {
  readonly userAgent: string;
  readonly log: Log;
}

const defaultLargest = 4 * 1024 * 1024;
const largestAllowed = 64 * 1024 * 1024;

/** The way out of one connector. */
export class Outgoing {
  readonly #reach: Reach;
  readonly #dispatchers: Dispatchers;
  readonly #options: OutgoingOptions;
  readonly #largest: number;

  constructor(needs: HttpNeeds, options: OutgoingOptions) {
    this.#reach = new Reach(needs);
    this.#dispatchers = openDispatchers(needs, this.#reach, options);
    this.#options = options;
    this.#largest = Math.min(needs.largestAnswer ?? defaultLargest, largestAllowed);
  }

  /**
   * As the platform's, but a redirect is an answer, nothing is cached and no cookie kept.
   * A body that is a stream is read whole before it is sent: servers refuse what has no length.
   */
  readonly fetch: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const exchange = new Exchange(url, request, this.#options);
    try {
      this.#reach.check(url);
      const response = await send(url, {
        ...(await contentOf(request, this.#options.userAgent)),
        redirect: request.redirect === 'error' ? 'error' : 'manual',
        signal: exchange.signal,
        dispatcher: this.#dispatcherFor(url),
      });
      return exchange.answer(response, this.#largest);
    } catch (error) {
      throw exchange.fail(error);
    }
  };

  /** What is under way fails. */
  async close(): Promise<void> {
    const { named, others } = this.#dispatchers;
    await Promise.all([named.destroy(), others.destroy()]);
  }

  #dispatcherFor(url: URL): Dispatcher {
    return this.#reach.names(hostOf(url)) ? this.#dispatchers.named : this.#dispatchers.others;
  }
}

/** Nothing else of the request: a connector cannot bring a way out of its own (`init.dispatcher`). */
async function contentOf(request: Request, userAgent: string) {
  const headers = new Headers(request.headers);
  if (!headers.has('user-agent')) headers.set('user-agent', userAgent);
  const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
  return { method: request.method, headers: [...headers], ...(body && { body }) };
}
