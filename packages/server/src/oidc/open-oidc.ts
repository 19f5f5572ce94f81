/** Opens the OpenID provider: the one place where this folder is wired. */
import type { Config } from '@gatehouse/config';
import type { BrokerSecrets, SigningKey } from '@gatehouse/core';
import { readIssuer } from '../http/issuer.ts';
import type { Asking } from './ask-again.ts';
import type { ProviderSetup } from './configuration.ts';
import { CookieKeys } from './cookies.ts';
import { documents } from './documents.ts';
import { agreed, type Interactions, pendingSignIn, refused, signedIn } from './interactions.ts';
import { library } from './library.ts';
import { whoLeft } from './logout.ts';
import type { Oidc } from './oidc.ts';
import type { Pages } from './pages.ts';
import { GatehouseProvider } from './provider.ts';

export interface OidcDeps {
  readonly config: Config;
  readonly secrets: BrokerSecrets;
  /** As they are stored; `reload` brings newer ones. */
  readonly keys: readonly SigningKey[];
  readonly checkIdentity: Asking['checkIdentity'];
  readonly pages: Pages;
  readonly now: () => Date;
}

/** @throws Error naming the client that the protocol does not allow, or the algorithm that has no key */
export function openOidc(deps: OidcDeps): Oidc {
  const setup = setupOf(deps);
  let keys = deps.keys;
  let provider = new GatehouseProvider(setup);
  const interactions = (): Interactions => ({ provider, clients: setup.clients });
  return {
    documents: documents({ issuer: setup.issuer, keys: () => keys, now: deps.now }),
    middleware: library(setup.issuer, () => provider),
    pending: (ctx) => pendingSignIn(interactions(), ctx),
    signedIn: (ctx, result) => signedIn(interactions(), ctx, result),
    agreed: (ctx) => agreed(interactions(), ctx),
    refused: (ctx, error, description) => refused(interactions(), ctx, error, description),
    left: (ctx) => whoLeft(ctx),
    // The library reads its keys once, so new keys mean a new provider (1 to 2 ms). All state is in the store.
    reload: (newKeys) => {
      provider = new GatehouseProvider({ ...setup, keys: newKeys });
      keys = newKeys;
    },
  };
}

function setupOf({ config, secrets, ...rest }: OidcDeps): ProviderSetup {
  return {
    ...rest,
    config,
    issuer: readIssuer(config.issuer),
    clients: new Map(config.clients.map((client) => [client.id, client])),
    entries: new Map(config.connectors.map((entry) => [entry.id, entry])),
    cookieKeys: new CookieKeys(secrets.cookieKeys),
    refreshKeys: secrets.refreshKeys,
  };
}
