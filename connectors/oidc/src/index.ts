/**
 * OpenID Connect: people sign in with their account at another provider.
 *
 * This package owns the way there and back, the proof that what came back is whole and meant for us, and asking again
 * at refresh. It must not know HTTP servers, storage, or the rules that the broker applies afterwards.
 */
import { type Arrival, defineConnector } from '@gatehouse/connector-kit';
import { begin } from './begin.ts';
import { check } from './check/check.ts';
import { configSchema, httpNeeds, type OidcConfig } from './config.ts';
import { finish } from './finish.ts';
import { backchannel } from './logout/backchannel.ts';
import { frontchannel } from './logout/frontchannel.ts';
import { leave } from './logout/leave.ts';
import { LogoutTokens } from './logout/logout-token.ts';
import { Provider } from './provider.ts';
import { refresh } from './refresh.ts';
import type { State } from './state.ts';

export default defineConnector<OidcConfig, State>({
  kit: 1,
  type: 'oidc',
  title: 'OpenID Connect',
  config: configSchema,
  http: httpNeeds,
  open(config, host) {
    const provider = new Provider(config, host);
    const logoutTokens = new LogoutTokens(provider);
    return {
      mark: config.preset ?? 'oidc',
      login: {
        kind: 'redirect',
        tokenParam: 'state',
        begin: (beginning, call) => begin(provider, beginning, call),
        finish: (back, call) => finish(provider, back, call),
      },
      refresh: (identity, call) => refresh(provider, identity, call),
      ...(config.logout && { logout: (signOut, call) => leave(provider, signOut, call) }),
      endpoints: {
        'backchannel-logout': (arrival, call) => backchannel(provider, logoutTokens, arrival, call),
        ...(config.frontchannelLogout && {
          'frontchannel-logout': (arrival: Arrival) => frontchannel(provider, arrival),
        }),
      },
      check: (call) => check(provider, call),
    };
  },
});
