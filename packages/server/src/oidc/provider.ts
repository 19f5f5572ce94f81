/** The library's provider with our own models in it. */
import type { Context } from 'koa';
import LibraryProvider, { errors } from 'oidc-provider';
import { accessTokenClass } from './access-token.ts';
import { authorizationCodeClass } from './authorization-code.ts';
import { checkScope } from './authorization-request.ts';
import { nameBareClient } from './bare-client-id.ts';
import { BrowserMark, interactionClass } from './browser-mark.ts';
import { clientClass } from './client.ts';
import { configuration, type ProviderSetup } from './configuration.ts';
import { contextClass, type RequestHooks } from './context.ts';
import { listen } from './events.ts';
import { idTokenClass } from './id-token.ts';
import { rememberSignOuts } from './logout.ts';
import { refreshTokenClass } from './refresh-token.ts';
import { sessionClass } from './session.ts';

export class GatehouseProvider extends LibraryProvider {
  readonly browserMark: BrowserMark;

  constructor(setup: ProviderSetup) {
    super(setup.config.issuer, configuration(setup));
    this.browserMark = new BrowserMark(setup.issuer);
    const client = clientClass(this.Client, setup.clients);
    // These are getters of the library, which builds each class at its first use: nothing has been used yet.
    const models = {
      Client: client.Class,
      OIDCContext: contextClass(this, this.OIDCContext, {
        paramsKnown: (ctx, route, params) => nameBareClient(ctx, route, params, setup.clients),
        clientKnown: clientKnown(setup),
      }),
      Session: sessionClass(this, this.Session),
      Interaction: interactionClass(this, this.Interaction, this.browserMark),
      AccessToken: accessTokenClass(this, this.AccessToken),
      AuthorizationCode: authorizationCodeClass(this, this.AuthorizationCode),
      RefreshToken: refreshTokenClass(this, this.RefreshToken, {
        keys: setup.refreshKeys,
        lifetimes: setup.config.tokens,
        now: setup.now,
      }),
      IdToken: idTokenClass(this.IdToken, setup.clients),
    };
    for (const [name, value] of Object.entries(models)) Object.defineProperty(this, name, { value });
    client.build();
    listen(this);
    rememberSignOuts(this, setup.issuer);
  }

  /** The library's own middleware, to be run inside ours: its `callback` would send the answer before the commit. */
  get handler(): (ctx: Context, next: () => Promise<unknown>) => Promise<void> {
    const [handler] = this.middleware;
    if (handler === undefined) throw new Error('the library has no middleware');
    return handler as never;
  }
}

/** What can be said of a request as soon as it is known whose it is. */
function clientKnown(setup: ProviderSetup): RequestHooks['clientKnown'] {
  return (ctx, { route, client }) => {
    const ours = setup.clients.get(client?.clientId ?? '');
    if (route === 'authorization') checkScope(ctx, ours, setup.clients);
    // RFC 7662, section 2.1: a public client proves nothing, and could try tokens it has found.
    if (route === 'introspection' && ours?.public !== false) {
      throw new errors.InvalidClientAuth({ detail: 'a public client may not introspect' } as never);
    }
  };
}
