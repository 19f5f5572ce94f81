/**
 * The requests of one connection that wait for an answer, and those that nobody waits for any more.
 *
 * An answer that comes late belongs to whoever asked, and is dropped; it is never taken for the answer to something
 * else, since a number is not used again while either list knows it.
 */
import type { ConnectorError } from '@gatehouse/connector-kit';
import { Entry } from '../entry.ts';
import { unavailable } from '../errors.ts';
import { limits } from '../limits.ts';
import { NoAnswer } from './no-answer.ts';
import type { Response } from './response.ts';

export type Final = Extract<Response, { result: unknown }>;

/** What may still be read for one piece of work. */
export interface Allowance {
  bytes: number;
}

export interface Exchange {
  readonly kind: Final['kind'];
  readonly entries: Entry[];
  readonly references: string[];
  readonly allowance: Allowance;
  readonly resolve: (answer: Final) => void;
  readonly reject: (error: ConnectorError) => void;
}

/** RFC 4511, section 4.1.1.1: a number below 2³¹, and 0 is the server's. */
const LAST_ID = 2 ** 31 - 1;

export class Exchanges {
  readonly #waiting = new Map<number, Exchange>();
  /** By number: the bytes that came for it after it was abandoned. */
  readonly #abandoned = new Map<number, number>();
  #lastId: number;
  #answered = 0;

  constructor(lastId = 0) {
    this.#lastId = lastId;
  }

  /** How many have been answered so far. */
  get answered(): number {
    return this.#answered;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  nextId(): number {
    do {
      this.#lastId = this.#lastId === LAST_ID ? 1 : this.#lastId + 1;
    } while (this.#waiting.has(this.#lastId) || this.#abandoned.has(this.#lastId));
    return this.#lastId;
  }

  begin(id: number, exchange: Exchange): void {
    this.#waiting.set(id, exchange);
  }

  /** False where nobody waited for it. */
  abandon(id: number, error: ConnectorError): boolean {
    const exchange = this.#waiting.get(id);
    if (exchange === undefined) return false;
    this.#waiting.delete(id);
    this.#abandoned.set(id, 0);
    // Whoever answers one that was forgotten answers what was not asked, which ends the connection.
    const [oldest] = this.#abandoned.keys();
    if (this.#abandoned.size > limits.abandoned && oldest !== undefined) this.#abandoned.delete(oldest);
    exchange.reject(error);
    return true;
  }

  /** Returns the error that ends this exchange alone, if there is one. Throws `NoAnswer` where the connection has to end. */
  take(response: Response, bytes: number): ConnectorError | undefined {
    const exchange = this.#waiting.get(response.id);
    if (exchange === undefined) {
      this.#takeLate(response, bytes);
      return undefined;
    }
    this.#answered += 1;
    exchange.allowance.bytes -= bytes;
    if (exchange.allowance.bytes < 0) return tooManyBytes();
    if ('result' in response) return this.#finish(response, exchange);
    if (response.kind === 'reference') {
      exchange.references.push(...response.urls);
      return exchange.references.length > limits.references ? tooManyReferences() : undefined;
    }
    if (isUnreadable(response.entry.dn)) return unreadableName(response.entry.dn);
    exchange.entries.push(new Entry(response.entry));
    return exchange.entries.length > limits.entries ? tooManyEntries() : undefined;
  }

  /**
   * Whether a message that is too much to be read ends one search alone. Throws `NoAnswer` where the connection has to end.
   *
   * Attack: somebody who may write their own `displayName` makes it larger than we read, and types their name again and
   * again. If that ended the connection, everybody else's searches would end with it.
   */
  isOneSearchs(id: number, bytes: number, reason: string): boolean {
    if (this.#waiting.get(id)?.kind === 'search') {
      this.#answered += 1;
      return true;
    }
    if (!this.#abandoned.has(id)) throw new NoAnswer('broken', reason);
    this.#countLate(id, bytes);
    return false;
  }

  #finish(response: Final, exchange: Exchange): undefined {
    if (response.kind !== exchange.kind) {
      throw new NoAnswer('broken', 'the directory answered another kind of request than ours');
    }
    this.#waiting.delete(response.id);
    exchange.resolve(response);
  }

  /** A server that abandons nothing, and sends a long list to the end, is cut off. */
  #takeLate(response: Response, bytes: number): void {
    if (!this.#abandoned.has(response.id)) {
      // Message 0 is the notice of disconnection (RFC 4511, section 4.4.1); any other answers nothing we asked.
      const silence = response.id === 0 ? 'lost' : 'broken';
      throw new NoAnswer(silence, 'the directory ended the connection or answered what was not asked');
    }
    this.#countLate(response.id, bytes);
    if ('result' in response) this.#abandoned.delete(response.id);
  }

  #countLate(id: number, bytes: number): void {
    const all = (this.#abandoned.get(id) ?? 0) + bytes;
    if (all > limits.workBytes) throw new NoAnswer('broken', tooManyBytes().message);
    this.#abandoned.set(id, all);
  }

  endAll(error: ConnectorError): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#abandoned.clear();
    for (const { reject } of waiting) reject(error);
  }
}

/**
 * ldapts has put U+FFFD for what is not UTF-8: the name would be somebody else's.
 *
 * Attack: the name of somebody whose entry is called so, typed again and again. If it ended the connection, everybody
 * else's searches would end with it.
 */
function isUnreadable(dn: string): boolean {
  return dn.includes('\uFFFD');
}

function unreadableName(dn: string): ConnectorError {
  return unavailable(`the directory has an entry whose name is not UTF-8; rename it: ${dn}`);
}

export function tooManyEntries(): ConnectorError {
  return unavailable(
    `the directory found more than ${limits.entries} entries; narrow the base or the filter`,
  );
}

function tooManyReferences(): ConnectorError {
  return unavailable(`the directory named more than ${limits.references} parts of it on other servers`);
}

function tooManyBytes(): ConnectorError {
  return unavailable(`the directory sent more than ${limits.workBytes} bytes`);
}
