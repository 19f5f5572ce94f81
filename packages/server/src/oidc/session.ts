/** Browser sessions: stored for people who are signed in, and for nobody else. */
import LibraryProvider, { type KoaContextWithOIDC, type default as Provider } from 'oidc-provider';
import { currentUnit } from '../http/unit-of-work.ts';

type SessionClass = Provider['Session'];
type Session = InstanceType<SessionClass>;
type Login = Parameters<Session['loginAccount']>[0];
type Instantiate = { instantiate(payload?: object): Session };
type Entities = { entity(key: string, value: unknown): void };

/**
 * Attack: a stranger who repeats an old signed cookie would make the library store an empty session for every
 * request, and logging out without being signed in would do the same; a million requests, a million rows.
 */
export function sessionClass(provider: Provider, Base: SessionClass): SessionClass {
  const getSession = Base.get;
  return class Session extends Base {
    // Declared alone: fields would undo what the constructor reads.
    declare oldId?: string | undefined;
    declare upstreamSession?: string | undefined;
    declare upstreamStateId?: string | undefined;
    declare upstreamSessionEnds?: number | undefined;

    static override get IN_PAYLOAD(): string[] {
      return [...Base.IN_PAYLOAD, 'upstreamSession', 'upstreamStateId', 'upstreamSessionEnds'];
    }

    static override async get(ctx: Parameters<SessionClass['get']>[0]): Promise<Session> {
      const session = await getSession.call(provider.Session, ctx);
      if (session.accountId !== undefined) return session as Session;
      return emptySession(provider, (ctx as { oidc?: Entities }).oidc);
    }

    /** A browser that is to be remembered now may not have been before; the library never takes that back. */
    override loginAccount(details: Login): void {
      super.loginAccount(details);
      this.transient = details.transient === true ? true : undefined;
      const ties = upstreamTiesOfSignIn();
      const { upstreamStateId: before } = this;
      // The library does this once more after each page that follows a sign-in: the same one is no other.
      if (before !== undefined && before !== ties.upstreamStateId)
        currentUnit().upstreamSessions.forget(before);
      Object.assign(this, ties);
    }

    /** However it ends: what would end its upstream's session is not kept for longer. */
    override async destroy(): Promise<void> {
      if (this.upstreamStateId !== undefined) currentUnit().upstreamSessions.forget(this.upstreamStateId);
      await super.destroy();
    }

    /**
     * Attack: a session is ended while a request is on its way that gives it a new cookie. The library would destroy the
     * old one and store another, which lives on.
     */
    override async save(lifetime: number): Promise<string> {
      if (this.accountId === undefined) {
        Object.assign(this, { touched: false });
        return this.jti;
      }
      if (this.oldId !== undefined) {
        currentUnit().records.renewSession(this.oldId, this.jti);
        Object.assign(this, { oldId: undefined });
      }
      return super.save(lifetime);
    }
  } as SessionClass;
}

/** What joins a browser session to the one of its upstream; see `SignedIn`. */
export interface UpstreamTies {
  readonly upstreamSession?: string | undefined;
  readonly upstreamStateId?: string | undefined;
  /** Seconds since 1970. */
  readonly upstreamSessionEnds?: number | undefined;
}

/** The library hands on what it knows of a sign-in, and not what else was in its result. */
function upstreamTiesOfSignIn(): UpstreamTies {
  const login: { readonly [key: string]: unknown } =
    LibraryProvider.ctx?.oidc.entities.Interaction?.result?.login ?? {};
  const { upstreamSessionEnds: ends } = login;
  return {
    upstreamSession: textOrNothing(login.upstreamSession),
    upstreamStateId: textOrNothing(login.upstreamStateId),
    upstreamSessionEnds: typeof ends === 'number' ? ends : undefined,
  };
}

function textOrNothing(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/**
 * For the rest of this request nobody is signed in, and the session that came with it is not written again: it may
 * have been ended for good a moment ago. The library would store it under a new cookie.
 */
export function leaveSession({ oidc }: KoaContextWithOIDC): void {
  Object.assign(oidc, { session: emptySession(oidc.provider, oidc) });
}

/** One that the library does not store unless somebody signs in. */
function emptySession(provider: Provider, oidc: Entities | undefined): Session {
  const empty = (provider.Session as unknown as Instantiate).instantiate();
  oidc?.entity('Session', empty);
  return empty;
}
