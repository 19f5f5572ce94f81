/**
 * The sign-in routes over real HTTP, with the provider's side played: a sign-in is a row in a map and its cookie.
 * For tests of what happens between `/login/:uid` and the way back, where the protocol is not the point.
 */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Connector, Json } from '@gatehouse/connector-kit';
import { type LogEntry, recordingLog } from '@gatehouse/connector-kit/testing';
import { BrokerError, MemoryTries } from '@gatehouse/core';
import { sampleClient } from '@gatehouse/core/testing';
import Koa from 'koa';
import type { Connectors } from '../connectors/open-connector.ts';
import { errorSurface } from '../http/error-surface.ts';
import { establishFacts } from '../http/establish-facts.ts';
import { readIssuer } from '../http/issuer.ts';
import { securityHeaders } from '../http/security-headers.ts';
import { unitOfWork } from '../http/unit-of-work.ts';
import { BegunSignIns } from '../login/begun-sign-ins.ts';
import { FailedAnswers } from '../login/failed-answers.ts';
import { FormTokens } from '../login/form-tokens.ts';
import { PasswordAttempts } from '../login/password-attempts.ts';
import { loginRoutes } from '../login/routes.ts';
import type { Oidc, PendingSignIn, SignedIn } from '../oidc/oidc.ts';
import type { Site } from '../pages/site.ts';
import { MemoryTables } from './memory-unit.ts';

export const testClient = sampleClient({
  id: 'app',
  name: 'The App',
  native: false,
  redirectUris: ['https://app.example/cb'],
  refreshTokens: 'never',
});

export interface SignInApp {
  readonly origin: string;
  readonly tables: MemoryTables;
  readonly signIns: Map<string, PendingSignIn>;
  /** Who was signed in, in order. */
  readonly signedIn: SignedIn[];
  readonly refused: string[];
  readonly logLines: LogEntry[];
  /** The clock; tests move it. */
  now: Date;
  close(): Promise<void>;
}

/** `domains`: by the connector's id. */
export async function startSignInApp(
  connectors: Readonly<Record<string, Connector<Json>>>,
  domains: Readonly<Record<string, readonly string[]>> = {},
): Promise<SignInApp> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = readIssuer(`http://127.0.0.1:${(server.address() as AddressInfo).port}/sso`);
  const state = {
    origin: `${issuer.origin}${issuer.base}`,
    tables: new MemoryTables(),
    signIns: new Map<string, PendingSignIn>(),
    signedIn: [] as SignedIn[],
    refused: [] as string[],
    logLines: [] as LogEntry[],
    now: new Date('2026-11-21T12:00:00Z'),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const site: Site = { name: 'Test', base: issuer.base, stylesheet: '/s.css', icon: '/i.svg' };
  const key = new Uint8Array(32).fill(3);
  const room = {
    config: { sessions: { idle: 60, max: 60, remember: 60 } },
    issuer,
    site,
    connectors: entriesOf(connectors, domains),
    pictures: new Map<string, string>(),
    oidc: playedOidc(state),
    formTokens: new FormTokens([key], issuer),
    begun: new BegunSignIns(1000, () => state.now),
    failedAnswers: new FailedAnswers({ rateLimits: counters(), unit: () => state.tables.unit() }),
    tries: new MemoryTries(() => state.now),
    attempts: new PasswordAttempts(counters(), limits, [key]),
    now: () => state.now,
  };
  const app = new Koa({ proxy: true });
  app.use(establishFacts(issuer, () => false, recordingLog(state.logLines)));
  app.use(securityHeaders(issuer));
  app.use(errorSurface(site));
  app.use(unitOfWork(state.tables));
  app.use(loginRoutes(room).routes());
  server.on('request', app.callback());
  return state;
}

const limits = { perAccount: { tries: 3, window: 60 }, perAddress: { tries: 50, window: 60 } };

function counters() {
  const counts = new Map<string, number>();
  return {
    take: async (key: string, { tries, window }: { tries: number; window: number }) => {
      counts.set(key, (counts.get(key) ?? 0) + 1);
      return { retryAfter: (counts.get(key) ?? 0) > tries ? window : 0 };
    },
    forgive: async (key: string) => void counts.delete(key),
    giveBack: async (key: string) => void counts.set(key, Math.max(0, (counts.get(key) ?? 0) - 1)),
  };
}

function entriesOf(
  connectors: Readonly<Record<string, Connector<Json>>>,
  domains: Readonly<Record<string, readonly string[]>>,
): Connectors {
  return new Map(
    Object.entries(connectors).map(([id, connector]) => {
      const entry = { id, type: 'test', name: `Directory ${id}`, config: {}, rules: {} };
      return [id, { connector, entry: { ...entry, domains: domains[id] ?? [] } }];
    }),
  );
}

type Played = Pick<SignInApp, 'signIns' | 'signedIn' | 'refused'>;

function playedOidc({ signIns, signedIn, refused }: Played): Oidc {
  return {
    documents: (_, next) => next(),
    middleware: (_, next) => next(),
    reload: () => {},
    left: () => undefined,
    pending: async (ctx) => {
      const pending = signIns.get(ctx.cookies.get('sign-in') ?? '');
      if (pending === undefined) throw new BrokerError('sign_in_expired');
      return pending;
    },
    signedIn: async (_, result) => {
      signedIn.push(result);
      return '/done';
    },
    agreed: async () => '/agreed',
    refused: async (_, error) => {
      refused.push(error);
      return '/refused';
    },
  };
}
