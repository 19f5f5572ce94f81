/**
 * OAuth 2.0 without OpenID Connect: people sign in with their account at a service that says who they are only to
 * whoever asks it with an access token.
 *
 * A token is never read here, even if it looks like a JWT: it is addressed to the upstream, and nobody signed it for us.
 */
import { defineConnector } from '@gatehouse/connector-kit';
import { check } from './check.ts';
import { configSchema, httpNeeds, type OAuth2Config } from './config.ts';
import { refresh } from './refresh.ts';
import { begin, finish } from './sign-in.ts';
import type { State } from './state.ts';
import { Upstream } from './upstream.ts';

export default defineConnector<OAuth2Config, State>({
  kit: 1,
  type: 'oauth2',
  title: 'OAuth 2.0',
  config: configSchema,
  http: httpNeeds,
  open(config, host) {
    const upstream = new Upstream(config, host);
    return {
      mark: 'oauth2',
      login: {
        kind: 'redirect',
        tokenParam: 'state',
        begin: (beginning) => begin(upstream, beginning),
        finish: (back, call) => finish(upstream, back, call),
      },
      refresh: (identity, call) => refresh(upstream, identity, call),
      check: (call) => check(upstream, call),
    };
  },
});
