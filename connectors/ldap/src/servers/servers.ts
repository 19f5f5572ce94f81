/**
 * All servers of the directory: which one does a piece of work, and which one next.
 *
 * Work goes on to the next server where the last one gave no answer, and never because of an answer: a password that
 * is wrong here is wrong everywhere, and would count twice. A server that is away is asked again in the background,
 * so that nobody's sign-in waits to find out that it still is.
 */
import { ConnectorError } from '@gatehouse/connector-kit';
import { misconfigured, unavailable } from '../errors.ts';
import { type HostAndPort, nameOf } from '../host.ts';
import { NoAnswer, reasonOf } from '../wire/no-answer.ts';
import { BindTries } from './bind-tries.ts';
import type { Server, Work } from './server.ts';
import { unlessAborted } from './unless-aborted.ts';
import { Unserved } from './unserved.ts';

export interface ServersMeans {
  /** In order of preference. */
  readonly list: (signal: AbortSignal) => Promise<readonly HostAndPort[]>;
  readonly open: (address: HostAndPort) => Server;
}

export class Servers {
  readonly #means: ServersMeans;
  readonly #known = new Map<string, Server>();
  readonly #probing = new Set<Server>();
  #closed = false;

  constructor(means: ServersMeans) {
    this.#means = means;
  }

  async names(signal: AbortSignal): Promise<readonly string[]> {
    return (await this.#current(signal)).map(({ name }) => name);
  }

  /** `which` leaves out servers by name. */
  async use<T>(signal: AbortSignal, work: Work<T>, which: (name: string) => boolean): Promise<T> {
    const servers = (await this.#current(signal)).filter(({ name }) => which(name));
    const tries = new BindTries();
    const failed: Unserved[] = [];
    for (const server of this.#inOrder(servers)) {
      const alternative = hasAlternative(server, servers, failed);
      const elsewhere = alternative ? AbortSignal.any([signal, server.health.away]) : signal;
      try {
        return await server.run(work, { signal, elsewhere, alternative, tries });
      } catch (error) {
        if (!(error instanceof Unserved)) throw error;
        failed.push(error);
        if (this.#closed || tries.over) break;
      }
    }
    throw noneServed(failed);
  }

  close(): void {
    this.#closed = true;
    for (const server of this.#known.values()) server.close();
  }

  async #current(signal: AbortSignal): Promise<readonly Server[]> {
    if (this.#closed) throw unavailable('the connector is closed');
    const addresses = await unlessAborted(this.#means.list(signal), signal, leftList);
    const names = new Set(addresses.map(nameOf));
    for (const [name, server] of this.#known) {
      if (names.has(name)) continue;
      this.#known.delete(name);
      server.retire();
    }
    return addresses.map((address) => this.#server(address));
  }

  #server(address: HostAndPort): Server {
    const name = nameOf(address);
    const server = this.#known.get(name) ?? this.#means.open(address);
    this.#known.set(name, server);
    return server;
  }

  /** Who is up, as preferred; then who is away, the one that may come back the soonest first. */
  #inOrder(servers: readonly Server[]): readonly Server[] {
    const up = servers.filter(({ health }) => health.up);
    const away = servers.filter(({ health }) => !health.up);
    if (up.length > 0) for (const server of away) this.#probe(server);
    return [...up, ...away.toSorted((a, b) => a.health.retryAt - b.health.retryAt)];
  }

  #probe(server: Server): void {
    if (!server.health.due || this.#probing.has(server)) return;
    this.#probing.add(server);
    void server.probe().finally(() => this.#probing.delete(server));
  }
}

/** Work leaves a server that goes away meanwhile, if there is one that is up and that it has not tried. */
function hasAlternative(server: Server, servers: readonly Server[], failed: readonly Unserved[]): boolean {
  const tried = new Set([server.name, ...failed.map(({ server: name }) => name)]);
  return server.health.up && servers.some(({ name, health }) => health.up && !tried.has(name));
}

function leftList(reason: unknown): NoAnswer {
  return new NoAnswer('left', 'the call was ended while looking for the servers of the directory', reason);
}

function noneServed(failed: readonly Unserved[]): ConnectorError {
  const [first, ...others] = failed;
  if (first === undefined) return misconfigured('no server is left to ask');
  if (others.length === 0) return first.noAnswer;
  const hopeless = failed.every(({ noAnswer }) => noAnswer.code === 'misconfigured');
  return new ConnectorError(hopeless ? 'misconfigured' : 'unavailable', {
    reason: failed.map(({ server, noAnswer }) => `${server}: ${reasonOf(noAnswer)}`).join('; '),
    cause: first.noAnswer,
  });
}
