/** The connector itself: what Gatehouse calls. */
import {
  type Call,
  type Check,
  type Connector,
  ConnectorError,
  type ConnectorHost,
  type Identity,
  type PasswordLogin,
  type RefreshCall,
  type Refreshed,
} from '@gatehouse/connector-kit';
import type { Config } from './config.ts';
import type { PeopleApi, Person } from './people-api.ts';

/** What a refresh needs besides the id: here, nothing. An OAuth connector keeps its refresh token in it. */
type State = null;

export class PeopleConnector implements Connector<State> {
  readonly login: PasswordLogin<State>;
  readonly #api: PeopleApi;
  readonly #host: ConnectorHost;

  constructor(config: Config, host: ConnectorHost, api: PeopleApi) {
    this.#api = api;
    this.#host = host;
    this.login = {
      kind: 'password',
      usernameLabel: config.usernameLabel,
      verify: ({ username, password }, call) => this.#verify(username, password, call),
    };
  }

  async refresh(identity: Identity<State>, call: RefreshCall<State>): Promise<Refreshed<State>> {
    const person = await this.#api.find(identity.upstreamId, call.signal);
    if (person === 'gone') {
      return { status: 'gone', reason: 'the API says that the person has left', proof: 'stated' };
    }
    const { authenticated } = identity;
    return {
      status: 'current',
      identity: { ...identityOf(person), ...(authenticated && { authenticated }) },
    };
  }

  async check(call: Call): Promise<readonly Check[]> {
    const name = 'the API answers and knows our token';
    try {
      await this.#api.ping(call.signal);
      return [{ name, ok: true }];
    } catch (error) {
      const detail = error instanceof Error ? error.message : 'unknown failure';
      return [{ name, ok: false, detail, advice: adviceFor(error) }];
    }
  }

  async #verify(username: string, password: string, call: Call): Promise<Identity<State> | null> {
    if (password === '') return null;
    const person = await this.#api.verify(username, password, call.signal);
    // What the trace may hold: facts about the person, never what they typed.
    call.trace.step('asked the API', { found: person?.id ?? null, groups: person?.groups ?? [] });
    if (person === null) return null;
    return { ...identityOf(person), authenticated: { at: this.#host.now(), amr: ['pwd'] } };
  }
}

function identityOf(person: Person): Identity<State> {
  return {
    upstreamId: person.id,
    username: person.username,
    ...(person.name !== undefined && { displayName: person.name }),
    ...(person.email !== undefined && { email: person.email }),
    groups: person.groups,
    state: null,
  };
}

function adviceFor(error: unknown): string {
  const misconfigured = ConnectorError.is(error) && error.code === 'misconfigured';
  return misconfigured
    ? 'Give `token` a token that the API accepts.'
    : 'See whether `url` is right and the API is up.';
}
