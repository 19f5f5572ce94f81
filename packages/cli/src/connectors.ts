/** Opens the connectors of the configuration, and lends each what the contract promises. */
import type { AnyConnectorDefinition, Config } from '@gatehouse/config';
import type { Connector, ConnectorHost, HttpNeeds, Json, Log } from '@gatehouse/connector-kit';
import type { LocalDirectory } from '@gatehouse/connector-local';
import {
  type BrowserSessions,
  type IdentityChecks,
  type ReplayGuards,
  subjectOf,
  withFields,
} from '@gatehouse/core';
import { type OpenConnector, Outgoing } from '@gatehouse/server';
import { builtInDefinitions } from './configuration.ts';
import type { SharedOutgoing } from './outgoing.ts';

export interface Lent {
  readonly log: Log;
  readonly now: () => Date;
  readonly outgoing: SharedOutgoing;
  readonly store: {
    readonly replayGuards: ReplayGuards;
    readonly identityChecks: Pick<IdentityChecks, 'record' | 'doubt' | 'doubtAll'>;
    readonly browserSessions: BrowserSessions;
  };
  readonly accounts: LocalDirectory;
}

export interface ClosableConnector extends OpenConnector {
  /** The connector, and the connections that it was lent. */
  close(): Promise<void>;
}

/** By id, in the order of the configuration. */
export function openConnectors(
  { connectors, issuer, tokens }: Pick<Config, 'connectors' | 'issuer' | 'tokens'>,
  definitions: readonly AnyConnectorDefinition[],
  lent: Lent,
): ReadonlyMap<string, ClosableConnector> {
  const builtIn = builtInDefinitions({ accounts: lent.accounts, issuer });
  // The first of a type counts: the built-in ones that the configuration was read with stand behind.
  const all = [...builtIn, ...definitions];
  return new Map(
    connectors.map((entry) => [
      entry.id,
      open(entry, all, { ...lent, goneSuspension: tokens.goneSuspension }),
    ]),
  );
}

type Entry = Config['connectors'][number];

type Host = Lent & Pick<Config['tokens'], 'goneSuspension'>;

function open(entry: Entry, definitions: readonly AnyConnectorDefinition[], lent: Host): ClosableConnector {
  const definition = definitions.find(({ type }) => type === entry.type);
  if (!definition) throw new Error(`no definition for connector type ${entry.type}`);
  // The definition's own schema made `entry.config`, so the two fit; their types were lost on the way.
  const { open: openIt, http: needsOf } = definition as Opened;
  const log = withFields(lent.log, { connector: entry.id });
  const needs = needsOf?.call(definition, entry.config) ?? {};
  const outgoing = new Outgoing(needs, { ...lent.outgoing, log });
  const host = hostFor(entry.id, outgoing.fetch, { ...lent, log });
  const connector = openIt.call(definition, entry.config, host);
  const close = async () => {
    await connector.close?.();
    await outgoing.close();
  };
  return { entry, connector, close };
}

interface Opened {
  open(config: unknown, host: ConnectorHost): Connector<Json>;
  http?(config: unknown): HttpNeeds;
}

function hostFor(id: string, send: typeof fetch, { log, now, store, goneSuspension }: Host): ConnectorHost {
  return {
    id,
    log,
    fetch: send,
    now,
    once: (key, until) => store.replayGuards.once(`${id} ${key}`, until),
    changed: async (upstreamIds, how, upstreamSessions) => {
      if (upstreamIds === 'everybody') {
        if (how !== 'recheck') throw new TypeError(`nobody may say of everybody that they are ${how}`);
        await store.identityChecks.doubtAll(id, now());
        return log.info({}, 'the upstream will be asked again about everybody');
      }
      const subjects = upstreamIds.map((upstreamId) => subjectOf(id, upstreamId));
      if (how === 'signedOut') {
        const ended = await store.browserSessions.end({
          connectorId: id,
          subjects,
          ...(upstreamSessions && { upstreamSessions }),
        });
        return log.info({ subjects, ended }, 'signed out at the upstream');
      }
      for (const subject of subjects) {
        const at = now();
        if (how === 'recheck') await store.identityChecks.doubt(subject, at);
        else
          await store.identityChecks.record(subject, {
            status: 'gone',
            reason: 'the upstream told us',
            proof: 'stated',
            at,
            until: new Date(at.getTime() + goneSuspension * 1000),
          });
      }
    },
  };
}
