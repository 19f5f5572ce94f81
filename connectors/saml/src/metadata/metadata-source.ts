/**
 * An identity provider that describes itself: asked when it is first needed, again when that is old, and at once when an
 * answer is signed with a key that nobody knows yet (but not more often than once a minute).
 *
 * What was read stays good while the provider cannot be asked, as long as it says so itself: a dead web server for
 * metadata is no reason to keep everybody out.
 */
import {
  type Call,
  ConnectorError,
  type ConnectorHost,
  discard,
  fetchFailed,
} from '@gatehouse/connector-kit';
import type { Checker } from '../checking/checker.ts';
import type { SamlConfig } from '../config.ts';
import type { Idp, IdpSource } from '../idp.ts';
import type { ReadMetadata } from './read-metadata.ts';

type MetadataConfig = NonNullable<SamlConfig['metadata']>;

/** Milliseconds between two questions out of turn, or after one that failed. */
const pause = 60_000;
/** Milliseconds for one question, whoever has asked first. */
const longestQuestion = 10_000;

interface Known extends ReadMetadata {
  readonly readAt: number;
}

export class MetadataSource implements IdpSource {
  readonly #config: MetadataConfig;
  readonly #host: ConnectorHost;
  readonly #checker: Checker;
  #known: Known | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<Known> | undefined;

  constructor(config: MetadataConfig, host: ConnectorHost, checker: Checker) {
    this.#config = config;
    this.#host = host;
    this.#checker = checker;
  }

  async current(signal: AbortSignal): Promise<Idp> {
    const known = this.#known;
    const now = this.#host.now().getTime();
    const usable = known !== undefined && now < known.validUntil;
    if (usable && now < known.readAt + Math.min(this.#config.refresh, known.cacheDuration)) return known.idp;
    if (usable && now < this.#askedAt + pause) return known.idp;
    try {
      return (await this.#ask(signal)).idp;
    } catch (error) {
      if (!usable || signal.aborted) throw error;
      this.#host.log.warn({ error }, 'the metadata of the identity provider could not be read again');
      return known.idp;
    }
  }

  stale(): boolean {
    const now = this.#host.now().getTime();
    if (this.#known === undefined || now < this.#askedAt + pause) return false;
    this.#known = { ...this.#known, readAt: Number.NEGATIVE_INFINITY };
    return true;
  }

  /** One question for all who wait; whoever leaves does not take it along. */
  #ask(signal: AbortSignal): Promise<Known> {
    this.#asking ??= this.#read().finally(() => {
      this.#asking = undefined;
    });
    const asking = this.#asking;
    asking.catch(() => undefined);
    return untilAborted(asking, signal);
  }

  async #read(): Promise<Known> {
    const now = this.#host.now().getTime();
    this.#askedAt = now;
    const { entityId, certificates } = this.#config;
    const signal = AbortSignal.timeout(longestQuestion);
    const job = { text: await this.#text(signal), options: { entityId, certificates, now } };
    const read = await this.#checker.read(job, signal);
    this.#known = { ...read, readAt: now };
    return this.#known;
  }

  async #text(signal: AbortSignal): Promise<string> {
    const { xml, url } = this.#config;
    if (xml !== undefined) return xml;
    const upstream = 'the metadata of the identity provider';
    try {
      const response = await this.#host.fetch(url ?? '', { signal, redirect: 'manual' });
      if (response.status === 200) return withoutPages(await response.text(), upstream);
      await discard(response);
      throw ofNoUse(upstream, response.status);
    } catch (error) {
      throw fetchFailed(error, upstream);
    }
  }
}

/** A login page in front of it, or the address that people open. By its words: PHP calls everything HTML. */
function withoutPages(text: string, upstream: string): string {
  if (!/^\s*(<\?xml[^<>]*\?>\s*)?<(!doctype\s+html|html)\b/i.test(text)) return text;
  throw misconfigured(`${upstream} is not at this address: it shows a page for people (HTML)`);
}

function ofNoUse(upstream: string, status: number): ConnectorError {
  const moved = status >= 300 && status < 400;
  return moved
    ? misconfigured(`${upstream} is elsewhere (status ${status}): write the address that it leads to`)
    : unavailable(`${upstream} answered with status ${status}`);
}

function untilAborted<T>(work: Promise<T>, signal: Call['signal']): Promise<T> {
  return new Promise((resolve, reject) => {
    const left = () => reject(unavailable('the call was ended'));
    if (signal.aborted) return left();
    signal.addEventListener('abort', left, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', left));
  });
}

function misconfigured(reason: string): ConnectorError {
  return new ConnectorError('misconfigured', { reason });
}

function unavailable(reason: string): ConnectorError {
  return new ConnectorError('unavailable', { reason });
}
