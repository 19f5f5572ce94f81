/**
 * The OpenID provider alone, over a real database, behind a login that asks nothing: it signs in whoever the test
 * says and agrees to what the test says. What people see is tested elsewhere.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '@gatehouse/config';
import type { Connector, Identity, Json, Log } from '@gatehouse/connector-kit';
import {
  AbsenceBrake,
  BrokerError,
  type Client,
  ensureSigningKeys,
  openSeal,
  recordSignIn,
  type Store,
  UpstreamCheck,
} from '@gatehouse/core';
import { sampleClient } from '@gatehouse/core/testing';
import { openStore } from '@gatehouse/storage';
import Koa, { type Context } from 'koa';
import { establishFacts } from '../../packages/server/src/http/establish-facts.ts';
import { readIssuer } from '../../packages/server/src/http/issuer.ts';
import { currentUnit, unitOfWork } from '../../packages/server/src/http/unit-of-work.ts';
import { type Oidc, openOidc, type PendingSignIn } from '../../packages/server/src/oidc/index.ts';
import { silentLog } from './silent-log.ts';

export interface ConfigOverrides
  extends Partial<Pick<Config, 'allowedOrigins' | 'connectors' | 'sessions' | 'limits'>> {
  readonly tokens?: Partial<Config['tokens']>;
}

export interface OidcServerOptions {
  readonly databaseUrl: string;
  readonly clients: readonly Client[];
  readonly config?: ConfigOverrides;
  /** The issuer's path. */
  readonly base?: string;
  /** The issuer of another server: this one is its replica. */
  readonly issuer?: string;
  readonly now?: () => Date;
  readonly log?: Log;
  readonly refresh?: Connector<Json>['refresh'];
}

export interface OidcServer {
  readonly issuer: string;
  /** Where it listens, for a replica of another issuer. */
  readonly origin: string;
  readonly store: Store;
  readonly oidc: Oidc;
  /** Who signs in next. */
  person: Identity<Json>;
  /** What happens at the consent and the confirmation page. */
  answer: 'agree' | 'refuse';
  /** Whether the next sign-in outlives the browser. */
  remember: boolean;
  /** Whether somebody is known to be there at the next sign-in. */
  attended: boolean;
  /** Every step that the login pages would have shown, in order. */
  readonly steps: PendingSignIn[];
  /** Runs within the unit of work of the next requests, around the provider. */
  fault: ((ctx: Context) => void | Promise<void>) | undefined;
  stop(): Promise<void>;
}

export const jane: Identity<Json> = {
  upstreamId: 'jane-1',
  username: 'jane',
  displayName: 'Jane Doe',
  email: { address: 'jane@example.com', verified: true },
  groups: ['admins', 'staff'],
  state: {},
};

export const secretOf = (client: string) => `secret of ${client}`;

export function client(id: string, overrides: Partial<Client> = {}): Client {
  const secret = overrides.public ? [] : [createHash('sha256').update(secretOf(id)).digest('hex')];
  return sampleClient({
    id,
    name: id,
    public: false,
    native: false,
    secretHashes: secret,
    redirectUris: ['https://app.example.com/callback'],
    refreshTokens: 'requested',
    ...overrides,
  });
}

const seal = openSeal([{ id: 'test', key: new Uint8Array(32).fill(7) }]);

export async function startOidcServer(options: OidcServerOptions): Promise<OidcServer> {
  const http = createServer();
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const config = configOf(options, options.issuer ?? `${origin}${options.base ?? ''}`);
  const now = options.now ?? (() => new Date());
  const log = options.log ?? silentLog;
  const store = await openStore({
    ...{ url: options.databaseUrl, seal, now, log },
    ...{ limits: config.limits, poolSize: 5, preparedStatements: true, statementTimeout: 5000 },
  });
  const oidc = await openProvider(options, config, store, now, log);
  const { world, app } = serve(oidc, store, config, now, log);
  http.on('request', app.callback());
  return Object.assign(world, { issuer: config.issuer, origin, store, oidc, stop: () => stop(http, store) });
}

async function openProvider(
  options: OidcServerOptions,
  config: Config,
  store: Store,
  now: () => Date,
  log: Log,
): Promise<Oidc> {
  const keys = await ensureSigningKeys(store.signingKeys, { now: now() });
  const entries = new Map(config.connectors.map((entry) => [entry.id, entry]));
  const check = new UpstreamCheck({
    identityChecks: store.identityChecks,
    brake: new AbsenceBrake(store.absenceBrakes, log),
    connectors: (id) => {
      const entry = entries.get(id);
      return entry && { connector: options.refresh ? { refresh: options.refresh } : {}, entry };
    },
    ...{ lifetimes: config.tokens, now, log, sleep },
  });
  return openOidc({
    ...{ config, keys, now },
    secrets: await store.secrets.ensure(),
    checkIdentity: (stored, signal) => check.checkIdentity(stored, signal),
    pages: {
      error: (ctx, error) => renderError(ctx, error),
      confirmLogout: (ctx, { action, xsrf }) => {
        ctx.type = 'html';
        ctx.body = `<form method="post" action="${action}"><input name="xsrf" value="${xsrf}"></form>`;
      },
      signedOut: (ctx) => {
        ctx.body = 'signed out';
      },
    },
  });
}

type World = Pick<OidcServer, 'person' | 'answer' | 'remember' | 'attended' | 'steps' | 'fault'>;

function serve(oidc: Oidc, store: Store, config: Config, now: () => Date, log: Log) {
  const world: World = {
    ...{ person: jane, answer: 'agree', remember: false, attended: true, steps: [], fault: undefined },
  };
  const app = new Koa();
  app.silent = true;
  app.use(async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      renderError(ctx, error);
    }
  });
  app.use(establishFacts(readIssuer(config.issuer), () => false, log));
  app.use(oidc.documents);
  app.use(unitOfWork(store));
  app.use(async (ctx, next) => {
    await next();
    await world.fault?.(ctx);
  });
  app.use(oidc.middleware);
  app.use(async (ctx) => {
    if (ctx.path.includes('/login/')) ctx.redirect(await step(ctx));
  });
  return { world, app };

  async function step(ctx: Context): Promise<string> {
    const pending = await oidc.pending(ctx);
    world.steps.push(pending);
    if (pending.step !== 'login') {
      return world.answer === 'agree' ? oidc.agreed(ctx) : oidc.refused(ctx, 'access_denied', 'refused');
    }
    const entry = config.connectors.find(({ id }) => id === (pending.connectorId ?? 'corp'));
    if (entry === undefined) throw new BrokerError('no_connector');
    const { client: asking } = pending;
    const signIn = { unit: currentUnit(), entry, client: asking, identity: world.person, now: now(), log };
    const { subject } = recordSignIn(signIn);
    const { attended, remember } = world;
    const { upstreamSession, upstreamSessionEnds } = world.person;
    return oidc.signedIn(ctx, {
      ...{ subject, authenticatedAt: now(), attended, remember },
      ...(upstreamSession !== undefined && { upstreamSession }),
      ...(upstreamSessionEnds !== undefined && { upstreamSessionEnds }),
    });
  }
}

function renderError(ctx: Context, error: unknown): void {
  const known = error instanceof BrokerError ? error : new BrokerError('internal', { cause: error });
  ctx.status = known.entry.status;
  if (known.retryAfter !== undefined) ctx.set('Retry-After', String(known.retryAfter));
  ctx.type = 'html';
  ctx.body = `<p data-code="${known.code}">${known.sentence}</p>${known.code === 'internal' ? String(known.cause instanceof Error ? known.cause.stack : known.message) : ''}`;
}

async function stop(http: Server, store: Store): Promise<void> {
  http.closeAllConnections();
  http.close();
  await store.close();
}

function configOf({ clients, config = {} }: OidcServerOptions, issuer: string): Config {
  return {
    issuer,
    listen: { host: '127.0.0.1', port: 0 },
    trustedProxies: [],
    allowedOrigins: [],
    outgoing: { noProxy: [], timeouts: { connect: 5, headers: 10, silence: 10, whole: 15 } },
    database: { kind: 'embedded', path: '/nowhere' },
    seal: { kind: 'file', path: '/nowhere' },
    signing: { algorithm: 'RS256' },
    sessions: { idle: 3600, max: 86_400, remember: 2_592_000 },
    limits: {
      pendingSignIns: 1000,
      passwordAttempts: { perAccount: { tries: 5, window: 60 }, perAddress: { tries: 50, window: 60 } },
    },
    branding: { name: 'Test' },
    log: { level: 'error', format: 'json' },
    plugins: [],
    connectors: ['corp', 'other'].map((id) => ({
      id,
      type: 'mock',
      name: id,
      domains: [],
      config: {},
      rules: {},
    })),
    users: [],
    demo: false,
    ...config,
    clients,
    tokens: {
      ...{ idToken: 600, accessToken: 600, code: 60, refreshIdle: 1_209_600, refreshMax: 7_776_000 },
      ...{ refreshGrace: 60, upstreamCheck: 300, upstreamGrace: 3600, goneSuspension: 86_400 },
      ...config.tokens,
    },
  };
}
