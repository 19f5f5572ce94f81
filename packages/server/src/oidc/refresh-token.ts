/**
 * Refresh tokens: derived from an offline session, never stored.
 *
 * The library asks for a token by its value, marks it used and saves its successor. Here finding reads the offline
 * session and judges the lineage, and saving opens the session or moves it on.
 */
import {
  advance,
  firstLineage,
  issueRefreshToken,
  judge,
  newOfflineSessionId,
  type OfflineSession,
  readRefreshToken,
  type Verdict,
} from '@gatehouse/core';
import LibraryProvider, { type default as Provider } from 'oidc-provider';
import { factsOf } from '../http/facts.ts';
import { currentUnit } from '../http/unit-of-work.ts';
import { reading } from './adapter.ts';
import { type OfflineLifetimes, offlineExpiry, offlinePayload, restored } from './offline-payload.ts';
import { outlivesSession } from './session-binding.ts';

type RefreshTokenClass = Provider['RefreshToken'];
type LibraryToken = InstanceType<RefreshTokenClass>;

export interface RefreshTokenOptions {
  /** Newest first. */
  readonly keys: readonly Uint8Array[];
  readonly lifetimes: OfflineLifetimes & { readonly refreshGrace: number };
  readonly now: () => Date;
}

interface Presented {
  readonly session: OfflineSession;
  readonly verdict: Verdict;
}

export function refreshTokenClass(
  provider: Provider,
  Base: RefreshTokenClass,
  { keys, lifetimes, now }: RefreshTokenOptions,
): RefreshTokenClass {
  const presentations = new WeakMap<object, Presented>();

  return class RefreshToken extends Base {
    static override find = (async (value: unknown) => {
      const parsed = typeof value === 'string' ? readRefreshToken(keys, value) : null;
      if (parsed === null) return undefined;
      const session = await reading(() => currentUnit().offlineSessions.find(parsed.id));
      if (session === null || session.ended !== undefined || session.expiresAt <= now()) return undefined;
      const verdict = judge(session.lineage, parsed.generation, now(), lifetimes.refreshGrace);
      if (verdict.status === 'unknown') return undefined;
      if (verdict.status === 'reuse') endForReuse(session);
      const token = new RefreshToken(restored(session, value as string, verdict.status === 'reuse') as never);
      presentations.set(token, { session, verdict });
      return (await outlivesSession(provider, token)) ? token : undefined;
    }) as unknown as typeof Base.find;

    /** `AccessToken.revokeByGrantId` ends all that belongs to the grant. */
    static override async revokeByGrantId(): Promise<void> {}

    /** The successor is saved in the same request: `save` moves the session on. */
    override async consume(): Promise<void> {}

    override async save(): Promise<string> {
      const rotated = LibraryProvider.ctx?.oidc.entities.RotatedRefreshToken;
      const presented = rotated === undefined ? undefined : presentations.get(rotated);
      return presented === undefined ? begin(this) : proceed(presented);
    }

    /** Called at the revocation endpoint, and for a re-used token, whose session has ended by then. */
    override async destroy(): Promise<void> {
      const session = presentations.get(this)?.session;
      if (session !== undefined) currentUnit().offlineSessions.end(session.id, 'revoked');
    }
  } as RefreshTokenClass;

  /** One offline session per sign-in: another device of the same person is not touched. */
  function begin(token: LibraryToken): string {
    const id = newOfflineSessionId();
    const lineage = firstLineage();
    const createdAt = now();
    currentUnit().offlineSessions.open({
      id,
      lineage,
      createdAt,
      expiresAt: offlineExpiry(createdAt, createdAt, lifetimes),
      ...offlinePayload(token),
    });
    return issueRefreshToken(keys, { id, generation: lineage.generation });
  }

  /** Racers, and a client whose answer got lost, are all given the newest generation. */
  function proceed({ session: { id, lineage, createdAt }, verdict }: Presented): string {
    if (verdict.status === 'repeat') return issueRefreshToken(keys, { id, generation: verdict.generation });
    const next = advance(lineage, now(), lifetimes.refreshGrace);
    const expiresAt = offlineExpiry(createdAt, now(), lifetimes);
    currentUnit().offlineSessions.advance(id, lineage.generation, next, expiresAt);
    return issueRefreshToken(keys, { id, generation: next.generation });
  }
}

/**
 * Attack: somebody uses a refresh token whose successor is in use, so two parties hold this lineage
 * (RFC 9700, section 4.14.2). It ends whoever asks, for whatever scope: the library would look at those first.
 */
function endForReuse({ id, grantId, subject, clientId }: OfflineSession): void {
  const ctx = LibraryProvider.ctx;
  if (ctx?.oidc.route !== 'token') return;
  currentUnit().offlineSessions.end(id, 'reuse');
  currentUnit().records.revokeGrant(grantId);
  factsOf(ctx).log.warn(
    { subject, client: clientId },
    'a refresh token was used again: its session has ended',
  );
}
