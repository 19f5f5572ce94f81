/** The contract between the broker and a way to sign in. */
import type { Call, RefreshCall } from './call.ts';
import type { Arrival, Check, Departure, Reply, SignInWish } from './exchange.ts';
import type { Identity, Refreshed } from './identity.ts';
import type { Json } from './json.ts';
import type { LookedUp, LookUpRequest } from './look-up.ts';
import type { Mark } from './mark.ts';

export interface Connector<State> {
  /** One mechanism, and the compiler makes an author finish it. */
  readonly login: RedirectLogin<State> | PasswordLogin<State>;
  /** What people see beside its name. Absent: the first letter of the name. */
  readonly mark?: Mark;
  /** Asks the upstream again. Absent: the identity stays as it was at sign-in. */
  refresh?(identity: Identity<State>, call: RefreshCall<State>): Promise<Refreshed<State>>;
  /** Proves the configuration against the real upstream. Never throws for a bad upstream: it reports. */
  check(call: Call): Promise<readonly Check[]>;
  /**
   * What a sign-in would find about somebody, without the password: for the administrator at the command line, never for
   * a page. Reports like `check` instead of throwing. Absent: nobody can be looked up.
   */
  lookUp?(who: LookUpRequest, call: Call): Promise<LookedUp<State>>;
  /** A document for the upstream's administrator, such as SAML service provider metadata. */
  metadata?(callbackUrl: URL): { readonly contentType: string; readonly body: string };
  /**
   * Where to send the browser to end the upstream's session too; null if there is nothing to end. It comes back to
   * `returnUrl` with `token` as `state`, or to an endpoint whose `Reply` names the token.
   */
  logout?(i: SignOut<State>, call: Call): Promise<Departure | null>;
  /** Served under `/connectors/<id>/<name>`: webhooks, upstream-initiated logout. */
  readonly endpoints?: Readonly<Record<string, (arrival: Arrival, call: Call) => Promise<Reply>>>;
  close?(): Promise<void>;
}

export interface SignOut<State> {
  /** As of the person's last sign-in or refresh, in whichever browser. */
  readonly identity: Identity<State>;
  /** What the sign-in of this browser said (`Identity.sessionState`). */
  readonly sessionState?: Json;
  /** One for each connector, to be registered with the upstream. */
  readonly returnUrl: URL;
  /** For this browser and this sign-out alone. */
  readonly token: string;
}

/** The browser goes to the upstream and comes back (OAuth 2.0, OpenID Connect, SAML). */
export interface RedirectLogin<State> {
  readonly kind: 'redirect';
  /** The parameter that carries our token to the upstream and back: `state` or `RelayState`. */
  readonly tokenParam: string;
  /**
   * Bytes that the upstream may post back, up to 512 KiB; 16 KiB if absent. A SAML response with hundreds of groups
   * has some 100 KB. Strangers can fill what is allowed here.
   */
  readonly largestAnswer?: number;
  /**
   * Where a browser goes that brings an answer to no open sign-in of ours, such as one that began at the upstream. Nothing
   * of the answer is used: it could be anybody's. The address begins a sign-in of its own. Absent: an error page.
   */
  readonly unasked?: URL;
  /** `memo` is sealed, stored, and given to `finish` of this login alone: nonce, PKCE verifier, request id. */
  begin(
    i: { readonly token: string; readonly callbackUrl: URL; readonly wish: SignInWish },
    call: Call,
  ): Promise<{ readonly departure: Departure; readonly memo: Json }>;
  finish(
    i: { readonly arrival: Arrival; readonly memo: Json; readonly callbackUrl: URL },
    call: Call,
  ): Promise<Identity<State>>;
}

/** The person types a name and a password into our form. */
export interface PasswordLogin<State> {
  readonly kind: 'password';
  /** The label of the name field, such as "Username" or "E-mail address". */
  readonly usernameLabel: string;
  /**
   * Null is a wrong password or nobody by that name, and costs the same work in both cases.
   * Everything else that stands in the way is a `ConnectorError`.
   */
  verify(
    i: {
      readonly username: string;
      readonly password: string;
      /**
       * Where one account has several names (`jane`, `CORP\\jane`, an address): counts this try against the upstream's own
       * name for it, before the password is shown to anybody, and for an unknown name against that. False: it has had too
       * many; then the password is not shown, and the answer is null at the same cost.
       */
      readonly mayTry?: (account: string) => Promise<boolean>;
    },
    call: Call,
  ): Promise<Identity<State> | null>;
  /** Absent: whoever signs in here types a password. */
  readonly negotiate?: Negotiate<State>;
}

/**
 * Instead of a typed password, a ticket that the browser has for us already: the Kerberos half of HTTP Negotiate
 * (RFC 4559), in one round. NTLM, and what takes more rounds, is refused. The form is there for all others.
 */
export interface Negotiate<State> {
  /**
   * Whether a browser at this address is asked without having been told to; others get a link. Asking is not free:
   * Chromium on Windows answers with a dialog of its own where it does not count us to its intranet.
   */
  asksFirst(address: string): boolean;
  /**
   * Null: no ticket that counts here (another mechanism, forged, expired, seen before, of another realm or of nobody
   * we know). The person gets the form. Everything else that stands in the way is a `ConnectorError`; with a
   * `personMessage`, if it is one, since a ticket proves the person as well as a password does.
   */
  accept(token: Uint8Array, call: Call): Promise<Accepted<State> | null>;
}

export interface Accepted<State> {
  readonly identity: Identity<State>;
  /** Proves us to the browser (RFC 4559, section 5). */
  readonly reply?: Uint8Array;
}
