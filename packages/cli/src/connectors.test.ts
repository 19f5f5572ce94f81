import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AnyConnectorDefinition, Config } from '@gatehouse/config';
import {
  type Connector,
  type ConnectorHost,
  defineConnector,
  HttpFailure,
  type HttpNeeds,
} from '@gatehouse/connector-kit';
import { type CheckOutcome, subjectOf, type UpstreamSignOut } from '@gatehouse/core';
import { describe, expect, it } from 'vitest';
import { noAccounts } from './configuration.ts';
import { openConnectors } from './connectors.ts';

const now = new Date('2026-01-01T12:00:00Z');

/** A connector of which only the host counts, and what the store was told. */
function openOne(needs?: HttpNeeds) {
  const told: unknown[] = [];
  const hosts: ConnectorHost[] = [];
  const closed: string[] = [];
  const definition = defineConnector({
    kit: 1,
    type: 'played',
    title: 'Played',
    config: {} as never,
    ...(needs && { http: () => needs }),
    open: (_config, host): Connector<null> => {
      hosts.push(host);
      return { close: async () => void closed.push(host.id) } as Connector<null>;
    },
  });
  const entry = { id: 'corp', type: 'played', name: 'Corp', domains: [], config: {}, rules: {} };
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const opened = openConnectors(
    {
      connectors: [entry],
      issuer: 'http://127.0.0.1:5556',
      tokens: { goneSuspension: 60 } as Config['tokens'],
    },
    [definition as AnyConnectorDefinition],
    {
      log,
      now: () => now,
      outgoing: { userAgent: 'x', timeouts: { connect: 1e4, headers: 1e4, silence: 1e4, whole: 1e4 } },
      accounts: noAccounts,
      store: {
        replayGuards: { once: async (key) => told.push(['once', key]) > 0 },
        identityChecks: {
          record: async (subject: string, outcome: CheckOutcome) =>
            void told.push(['record', subject, outcome]),
          doubtAll: async (connectorId: string, at: Date) => void told.push(['doubtAll', connectorId, at]),
          doubt: async (subject: string, at: Date) => void told.push(['doubt', subject, at]),
        },
        browserSessions: { end: async (which: UpstreamSignOut) => told.push(['end', which]) },
      },
    },
  ).get('corp');
  const [host] = hosts;
  if (!host || !opened) throw new Error('it was not opened');
  return { host, opened, told, closed };
}

describe('what an endpoint has learned', () => {
  const [ann, bob] = ['ann', 'bob'].map((id) => subjectOf('corp', id));

  it('puts who may have changed in doubt', async () => {
    const { host, told } = openOne();
    await host.changed(['ann', 'bob'], 'recheck');
    expect(told).toEqual([
      ['doubt', ann, now],
      ['doubt', bob, now],
    ]);
  });

  it('puts everybody in doubt, and nothing worse than that', async () => {
    const { host, told } = openOne();
    await host.changed('everybody', 'recheck');
    expect(told).toEqual([['doubtAll', 'corp', now]]);
    await expect(host.changed('everybody', 'gone')).rejects.toThrow('nobody may say of everybody');
    await expect(host.changed('everybody', 'signedOut')).rejects.toThrow('nobody may say of everybody');
  });

  it('suspends who is gone, as the upstream stated it', async () => {
    const { host, told } = openOne();
    await host.changed(['ann'], 'gone');
    const until = new Date('2026-01-01T12:01:00Z');
    expect(told).toEqual([
      ['record', ann, { status: 'gone', proof: 'stated', at: now, until, reason: expect.any(String) }],
    ]);
  });

  it('ends the sessions of who has signed out: all, or those that are named', async () => {
    const { host, told } = openOne();
    await host.changed(['ann'], 'signedOut');
    await host.changed(['ann'], 'signedOut', ['s1']);
    await host.changed([], 'signedOut', ['s1', 's2']);
    expect(told).toEqual([
      ['end', { connectorId: 'corp', subjects: [ann] }],
      ['end', { connectorId: 'corp', subjects: [ann], upstreamSessions: ['s1'] }],
      ['end', { connectorId: 'corp', subjects: [], upstreamSessions: ['s1', 's2'] }],
    ]);
  });
});

describe('the fetch that a connector is lent', () => {
  async function served<T>(work: (url: string) => Promise<T>): Promise<T> {
    const server = createServer((_, response) => response.end('inside')).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    try {
      return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    } finally {
      server.close();
    }
  }

  it('goes inside where the definition says that the configuration names it, and nowhere else', async () => {
    await served(async (url) => {
      const named = openOne({ urls: [url] });
      expect(await (await named.host.fetch(url)).text()).toBe('inside');
      await named.opened.close();
      expect(named.closed).toEqual(['corp']);
      const unnamed = openOne();
      const failure = await unnamed.host.fetch(url).catch((error: unknown) => HttpFailure.in(error)?.kind);
      expect(failure).toBe('plain_http');
      await unnamed.opened.close();
    });
  });
});
