/**
 * One connection to a directory: sends requests, matches answers to them, and dies at the first thing that is wrong.
 * Many requests may be under way at once, each with its own time and its own end.
 *
 * It never connects again by itself. A connection that is made anew is anonymous, and a search on it would answer
 * for somebody else (docs/decisions, "The LDAP connection is ours"). Requests and answers are ldapts's messages.
 */
import type { Socket } from 'node:net';
import type { ConnectorError } from '@gatehouse/connector-kit';
import {
  AbandonRequest,
  BindRequest,
  type Filter,
  PagedResultsControl,
  SearchRequest,
  UnbindRequest,
} from 'ldapts';
import type { Entry } from '../entry.ts';
import { unavailable } from '../errors.ts';
import { limits } from '../limits.ts';
import { askForPolicy } from './controls.ts';
import { type Allowance, type Exchange, Exchanges, type Final } from './exchanges.ts';
import { FrameReader, messageIdIn } from './frame-reader.ts';
import { NoAnswer, notAwaited } from './no-answer.ts';
import { type Result, readResponse } from './response.ts';
import { TooManyElements } from './shape-check.ts';

export { tooManyEntries } from './exchanges.ts';

export interface SearchQuery {
  readonly base: string;
  readonly scope: 'base' | 'one' | 'sub';
  readonly filter: Filter;
  /** What a trace may say instead of the filter. */
  readonly shown?: string;
  /** At least one; `1.1` for none (RFC 4511, section 4.5.1.8). */
  readonly attributes: readonly string[];
  /** How many entries are enough; the result is then `sizeLimitExceeded` where there are more. */
  readonly sizeLimit?: number;
}

export interface Page {
  readonly size: number;
  /** Undefined for the first. */
  readonly cookie: Buffer | undefined;
}

export interface SearchAnswer {
  readonly result: Result;
  readonly entries: readonly Entry[];
  /** Continuation references: parts of the tree that live on another server. They are never followed. */
  readonly references: readonly string[];
  readonly cookie: Buffer | undefined;
}

/** On which one answer is waited for. */
export interface Terms {
  /** Milliseconds until the answer is whole. */
  readonly timeout: number;
  /** Ends this request alone; a bind takes its connection with it. */
  readonly signal: AbortSignal;
  /** Shared by all that belongs to one piece of work. */
  readonly allowance?: Allowance;
}

export class LdapConnection {
  readonly #socket: Socket;
  readonly #frames = new FrameReader(limits.messageBytes, (id, bytes) =>
    this.#passOver(
      id,
      bytes,
      `the directory sent a message of ${bytes} bytes, and ${limits.messageBytes} are read`,
    ),
  );
  readonly #exchanges: Exchanges;
  readonly #listeners: (() => void)[] = [];
  #failure: ConnectorError | undefined;

  /** `socket` is connected, and secured if it is to be. `lastId` is for tests: numbers begin behind it. */
  constructor(socket: Socket, lastId = 0) {
    this.#socket = socket;
    this.#exchanges = new Exchanges(lastId);
    socket.on('data', this.#read);
    socket.on('error', (error) =>
      this.#fail(new NoAnswer('lost', 'the connection to the directory broke', error)),
    );
    socket.on('close', () => this.#fail(new NoAnswer('lost', 'the directory closed the connection')));
    if (socket.destroyed) this.#fail(new NoAnswer('lost', 'the directory closed the connection'));
  }

  /** Once false, never true again. */
  get alive(): boolean {
    return this.#failure === undefined;
  }

  onEnd(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** RFC 4513, section 5.1. An empty password would be an unauthenticated bind, which many directories answer with success. */
  async bind(dn: string, password: string, terms: Terms): Promise<Result> {
    if (dn === '' || password === '') throw unavailable('refused to bind without a name or a password');
    const messageId = this.#exchanges.nextId();
    const request = new BindRequest({ messageId, dn, password, controls: [askForPolicy()] });
    const { answer } = await this.#ask(request, 'bind', terms);
    return answer.result;
  }

  /** RFC 4513, section 5.2.3: as whom the certificate names that TLS has shown. */
  async bindExternal(terms: Terms): Promise<Result> {
    const request = new BindRequest({ messageId: this.#exchanges.nextId(), mechanism: 'EXTERNAL' });
    const { answer } = await this.#ask(request, 'bind', terms);
    return answer.result;
  }

  async search(query: SearchQuery, page: Page | undefined, terms: Terms): Promise<SearchAnswer> {
    const request = new SearchRequest({
      messageId: this.#exchanges.nextId(),
      baseDN: query.base,
      scope: query.scope,
      filter: query.filter,
      attributes: [...query.attributes],
      sizeLimit: query.sizeLimit ?? 0,
      timeLimit: Math.ceil(terms.timeout / 1000),
      controls: page === undefined ? [] : [pageControl(page)],
    });
    const { exchange, answer } = await this.#ask(request, 'search', terms);
    const { result, cookie } = answer;
    return { result, cookie, entries: exchange.entries, references: exchange.references };
  }

  /** Says good-bye where it can, and is gone in any case. */
  close(): void {
    if (this.#failure !== undefined) return;
    const goodbye = new UnbindRequest({ messageId: this.#exchanges.nextId() }).write();
    this.#socket.end(goodbye, () => this.#socket.destroy());
    this.#socket.setTimeout(1000, () => this.#socket.destroy());
    this.#end(new NoAnswer('lost', 'the connection is closed'));
  }

  async #ask(
    request: BindRequest | SearchRequest,
    kind: Final['kind'],
    { timeout, signal, allowance = { bytes: limits.workBytes } }: Terms,
  ): Promise<{ exchange: Exchange; answer: Final }> {
    if (this.#failure !== undefined) throw this.#failure;
    const since = performance.now();
    if (signal.aborted) throw leftBecause(signal, since);
    const { promise, resolve, reject } = Promise.withResolvers<Final>();
    const exchange: Exchange = { kind, entries: [], references: [], allowance, resolve, reject };
    const { messageId: id } = request;
    const before = this.#exchanges.answered;
    const silent = () => this.#exchanges.answered === before;
    const leave = () => this.#giveUp(id, kind, leftBecause(signal, since, silent()));
    const timer = setTimeout(() => this.#giveUp(id, kind, tooLate(timeout, silent())), timeout);
    signal.addEventListener('abort', leave, { once: true });
    this.#exchanges.begin(id, exchange);
    this.#socket.write(request.write());
    try {
      return { exchange, answer: await promise };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', leave);
    }
  }

  /** A bind cannot be abandoned (RFC 4511, section 4.11), and a server that says nothing would not hear of it. */
  #giveUp(id: number, kind: Final['kind'], error: NoAnswer): void {
    if (kind === 'bind' || error.silence === 'silent') this.#fail(error);
    else this.#abandon(id, error);
  }

  #abandon(abandonId: number, error: ConnectorError): void {
    if (!this.#exchanges.abandon(abandonId, error)) return;
    this.#socket.write(new AbandonRequest({ messageId: this.#exchanges.nextId(), abandonId }).write());
  }

  readonly #read = (chunk: Buffer): void => {
    try {
      for (const frame of this.#frames.push(chunk)) {
        if (this.#failure !== undefined) return;
        this.#take(frame);
      }
    } catch (error) {
      this.#fail(
        error instanceof NoAnswer
          ? error
          : new NoAnswer('broken', 'the directory sent something that is not a valid LDAP answer', error),
      );
    }
  };

  #take(frame: Buffer): void {
    try {
      const response = readResponse(frame);
      const error = this.#exchanges.take(response, frame.length);
      if (error !== undefined) this.#abandon(response.id, error);
    } catch (error) {
      if (!(error instanceof TooManyElements)) throw error;
      this.#passOver(messageIdIn(frame), frame.length, `the directory sent too much: ${error.message}`);
    }
  }

  #passOver(id: number, bytes: number, reason: string): void {
    if (this.#exchanges.isOneSearchs(id, bytes, reason)) this.#abandon(id, unavailable(reason));
  }

  #fail(error: ConnectorError): void {
    this.#end(error);
    this.#socket.destroy();
  }

  #end(error: ConnectorError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#exchanges.endAll(error);
    for (const listener of this.#listeners) listener();
  }
}

function tooLate(timeout: number, silent: boolean): NoAnswer {
  return new NoAnswer(silent ? 'silent' : 'slow', `the directory did not answer within ${timeout} ms`);
}

function leftBecause({ reason }: AbortSignal, since: number, silent = false): NoAnswer {
  return notAwaited(reason, 'the call was ended before the directory had answered', since, silent);
}

/** Not critical: a directory without paging (RFC 2696) ignores it, and then answers all or `sizeLimitExceeded`. */
function pageControl({ size, cookie }: Page): PagedResultsControl {
  return new PagedResultsControl({ value: cookie === undefined ? { size } : { size, cookie } });
}
