/**
 * One connection to a directory: sends requests, matches answers to them, and dies at the first thing that is wrong.
 *
 * It never connects again by itself. A connection that is made anew is anonymous, and a search on it would answer
 * for somebody else (docs/decisions, "The LDAP connection is ours"). Requests and answers are ldapts's messages.
 */
import type { Socket } from 'node:net';
import type { ConnectorError } from '@gatehouse/connector-kit';
import { BindRequest, type Filter, PagedResultsControl, SearchRequest, UnbindRequest } from 'ldapts';
import { Entry } from '../entry.ts';
import { unavailable } from '../errors.ts';
import { limits } from '../limits.ts';
import { askForPolicy } from './controls.ts';
import { FrameReader } from './frame-reader.ts';
import { type Response, type Result, readResponse } from './response.ts';

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

export interface ConnectionOptions {
  /** Milliseconds that one answer may take. */
  readonly operationTimeout: number;
  /** Ends the connection, and whatever it is doing. */
  readonly signal: AbortSignal;
}

type Final = Extract<Response, { result: Result }>;

interface Pending {
  readonly kind: Final['kind'];
  readonly entries: Entry[];
  readonly references: string[];
  readonly resolve: (answer: Final) => void;
  readonly reject: (error: ConnectorError) => void;
}

export class LdapConnection {
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #frames = new FrameReader(limits.messageBytes);
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #bytes = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #failure: ConnectorError | undefined;

  /** `socket` is connected, and secured if it is to be. */
  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.on('data', this.#read);
    socket.on('error', (error) => this.#fail(unavailable('the connection to the directory broke', error)));
    socket.on('close', () => this.#fail(unavailable('the directory closed the connection')));
    options.signal.addEventListener('abort', this.#abort, { once: true });
    if (options.signal.aborted) this.#abort();
  }

  /** RFC 4513, section 5.1. An empty password would be an unauthenticated bind, which many directories answer with success. */
  async bind(dn: string, password: string): Promise<Result> {
    if (dn === '' || password === '') throw unavailable('refused to bind without a name or a password');
    const { result } = await this.#request(
      new BindRequest({ messageId: this.#nextId(), dn, password, controls: [askForPolicy()] }),
      'bind',
    ).answer;
    return result;
  }

  async search(query: SearchQuery, page?: Page): Promise<SearchAnswer> {
    const request = new SearchRequest({
      messageId: this.#nextId(),
      baseDN: query.base,
      scope: query.scope,
      filter: query.filter,
      attributes: [...query.attributes],
      sizeLimit: query.sizeLimit ?? 0,
      timeLimit: Math.ceil(this.#options.operationTimeout / 1000),
      controls: page === undefined ? [] : [pageControl(page)],
    });
    const { pending, answer } = this.#request(request, 'search');
    const { result, cookie } = await answer;
    return { result, cookie, entries: pending.entries, references: pending.references };
  }

  /** Waits until nothing else runs in here: OpenLDAP keeps one page cookie a connection. */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** Says good-bye where it can, and is gone in any case. */
  close(): void {
    if (this.#failure !== undefined) return;
    const goodbye = new UnbindRequest({ messageId: this.#nextId() }).write();
    this.#socket.end(goodbye, () => this.#socket.destroy());
    this.#socket.setTimeout(1000, () => this.#socket.destroy());
    this.#end(unavailable('the connection is closed'));
  }

  #nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  #request(
    message: BindRequest | SearchRequest,
    kind: Final['kind'],
  ): { pending: Pending; answer: Promise<Final> } {
    const { promise, resolve, reject } = Promise.withResolvers<Final>();
    const pending: Pending = { kind, entries: [], references: [], resolve, reject };
    if (this.#failure !== undefined) {
      reject(this.#failure);
      return { pending, answer: promise };
    }
    const { operationTimeout } = this.#options;
    const timer = setTimeout(
      () => this.#fail(unavailable(`the directory did not answer within ${operationTimeout} ms`)),
      operationTimeout,
    );
    this.#pending.set(message.messageId, pending);
    this.#socket.write(message.write());
    return { pending, answer: promise.finally(() => clearTimeout(timer)) };
  }

  readonly #read = (chunk: Buffer): void => {
    this.#bytes += chunk.length;
    if (this.#bytes > limits.connectionBytes) {
      this.#fail(unavailable(`the directory sent more than ${limits.connectionBytes} bytes`));
      return;
    }
    try {
      for (const frame of this.#frames.push(chunk)) this.#dispatch(readResponse(frame));
    } catch (error) {
      this.#fail(unavailable('the directory sent something that is not a valid LDAP answer', error));
    }
  };

  #dispatch(response: Response): void {
    if (this.#failure !== undefined) return;
    const pending = this.#pending.get(response.id);
    if (pending === undefined) {
      // Message 0 is the notice of disconnection (RFC 4511, section 4.4.1); any other answers nothing we asked.
      this.#fail(unavailable('the directory ended the connection or answered what was not asked'));
    } else if ('result' in response) {
      this.#finish(response, pending);
    } else if (response.kind === 'reference') {
      pending.references.push(...response.urls);
      if (pending.references.length > limits.references) this.#fail(tooManyReferences());
    } else {
      pending.entries.push(new Entry(response.entry));
      if (pending.entries.length > limits.entries) this.#fail(tooManyEntries());
    }
  }

  #finish(response: Final, pending: Pending): void {
    if (response.kind !== pending.kind) {
      this.#fail(unavailable('the directory answered another kind of request than ours'));
      return;
    }
    this.#pending.delete(response.id);
    pending.resolve(response);
  }

  readonly #abort = (): void => {
    this.#fail(
      unavailable('the call was ended before the directory had answered', this.#options.signal.reason),
    );
  };

  #fail(error: ConnectorError): void {
    this.#end(error);
    this.#socket.destroy();
  }

  #end(error: ConnectorError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#options.signal.removeEventListener('abort', this.#abort);
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}

export function tooManyEntries(): ConnectorError {
  return unavailable(
    `the directory found more than ${limits.entries} entries; narrow the base or the filter`,
  );
}

function tooManyReferences(): ConnectorError {
  return unavailable(`the directory named more than ${limits.references} parts of it on other servers`);
}

/** Not critical: a directory without paging (RFC 2696) ignores it, and then answers all or `sizeLimitExceeded`. */
function pageControl({ size, cookie }: Page): PagedResultsControl {
  return new PagedResultsControl({ value: cookie === undefined ? { size } : { size, cookie } });
}
