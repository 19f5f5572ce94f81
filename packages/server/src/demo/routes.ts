/**
 * The demo application: a real OpenID client of this very server, for the first minutes with it.
 *
 * It goes the way every client goes (authorization code with PKCE, RFC 7636) and has no door of its own.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Config } from '@gatehouse/config';
import { BrokerError, type Client } from '@gatehouse/core';
import Router from '@koa/router';
import type { Context } from 'koa';
import { field } from '../http/form.ts';
import type { Issuer } from '../http/issuer.ts';
import { isolateWindow } from '../http/security-headers.ts';
import { goTo, show } from '../http/show.ts';
import { offerWaysOut } from '../http/ways-out.ts';
import { demoPage } from '../pages/demo.ts';
import type { Site } from '../pages/site.ts';
import { exchangeCode, type Trip } from './exchange.ts';

export interface DemoOptions {
  readonly config: Config;
  readonly issuer: Issuer;
  readonly site: Site;
  readonly now: () => Date;
}

const cookieName = 'gatehouse_demo';
/** Milliseconds. */
const tripLifetime = 15 * 60_000;

/** @throws Error unless the issuer is on this computer and the client is configured: a fault in the configuration */
export function demoRoutes(options: DemoOptions): Router {
  const { issuer, config } = options;
  if (!issuer.loopback) throw new Error('demo: the issuer must be on this computer (127.0.0.1 or localhost)');
  const client = config.clients.find(({ id }) => id === 'demo');
  if (client === undefined) throw new Error('demo: there is no client "demo"');
  const router = new Router({ prefix: issuer.base });
  router.get('/demo/sign-in', (ctx) => leave(ctx, options, client));
  router.get('/demo/callback', (ctx) => comeBack(ctx, options, client));
  return router;
}

function leave(ctx: Context, { issuer }: DemoOptions, client: Client): void {
  const trip = { state: random(), nonce: random(), verifier: random() };
  ctx.cookies.set(cookieName, Object.values(trip).join('.'), cookieOptions(issuer, tripLifetime));
  const query = new URLSearchParams({
    client_id: client.id,
    redirect_uri: redirectUriOf(client),
    response_type: 'code',
    scope: 'openid email profile groups federated:id',
    state: trip.state,
    nonce: trip.nonce,
    code_challenge: createHash('sha256').update(trip.verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  goTo(ctx, `${issuer.base}/auth?${query}`);
}

async function comeBack(ctx: Context, options: DemoOptions, client: Client): Promise<void> {
  const { issuer, site, config, now } = options;
  const trip = tripOf(ctx);
  const answer = new URLSearchParams(ctx.querystring);
  // A reload: the code is used up, so begin again from the home page.
  if (trip === null) return goTo(ctx, `${site.base}/`);
  offerWaysOut(ctx, { again: `${site.base}/demo/sign-in` });
  ctx.cookies.set(cookieName, null, cookieOptions(issuer));
  checkAnswer(answer, trip, issuer);
  const redirectUri = redirectUriOf(client);
  const token = await exchangeCode({
    config,
    code: field(answer, 'code'),
    trip,
    clientId: client.id,
    redirectUri,
  });
  isolateWindow(ctx);
  const page = demoPage(site, {
    ...token,
    now: now(),
    issuer: issuer.issuer,
    again: `${site.base}/demo/sign-in`,
    signOut: signOutAddress(site, client),
  });
  show(ctx, 200, page);
}

/** RP-Initiated Logout 1.0, section 2. Without `id_token_hint`: a token has no business in an address. */
function signOutAddress({ base }: Site, { id, postLogoutRedirectUris: [home] }: Client): string {
  const query = new URLSearchParams({
    client_id: id,
    ...(home !== undefined && { post_logout_redirect_uri: home }),
  });
  return `${base}/logout?${query}`;
}

/** RFC 9207: the answer must say that it is from us; `state` that it is to a question of this browser. */
function checkAnswer(answer: URLSearchParams, trip: Trip, issuer: Issuer): void {
  if (field(answer, 'state') !== trip.state || field(answer, 'iss') !== issuer.issuer) {
    throw new BrokerError('sign_in_expired', { reason: 'state or iss of the demo do not match' });
  }
  const error = field(answer, 'error');
  if (error !== '') {
    const description = field(answer, 'error_description');
    const personMessage = `The demo was told "${error}": an application would now say that you are not signed in.`;
    throw new BrokerError('upstream_denied', { reason: `${error}: ${description}`, personMessage });
  }
}

function tripOf(ctx: Context): Trip | null {
  const [state, nonce, verifier] = ctx.cookies.get(cookieName, { signed: true })?.split('.') ?? [];
  return state && nonce && verifier ? { state, nonce, verifier } : null;
}

function cookieOptions({ base, secure }: Issuer, maxAge = 0) {
  return {
    signed: true,
    httpOnly: true,
    sameSite: 'lax',
    secure,
    path: `${base}/demo`,
    overwrite: true,
    ...(maxAge > 0 && { maxAge }),
  } as const;
}

function redirectUriOf({ redirectUris: [uri] }: Client): string {
  if (uri === undefined) throw new Error('demo: client "demo" has no redirectUris');
  return uri;
}

function random(): string {
  return randomBytes(32).toString('base64url');
}
