/** The upstream's HTTP interface, and what its answers mean. */
import {
  answerFailed,
  ConnectorError,
  type ConnectorHost,
  discard,
  fetchFailed,
  readJson,
} from '@gatehouse/connector-kit';
import { z } from 'zod';
import type { Config } from './config.ts';

/** An answer comes from elsewhere, so it goes through a schema like anything else from elsewhere. */
const person = z.object({
  id: z.string().min(1),
  username: z.string().min(1),
  name: z.string().min(1).optional(),
  email: z.object({ address: z.string().min(1), verified: z.boolean() }).optional(),
  groups: z.array(z.string().min(1)),
  /** False where the API has cut the list. */
  groupsComplete: z.boolean(),
});
const verified = z.object({ person: person.nullable() });
const found = z.object({ person });

export type Person = z.output<typeof person>;

export class PeopleApi {
  readonly #config: Config;
  readonly #fetch: typeof fetch;
  readonly #now: () => Date;

  /** The host's own `fetch` knows the operator's CA, proxy and limits, and follows no redirect. */
  constructor(config: Config, { fetch, now }: Pick<ConnectorHost, 'fetch' | 'now'>) {
    this.#config = config;
    this.#fetch = fetch;
    this.#now = now;
  }

  /** Null: nobody by that name, or not their password. The API does not say which, and takes as long for both. */
  async verify(username: string, password: string, signal: AbortSignal): Promise<Person | null> {
    const body = JSON.stringify({ username, password });
    const response = await this.#send('verify', { method: 'POST', body }, signal);
    const { person } = await read(response, verified);
    return person && complete(person);
  }

  async find(id: string, signal: AbortSignal): Promise<Person | 'gone'> {
    const response = await this.#send(`people/${encodeURIComponent(id)}`, {}, signal, [410]);
    if (response.status === 410) return 'gone';
    return complete((await read(response, found)).person);
  }

  async ping(signal: AbortSignal): Promise<void> {
    await this.#send('ping', {}, signal);
  }

  async #send(
    path: string,
    init: RequestInit,
    signal: AbortSignal,
    expected: readonly number[] = [],
  ): Promise<Response> {
    const timeout = AbortSignal.timeout(this.#config.timeoutSeconds * 1_000);
    const url = `${this.#config.url.replace(/\/$/, '')}/${path}`;
    const headers = { authorization: `Bearer ${this.#config.token}`, 'content-type': 'application/json' };
    const response = await this.#fetch(url, {
      ...init,
      headers,
      signal: AbortSignal.any([signal, timeout]),
    }).catch((error: unknown) => {
      throw fetchFailed(error, 'the API');
    });
    if (response.ok || expected.includes(response.status)) return response;
    await discard(response);
    throw this.#failureOf(response);
  }

  /** 404 is not "gone": a moved API or a token that lost its rights looks the same. The API says 410 for people who left. */
  #failureOf(response: Response): ConnectorError {
    const { status } = response;
    if (status === 401 || status === 403) {
      return new ConnectorError('misconfigured', { reason: `the API refuses our token (${status})` });
    }
    return answerFailed(response, 'the API', this.#now());
  }
}

async function read<T>(response: Response, schema: z.ZodType<T>): Promise<T> {
  const parsed = schema.safeParse(await readJson(response, 'the API'));
  if (parsed.success) return parsed.data;
  // Without quoting the answer: what is in it is about people.
  throw new ConnectorError('bad_response', { reason: 'the API sent an answer of another shape' });
}

/** Part of the groups is worse than none: a rule that denies a group would let its members in. */
function complete(person: Person): Person {
  if (person.groupsComplete) return person;
  throw new ConnectorError('unavailable', { reason: 'the API named only some of the groups' });
}
