/** What a stored identity is worth at a given time, without asking anybody. Pure. */
import type { CheckOutcome, StoredIdentity } from '../ports/identities.ts';

export type Checked =
  | { readonly status: 'current'; readonly stored: StoredIdentity }
  /** The upstream cannot be asked; `stored` has `staleSince`. */
  | { readonly status: 'stale'; readonly stored: StoredIdentity }
  /** Refuse, but keep the offline session, and let the client keep its token: the person may come back. Seconds. */
  | { readonly status: 'suspended'; readonly reason: string; readonly retryAfter: number }
  /** For good, or as long as the operator leaves their connector out. */
  | { readonly status: 'gone'; readonly reason: string }
  /** For longer than the grace. Seconds. */
  | { readonly status: 'unavailable'; readonly retryAfter: number };

/** Seconds. */
export interface CheckLifetimes {
  /** An upstream's word, yes or no, counts for so long without asking again. */
  readonly upstreamCheck: number;
  /** How long an upstream may be away. */
  readonly upstreamGrace: number;
  /** How long somebody may be gone and come back without signing in again. */
  readonly goneSuspension: number;
}

/** Seconds, unless the upstream names its own. */
const usualRetryAfter = 30;

export const nobody: Checked = { status: 'gone', reason: 'the identity is no longer stored' };

export function goneForGood({ gone }: StoredIdentity): Checked {
  return { status: 'gone', reason: gone?.reason ?? 'the upstream said so' };
}

/** The upstream's last word, however old. */
export function lastWord(stored: StoredIdentity, lifetimes: CheckLifetimes, now: Date): Checked {
  const { gone } = stored;
  if (gone === undefined) return { status: 'current', stored };
  const untilAsked = Math.ceil(lifetimes.upstreamCheck - age(gone.at, now));
  return { status: 'suspended', reason: gone.reason, retryAfter: Math.max(usualRetryAfter, untilAsked) };
}

/**
 * One who is stale is asked for each time: the upstream may be back.
 *
 * Attack, or a fault: a replica whose clock was a day ahead has confirmed somebody who leaves an hour later. An answer
 * from the future is no newer than one from the past.
 */
export function isYoung(
  { gone, checkedAt, staleSince }: StoredIdentity,
  lifetimes: CheckLifetimes,
  now: Date,
): boolean {
  if (gone === undefined && staleSince !== undefined) return false;
  return Math.abs(age(gone?.at ?? checkedAt, now)) < lifetimes.upstreamCheck;
}

/** The suspension is over: whoever comes back now signs in. */
export function isOver({ gone }: StoredIdentity, now: Date): boolean {
  return gone !== undefined && gone.until <= now;
}

/** "Could not find out" is never "gone": the last word counts until the upstream was away for the whole grace. */
export function unanswered(
  stored: StoredIdentity,
  lifetimes: CheckLifetimes,
  now: Date,
  retryAfter: number = usualRetryAfter,
): Checked {
  if (stored.gone !== undefined) return lastWord(stored, lifetimes, now);
  const staleSince = stored.staleSince ?? now;
  if (age(staleSince, now) >= lifetimes.upstreamGrace) return { status: 'unavailable', retryAfter };
  return { status: 'stale', stored: { ...stored, staleSince } };
}

/** Whether somebody else has stored an answer since `before` was read. */
export function hasNews(latest: StoredIdentity, before: StoredIdentity): boolean {
  return (
    latest.checkedAt.getTime() !== before.checkedAt.getTime() ||
    latest.gone?.at.getTime() !== before.gone?.at.getTime() ||
    (latest.staleSince !== undefined && before.staleSince === undefined)
  );
}

/** Storing this once more changes nothing and gives the right to ask back. */
export function lastOutcome({ identity, checkedAt, staleSince, gone }: StoredIdentity): CheckOutcome {
  if (gone !== undefined) return { status: 'gone', ...gone };
  if (staleSince !== undefined) return { status: 'unavailable', at: staleSince };
  return { status: 'current', identity, at: checkedAt };
}

function age(at: Date, now: Date): number {
  return (now.getTime() - at.getTime()) / 1000;
}
