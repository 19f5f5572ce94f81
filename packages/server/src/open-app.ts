/** From what the composition root has opened to an application that can be served: the provider, its pages, its keys. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '@gatehouse/config';
import type { Log } from '@gatehouse/connector-kit';
import {
  AbsenceBrake,
  type BrokerSecrets,
  type SigningKey,
  type Store,
  UpstreamCheck,
} from '@gatehouse/core';
import type Koa from 'koa';
import { createApp } from './app.ts';
import type { Connectors } from './connectors/open-connector.ts';
import { keepHouse } from './health/housekeeping.ts';
import { readIssuer } from './http/issuer.ts';
import { openOidc } from './oidc/open-oidc.ts';
import { watchKeys } from './oidc/watch-keys.ts';
import { openAssets } from './pages/assets.ts';
import { oidcPages } from './pages/oidc-pages.ts';

export interface OpenAppOptions {
  readonly config: Config;
  readonly connectors: Connectors;
  readonly store: Store;
  readonly secrets: BrokerSecrets;
  /** As `ensureSigningKeys` returned them. */
  readonly signingKeys: readonly SigningKey[];
  readonly log: Log;
  readonly now: () => Date;
}

export interface OpenApp {
  readonly app: Koa;
  /** What has to be done beside the requests: new keys, expired rows. Returns when `signal` is aborted. */
  runChores(signal: AbortSignal): Promise<void>;
}

/** @throws Error that names the option: a branding file that cannot be read, a client that the protocol forbids */
export async function openApp(options: OpenAppOptions): Promise<OpenApp> {
  const { config, store, signingKeys: keys, log, now } = options;
  const assets = await openAssets(config, readIssuer(config.issuer).base);
  const brake = new AbsenceBrake(store.absenceBrakes, log);
  const upstream = upstreamCheck(options, brake);
  const oidc = openOidc({
    ...options,
    keys,
    checkIdentity: (stored, signal) => upstream.checkIdentity(stored, signal),
    pages: oidcPages(assets.site, options.connectors),
  });
  return {
    app: createApp({ ...options, oidc, assets }),
    runChores: async (signal) => {
      const connectorIds = config.connectors.map(({ id }) => id);
      const onChange = (newKeys: readonly SigningKey[]) => oidc.reload(newKeys);
      await Promise.all([
        keepHouse({ store, brake, connectors: connectorIds, log, signal }),
        watchKeys({ keys, signingKeys: store.signingKeys, now, log, signal, onChange }),
      ]);
    },
  };
}

function upstreamCheck(
  { config, connectors, store, log, now }: OpenAppOptions,
  brake: AbsenceBrake,
): UpstreamCheck {
  return new UpstreamCheck({
    identityChecks: store.identityChecks,
    brake,
    connectors: (id) => connectors.get(id),
    lifetimes: config.tokens,
    now,
    log,
    sleep: async (milliseconds) => sleep(milliseconds),
  });
}
