/**
 * When an upstream is asked again about somebody, and what its answer means for the request that waits for it.
 *
 * Attack: somebody is dismissed in the morning, and with the browser session of the evening before opens one
 * application after the other all day.
 *
 * So it is asked when a token is refreshed, and when a browser session stands in for a sign-in; each time only if the
 * identity is older than `tokens.upstreamCheck`. A code exchange never asks, its code is a minute old; `/userinfo` and
 * introspection take what is stored.
 */
import { allowsConnector, type Checked, type Client, type StoredIdentity } from '@gatehouse/core';
import { errors, type KoaContextWithOIDC, type RefreshToken } from 'oidc-provider';
import { factsOf } from '../http/facts.ts';
import { reading } from './adapter.ts';
import { Suspended, Unavailable } from './errors.ts';
import { comesFromSignIn, mustSignIn } from './login-prompt.ts';
import { leaveSession } from './session.ts';

export interface Asking {
  readonly clients: ReadonlyMap<string, Client>;
  /** Asks the upstream if the identity is older than `tokens.upstreamCheck`. */
  readonly checkIdentity: (stored: StoredIdentity, signal: AbortSignal) => Promise<Checked>;
}

type Token = { readonly kind: string } | undefined;

/** Undefined for somebody who does not count now: a token is refused, and at `/auth` the person signs in again. */
export async function askAgain(
  ctx: KoaContextWithOIDC,
  stored: StoredIdentity,
  token: Token,
  asking: Asking,
): Promise<StoredIdentity | undefined> {
  if (isRefresh(ctx, token)) return atRefresh(await ask(ctx, stored, asking));
  if (token === undefined && sessionStandsIn(ctx, stored, asking)) {
    return atSignIn(ctx, await ask(ctx, stored, asking));
  }
  return stored;
}

/** A re-used token is about to end its session: nobody is asked on its behalf. */
function isRefresh(ctx: KoaContextWithOIDC, token: Token): boolean {
  return ctx.oidc.route === 'token' && token?.kind === 'RefreshToken' && !(token as RefreshToken).consumed;
}

/**
 * Whether nothing but the session speaks for this person, and it could be enough. Whoever signs in anyway must not
 * wait for an upstream first, let alone one that this client does not take people from.
 */
function sessionStandsIn(
  ctx: KoaContextWithOIDC,
  { connectorId }: StoredIdentity,
  { clients }: Asking,
): boolean {
  const client = clients.get(ctx.oidc.client?.clientId ?? '');
  if (client === undefined || !allowsConnector(client, connectorId)) return false;
  return !comesFromSignIn(ctx) && !mustSignIn(ctx, connectorId);
}

/** A client keeps its token where the person, or the upstream, may be back. */
function atRefresh(checked: Checked): StoredIdentity | undefined {
  switch (checked.status) {
    case 'gone':
      return undefined;
    case 'suspended':
      throw new Suspended(checked.reason, checked.retryAfter);
    case 'unavailable':
      throw new Unavailable(new Error(notAsked), checked.retryAfter);
    default:
      return checked.stored;
  }
}

/**
 * Who is suspended keeps the session, which may count again tomorrow. RFC 6749, section 4.1.2.1, has the error for
 * an upstream that is away: the browser goes back, and the application says so in its own way.
 */
function atSignIn(ctx: KoaContextWithOIDC, checked: Checked): StoredIdentity | undefined {
  switch (checked.status) {
    case 'gone':
      leaveSession(ctx);
      return undefined;
    case 'suspended':
      return undefined;
    case 'unavailable':
      throw new errors.TemporarilyUnavailable(
        'the account cannot be checked at the moment, try again later',
        {
          detail: notAsked,
        },
      );
    default:
      return checked.stored;
  }
}

const notAsked = 'the upstream cannot be asked';
const logged = { gone: 'the person is gone', suspended: 'the person is suspended' } as const;

async function ask(
  ctx: KoaContextWithOIDC,
  stored: StoredIdentity,
  { checkIdentity }: Asking,
): Promise<Checked> {
  const checked = await reading(() => checkIdentity(stored, hungUp(ctx)));
  if (checked.status === 'gone' || checked.status === 'suspended') {
    const { subject, connectorId } = stored;
    const fields = { subject, connector: connectorId, reason: checked.reason };
    factsOf(ctx).log.info(fields, logged[checked.status]);
  }
  return checked;
}

/** Nobody waits for the answer any more. */
function hungUp({ res }: KoaContextWithOIDC): AbortSignal {
  const controller = new AbortController();
  res.once('close', () => controller.abort());
  return controller.signal;
}
