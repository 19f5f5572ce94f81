/** The configuration after reading: defaults filled in, durations in seconds, secrets resolved. */
import type { Client, IdentityRules, SigningAlgorithm } from '@gatehouse/core';

export interface Config {
  /** Exactly as written: clients and API servers compare it as a string. */
  readonly issuer: string;
  readonly listen: Listen;
  /** CIDR ranges whose `X-Forwarded-*` headers are believed. */
  readonly trustedProxies: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly database: Database;
  readonly seal: SealConfig;
  readonly signing: { readonly algorithm: SigningAlgorithm };
  readonly tokens: TokenLifetimes;
  readonly sessions: SessionLifetimes;
  readonly limits: Limits;
  readonly branding: Branding;
  readonly log: LogConfig;
  readonly plugins: readonly string[];
  readonly connectors: readonly ConnectorEntry[];
  readonly clients: readonly Client[];
  readonly users: readonly ConfiguredUser[];
  /** The account made at the first start, while the database has no users. */
  readonly firstUser?: { readonly email: string; readonly groups: readonly string[] };
  /** Only on a loopback issuer: client `demo` and the page that explains a token. */
  readonly demo: boolean;
}

export interface Listen {
  readonly host: string;
  readonly port: number;
  /** PEM files; read again when they change. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

export type Database =
  | {
      readonly kind: 'url';
      readonly url: string;
      readonly poolSize: number;
      /** Off behind a transaction pooler such as pgbouncer. */
      readonly preparedStatements: boolean;
      /** Milliseconds. */
      readonly statementTimeout: number;
      /** Past the pooler, for migrations; default `url`. */
      readonly directUrl: string;
    }
  /** A folder, absolute. */
  | { readonly kind: 'embedded'; readonly path: string };

/** The first key seals; all of them open. */
export type SealConfig =
  | { readonly kind: 'keys'; readonly keys: readonly { readonly id: string; readonly key: Uint8Array }[] }
  /** Made at the first start, mode 0600. */
  | { readonly kind: 'file'; readonly path: string };

/** Seconds. */
export interface TokenLifetimes {
  readonly idToken: number;
  readonly accessToken: number;
  readonly code: number;
  readonly refreshIdle: number;
  readonly refreshMax: number;
  readonly refreshGrace: number;
  /** An identity older than this is checked with its upstream when a token is refreshed. */
  readonly upstreamCheck: number;
  /** How long an upstream may be away before refreshes stop. */
  readonly upstreamGrace: number;
}

/** Seconds. */
export interface SessionLifetimes {
  readonly idle: number;
  readonly max: number;
  readonly remember: number;
}

export interface Limits {
  /** How many sign-ins that nobody has finished are kept; the oldest give way. */
  readonly pendingSignIns: number;
  readonly passwordAttempts: {
    readonly perAccount: { readonly tries: number; readonly window: number };
    readonly perAddress: { readonly tries: number; readonly window: number };
  };
}

export interface Branding {
  readonly name: string;
  /** Absolute paths, read at start. */
  readonly logo?: string;
  readonly css?: string;
}

export interface LogConfig {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly format: 'json' | 'pretty';
}

export interface ConnectorEntry {
  /** Part of every `sub`. */
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly domains: readonly string[];
  /** Checked by the connector package's own schema. */
  readonly config: unknown;
  readonly rules: IdentityRules;
}

export interface ConfiguredUser {
  readonly id: string;
  readonly email: string;
  readonly passwordHash: string;
  readonly name?: string;
  readonly groups: readonly string[];
}
