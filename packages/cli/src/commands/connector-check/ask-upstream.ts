/** Opens one connector of the configuration and asks it. */
import type { Config, Loaded } from '@gatehouse/config';
import {
  type Call,
  type Check,
  ConnectorError,
  type Json,
  type LookedUp,
  type LookUpRequest,
  type Trace,
} from '@gatehouse/connector-kit';
import type { LocalDirectory } from '@gatehouse/connector-local';
import type { OpenConnector } from '@gatehouse/server';
import { accountsOf } from '../../accounts.ts';
import { noAccounts } from '../../configuration.ts';
import type { ClosableConnector } from '../../connectors.ts';
import type { CommandContext } from '../../context.ts';
import { commandLog } from '../command-log.ts';
import type { ConfigOption } from '../config-option.ts';
import { withStore } from '../with-store.ts';
import { type Address, ourAddresses } from './our-addresses.ts';

export type Entry = Config['connectors'][number];

export interface Step {
  readonly name: string;
  readonly facts: Readonly<Record<string, Json>>;
}

export interface Upstream {
  /** Where people type their password: into a page of ours, or at the upstream. */
  readonly login: 'password' | 'redirect';
  readonly steps: readonly Step[];
  /** Ours, for its administrator. */
  addresses(): Promise<readonly Address[]>;
  check(): Promise<readonly Check[]>;
  /** Undefined: connectors of this type cannot look anybody up. */
  readonly lookUp: ((who: LookUpRequest) => Promise<LookedUp<Json>>) | undefined;
}

/** Milliseconds for a check or a look-up; each of a connector's own calls has its own, shorter time. */
const patience = 60_000;

export async function askUpstream<T>(
  entry: Entry,
  loaded: Loaded,
  options: ConfigOption,
  context: CommandContext,
  ask: (upstream: Upstream) => Promise<T>,
): Promise<T> {
  return withConnector({ entry, loaded, options, context }, ({ open: opened, steps, call }) => {
    const { connector } = opened;
    const { lookUp } = connector;
    return ask({
      login: connector.login.kind,
      steps,
      addresses: () => ourAddresses(loaded.config.issuer, opened),
      check: () => connector.check(call()),
      lookUp: lookUp && ((who) => lookUp.call(connector, who, call())),
    });
  });
}

export interface Asked {
  readonly entry: Entry;
  readonly loaded: Loaded;
  readonly options: ConfigOption;
  readonly context: CommandContext;
}

export interface AskedConnector {
  readonly open: OpenConnector;
  /** What the connector has told of its calls so far. */
  readonly steps: readonly Step[];
  call(): Call;
}

/** One connector as the file has it, opened for the time of the work. */
export async function withConnector<T>(
  { entry, loaded, options, context }: Asked,
  work: (connector: AskedConnector) => Promise<T>,
): Promise<T> {
  return accountsFor(entry.type, options, context, async (accounts) => {
    const opened = await open(entry, loaded, accounts, context);
    const steps: Step[] = [];
    const trace: Trace = { step: (name, facts = {}) => void steps.push({ name, facts }) };
    const call = (): Call => ({ signal: AbortSignal.timeout(patience), log: silent, trace });
    try {
      return await work({ open: opened, steps, call });
    } finally {
      await opened.close();
    }
  });
}

/** What a connector would log is in what it answers. */
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/**
 * While a try lasts, what the connector serves by itself may be served here. An upstream that tells of a sign-out, or of
 * somebody who has left, must not hear that it is done: it may say so again to the server.
 */
async function changesNothing(): Promise<never> {
  throw new ConnectorError('unavailable', { reason: 'a connector that is only tried changes nothing' });
}

/** Only `local` needs the database; a directory can be checked before there is one. */
function accountsFor<T>(
  type: string,
  options: ConfigOption,
  context: CommandContext,
  work: (accounts: LocalDirectory | null) => Promise<T>,
): Promise<T> {
  if (type !== 'local') return work(null);
  return withStore(options, context, (store, config) => work(accountsOf(config.users, store.users)));
}

async function open(
  entry: Entry,
  { config, definitions }: Loaded,
  accounts: LocalDirectory | null,
  { terminal, now }: CommandContext,
): Promise<ClosableConnector> {
  const { openConnectors } = await import('../../connectors.ts');
  const { readOutgoing } = await import('../../outgoing.ts');
  const seen = new Set<string>();
  const opened = openConnectors({ ...config, connectors: [entry] }, definitions, {
    log: commandLog(terminal),
    now,
    outgoing: await readOutgoing(config),
    store: {
      replayGuards: { once: async (key) => !seen.has(key) && seen.add(key).has(key) },
      identityChecks: { record: changesNothing, doubt: changesNothing, doubtAll: changesNothing },
      browserSessions: { end: changesNothing },
    },
    accounts: accounts ?? noAccounts,
  }).get(entry.id);
  if (!opened) throw new Error(`connector ${entry.id} was not opened`);
  return opened;
}
