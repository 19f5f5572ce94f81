/**
 * The configuration after reading: defaults filled in, durations in seconds, secrets resolved, paths absolute.
 *
 * Sections that are used as they were written have the types of their schemas; the others are spelled out here.
 */
import type { Client, IdentityRules, SealKey, SigningAlgorithm } from '@gatehouse/core';
import type { Listen } from './schema/listen.ts';
import type { OutgoingConfig } from './schema/outgoing.ts';
import type { LogConfig } from './schema/presentation.ts';
import type { Limits, SessionLifetimes, TokenLifetimes } from './schema/tokens.ts';

export type { Limits, Listen, LogConfig, OutgoingConfig, SessionLifetimes, TokenLifetimes };

export interface Config {
  /** Exactly as written: clients and API servers compare it as a string. */
  readonly issuer: string;
  readonly listen: Listen;
  /** Addresses and CIDR ranges whose `X-Forwarded-*` headers are believed. */
  readonly trustedProxies: readonly string[];
  readonly allowedOrigins: readonly string[];
  /** Seconds; `ca` is an absolute path. */
  readonly outgoing: OutgoingConfig;
  readonly database: Database;
  readonly seal: SealConfig;
  readonly signing: { readonly algorithm: SigningAlgorithm };
  /** Seconds. */
  readonly tokens: TokenLifetimes;
  /** Seconds. */
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
  | { readonly kind: 'keys'; readonly keys: readonly SealKey[] }
  /** Made at the first start, mode 0600. */
  | { readonly kind: 'file'; readonly path: string };

export interface Branding {
  readonly name: string;
  /** Absolute paths, read at start. */
  readonly logo?: string;
  readonly css?: string;
}

export interface ConnectorEntry {
  /** Part of every `sub`. */
  readonly id: string;
  readonly type: string;
  readonly name: string;
  /** An absolute path, read at start. */
  readonly mark?: string;
  /** Lower case. */
  readonly domains: readonly string[];
  /** Checked by the connector package's own schema, and as that schema returned it. */
  readonly config: unknown;
  readonly rules: IdentityRules;
}

export interface ConfiguredUser {
  readonly id: string;
  /** Lower case. */
  readonly email: string;
  readonly passwordHash: string;
  readonly name?: string;
  readonly groups: readonly string[];
}
