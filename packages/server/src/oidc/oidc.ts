/** What the rest of the server sees of the OpenID provider: nothing outside this folder knows the library. */
import type { SignInWish } from '@gatehouse/connector-kit';
import type { Client, SigningKey } from '@gatehouse/core';
import type { Context, Middleware } from 'koa';

export interface Oidc {
  /**
   * Serves discovery and `/keys` from memory, also while the database is away. It stands before the unit of work:
   * nothing is read for it.
   */
  readonly documents: Middleware;
  /** Serves `/auth`, `/token`, `/userinfo`, introspection, revocation and `/logout`, within the unit of work. */
  readonly middleware: Middleware;
  /**
   * The sign-in that this browser is in the middle of, by the cookie bound to `/login/:uid`.
   * @throws BrokerError `sign_in_expired` when there is none
   */
  pending(ctx: Context): Promise<PendingSignIn>;
  /** The person proved who they are. Returns the address at which the browser goes on (303). */
  signedIn(ctx: Context, result: SignedIn): Promise<string>;
  /** The person agreed to what the consent or confirmation page asked. */
  agreed(ctx: Context): Promise<string>;
  /** Whom this request has signed out, after `middleware`; the answer is the way on (303). */
  left(ctx: Context): Left | undefined;
  /** Signs with these from now on, and publishes them. */
  reload(keys: readonly SigningKey[]): void;
  /** The client is told why not (`access_denied`, `login_required`, `temporarily_unavailable`, RFC 6749 4.1.2.1). */
  refused(ctx: Context, error: RefusalCode, description: string): Promise<string>;
}

export interface Left {
  readonly subject: string;
  readonly upstreamStateId?: string;
}

export type RefusalCode = 'access_denied' | 'login_required' | 'temporarily_unavailable' | 'server_error';

export interface PendingSignIn {
  readonly uid: string;
  readonly client: Client;
  /**
   * `login`: somebody must prove who they are. `consent`: the person is asked what the client may have.
   * `confirm`: a native client asks for a token from a session alone; one click shows that a person is there.
   */
  readonly step: 'login' | 'consent' | 'confirm';
  readonly wish: SignInWish;
  /** Which account it should be is a question to the person (`prompt=select_account`, `id_token_hint`). */
  readonly choosesAccount: boolean;
  /** The client asked for this connector (`connector_id`, or Dex's `/auth/<id>`). */
  readonly connectorId?: string;
  /** Who is signed in already: set for `consent` and `confirm`. */
  readonly subject?: string;
  /** For the consent page: the scopes that are newly asked for. */
  readonly scopes: readonly string[];
  readonly redirectUri: string;
}

export interface SignedIn {
  readonly subject: string;
  readonly authenticatedAt: Date;
  readonly acr?: string;
  readonly amr?: readonly string[];
  /** The upstream's name for its own session: a sign-out there ends the session here. */
  readonly upstreamSession?: string;
  /** Then the session here ends too. */
  readonly upstreamSessionEnds?: Date;
  /** Of what ends it when the person signs out here (`Unit.upstreamSessions`). */
  readonly upstreamStateId?: string;
  /**
   * Whether it is known that somebody was there. An upstream that has a session of its own answers alone, and then
   * nobody has noticed that a sign-in took place.
   */
  readonly attended: boolean;
  /** Keep the browser session over a restart of the browser (`sessions.remember`). */
  readonly remember: boolean;
}
