/**
 * The house's one wiring plan: every middleware and route, in the order in which a request meets them.
 *
 * From outside in: who asks (facts), what is said about it (log, headers, errors), what needs no database (health,
 * assets, keys), what needs the right name (pages), and what is one unit of work (sign-in and protocol).
 */
import type { Config } from '@gatehouse/config';
import type { Log } from '@gatehouse/connector-kit';
import type { BrokerSecrets, Store } from '@gatehouse/core';
import Koa from 'koa';
import { connectorRoutes } from './connectors/endpoints.ts';
import type { Connectors } from './connectors/open-connector.ts';
import { demoRoutes } from './demo/routes.ts';
import { healthRoutes } from './health/health.ts';
import { except, only, requirePlainTarget } from './http/below-base.ts';
import { errorSurface, notFound } from './http/error-surface.ts';
import { establishFacts } from './http/establish-facts.ts';
import { readIssuer } from './http/issuer.ts';
import { requestLog } from './http/request-log.ts';
import { requireIssuerHost } from './http/require-issuer-host.ts';
import { requireOneHost } from './http/require-one-host.ts';
import { securityHeaders } from './http/security-headers.ts';
import { trustedProxies } from './http/trusted-proxies.ts';
import { unitOfWork } from './http/unit-of-work.ts';
import { BegunSignIns } from './login/begun-sign-ins.ts';
import { countBegun } from './login/count-begun.ts';
import { FailedAnswers } from './login/failed-answers.ts';
import { FormTokens } from './login/form-tokens.ts';
import { PasswordAttempts } from './login/password-attempts.ts';
import { loginRoutes } from './login/routes.ts';
import { returnRoutes } from './logout/returned.ts';
import { signOutUpstream } from './logout/sign-out-upstream.ts';
import { CookieKeys } from './oidc/cookies.ts';
import type { Oidc } from './oidc/oidc.ts';
import type { Assets } from './pages/assets.ts';
import { homeRoutes } from './pages/home-routes.ts';
import { tryRoutes } from './try/routes.ts';

export interface AppOptions {
  readonly config: Config;
  readonly connectors: Connectors;
  readonly store: Store;
  readonly secrets: BrokerSecrets;
  readonly oidc: Oidc;
  readonly assets: Assets;
  readonly log: Log;
  readonly now: () => Date;
}

export function createApp(options: AppOptions): Koa {
  const { config, connectors, store, secrets, oidc, assets, log, now } = options;
  const issuer = readIssuer(config.issuer);
  const { base } = issuer;
  const { site, pictures } = assets;
  const formTokens = new FormTokens(secrets.cookieKeys, issuer);
  const attempts = new PasswordAttempts(store.rateLimits, config.limits.passwordAttempts, secrets.cookieKeys);
  const begun = new BegunSignIns(config.limits.pendingSignIns, now);
  const room = {
    config,
    issuer,
    site,
    connectors,
    pictures,
    oidc,
    formTokens,
    attempts,
    begun,
    failedAnswers: new FailedAnswers(store),
    tries: store.tries,
    now,
  };

  // The forwarding headers are believed here since `establishFacts` has written them.
  const app = new Koa({ proxy: true });
  app.keys = new CookieKeys(secrets.cookieKeys);
  app.on('error', (error: unknown) => log.error({ error }, 'answer not sent'));

  app.use(establishFacts(issuer, trustedProxies(config.trustedProxies), log));
  app.use(requestLog(base, now));
  app.use(securityHeaders(issuer));
  app.use(errorSurface(site));
  app.use(requirePlainTarget);
  app.use(requireOneHost);
  app.use(healthRoutes(store, base).routes());
  app.use(assets.routes.routes());
  app.use(oidc.documents);
  app.use(except(base, programEndpoints, requireIssuerHost(issuer)));
  app.use(homeRoutes(site, config.demo).routes());
  if (config.demo) app.use(demoRoutes({ config, issuer, site, now }).routes());
  app.use(connectorRoutes(connectors, issuer).routes());
  app.use(tryRoutes(room).routes());
  app.use(returnRoutes(room).routes());
  app.use(unitOfWork(store));
  app.use(loginRoutes(room).routes());
  app.use(only(base, /^\/auth(\/|$)/, countBegun(begun, base)));
  app.use(only(base, /^\/logout(\/|$)/, signOutUpstream(room)));
  app.use(only(base, protocol, oidc.middleware));
  app.use(notFound);
  return app;
}

/** No cookie is read there, so a cluster may reach them by an internal name. */
const programEndpoints = /^\/(token(\/(introspect|revoke))?|userinfo)$/;
const protocol = /^\/(auth|token|userinfo|logout)(\/|$)/;
