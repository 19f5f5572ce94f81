/** What the author of a connector tells the contract suite: a configuration, an upstream it may break, a person. */
import type { Connector } from '../connector.ts';
import type { ConnectorDefinition } from '../definition.ts';
import type { Arrival, Departure } from '../exchange.ts';
import type { Json } from '../json.ts';
import type { TestHostOptions } from './test-host.ts';

export interface ContractHarness<Config, State extends Json> {
  readonly definition: ConnectorDefinition<Config, State>;
  /** As it would stand under `config:`; it must work with the upstream that `upstream` controls. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly host?: TestHostOptions;
  readonly login: PasswordHarness | RedirectHarness<State>;
  readonly upstream: UpstreamControls;
  /** All groups that the upstream names for the person, as the connector shall report them. */
  readonly groups: readonly string[];
  /** What must never show in a log, an error or a trace: client secrets, bind passwords, tokens it hands out. */
  secrets?(): readonly string[];
}

/** Each returns when the upstream behaves that way. */
export interface UpstreamControls {
  /** Alive, with the person and all groups. Called before each case, also the first. */
  reset(): Promise<void>;
  /** From here on nothing answers. */
  takeDown(): Promise<void>;
  /** Takes calls and never answers them. */
  hang?(): Promise<void>;
  /** Answers everything with "not now": status 503, LDAP's `busy`. Required of a connector that asks over HTTP. */
  overload?(): Promise<void>;
  /** Can name only some of the groups, in whatever way that happens at this kind of upstream. */
  loseSomeGroups?(): Promise<void>;
  /** Names the first page of the groups, and fails at the one after it. For upstreams that have pages. */
  failLaterPages?(): Promise<void>;
  /** Removes the person, with the proof of it. Required of a connector that can `refresh`. */
  removePerson?(): Promise<void>;
  /** Gives the person other groups and returns them. Required of a connector that can `refresh`. */
  changeGroups?(): Promise<readonly string[]>;
  /** What a refresh presents is good once, and `reset` does not bring it back: each refresh has to save its successor. */
  readonly rotatesState?: boolean;
}

export interface PasswordHarness {
  readonly kind: 'password';
  readonly username: string;
  readonly password: string;
  /** Of the same length and kind as one that somebody might have. */
  readonly wrongPassword: string;
  /** A name that the upstream does not know. */
  readonly nobody: string;
  /** What the upstream has been asked since `reset`, one word for each question ("search", "bind"). */
  work?(): readonly string[];
}

export interface RedirectHarness<State> {
  readonly kind: 'redirect';
  /** Default `http://127.0.0.1:5556/callback`. */
  readonly callbackUrl?: URL;
  /** What comes back through the browser is all there is (SAML): `finish` asks nobody, and a dead upstream does not matter. */
  readonly answerIsComplete?: boolean;
  /** Plays the person and the upstream: from where the browser was sent to what comes back. */
  answer(departure: Departure, connector: Connector<State>): Promise<Arrival>;
  /** The same, for a person who declines. */
  decline(departure: Departure, connector: Connector<State>): Promise<Arrival>;
  /** Whether this departure asks the upstream to authenticate anew (`prompt=login`, `ForceAuthn`). */
  asksForFreshSignIn(departure: Departure): boolean;
}
