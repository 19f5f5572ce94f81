/**
 * GitHub: people sign in with their account at github.com, or at the company's own GitHub Enterprise.
 *
 * This package owns the way through an OAuth app or a GitHub App to an identity: the code, the tokens, the person's
 * organisations and teams, asking again at refresh, and webhooks. It must not know storage, or the rules that the broker
 * applies afterwards.
 */
import { defineConnector } from '@gatehouse/connector-kit';
import { check } from './check/check.ts';
import { configSchema, type GithubConfig } from './config.ts';
import { GithubLogin } from './login.ts';
import { placesOf } from './places.ts';
import { refresh } from './refresh.ts';
import type { State } from './state.ts';
import { webhook } from './webhooks/webhook.ts';

export default defineConnector<GithubConfig, State>({
  kit: 1,
  type: 'github',
  title: 'GitHub',
  config: configSchema,
  http({ host, ca }) {
    const { web, api } = placesOf(host);
    return host === undefined ? {} : { urls: [web.href, api.href], ...(ca !== undefined && { ca }) };
  },
  open(config, host) {
    const upstream = { config, host, ...placesOf(config.host) };
    return {
      mark: 'github',
      login: new GithubLogin(upstream),
      refresh: (identity, call) => refresh(upstream, identity, call),
      check: (call) => check(upstream, call),
      endpoints: config.webhookSecrets
        ? { webhook: (arrival, call) => webhook(upstream, arrival, call) }
        : {},
    };
  },
});
