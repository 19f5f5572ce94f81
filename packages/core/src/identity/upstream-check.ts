/**
 * Asks the upstream again about somebody whose token is refreshed: is the person still there, in which groups?
 *
 * It owns "at most one question per person at a time, over all replicas", and for how long an identity counts when
 * the upstream cannot be asked. It applies no rules: what it returns is what the upstream says.
 */
import type { Connector, Json, Log } from '@gatehouse/connector-kit';
import type { CheckOutcome, IdentityChecks, StoredIdentity } from '../ports/identities.ts';
import { abortable } from './abortable.ts';
import { type Answer, askUpstream } from './ask-upstream.ts';
import type { RuledEntry } from './claims.ts';
import { logDroppedGroups } from './dropped-groups.ts';
import { mapGroups } from './groups.ts';

export type Checked =
  | { readonly status: 'current'; readonly stored: StoredIdentity }
  /** The upstream cannot be asked; `stored` has `staleSince`. */
  | { readonly status: 'stale'; readonly stored: StoredIdentity }
  /** Refuse, but keep the offline session: the person may come back. */
  | { readonly status: 'gone'; readonly reason: string }
  /** For longer than the grace. Seconds. */
  | { readonly status: 'unavailable'; readonly retryAfter: number };

export interface OpenConnector {
  readonly connector: Pick<Connector<Json>, 'refresh'>;
  readonly entry: RuledEntry;
}

export interface UpstreamCheckOptions {
  readonly identityChecks: IdentityChecks;
  readonly connectors: (id: string) => OpenConnector | undefined;
  /** Seconds. */
  readonly lifetimes: { readonly upstreamCheck: number; readonly upstreamGrace: number };
  readonly now: () => Date;
  readonly log: Log;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  /** How long one question may take; `callDeadline` by default. */
  readonly deadline?: () => AbortSignal;
}

/** Milliseconds for one question, and for waiting until another replica has asked. */
export const callDeadline = 20_000;
/** A question has ended, and its outcome is stored, before another replica may ask. */
const leaseLength = callDeadline + 5_000;
const pollEvery = 250;
/** Seconds, unless the upstream names its own. */
const usualRetryAfter = 30;

export class UpstreamCheck {
  readonly #options: UpstreamCheckOptions;
  readonly #underway = new Map<string, Promise<Checked>>();

  constructor(options: UpstreamCheckOptions) {
    this.#options = options;
  }

  /**
   * A connector that has left the configuration takes its people along (`gone`; nothing is stored, so they are back
   * when it is). One that cannot be asked again leaves the identity as it was at sign-in (`current`).
   *
   * @param signal ends the waiting, not the question: its answer is stored for the next one who asks
   * @throws StoreUnavailable
   */
  async checkIdentity(stored: StoredIdentity, signal: AbortSignal): Promise<Checked> {
    const open = this.#options.connectors(stored.connectorId);
    if (open === undefined) return { status: 'gone', reason: 'the connector is no longer configured' };
    const settled = this.#withoutAsking(stored, open);
    if (settled !== null) return settled;
    return abortable(this.#shared(stored, open), signal, () => this.#unanswered(stored));
  }

  #withoutAsking(stored: StoredIdentity, { connector }: OpenConnector): Checked | null {
    const cannotAsk = connector.refresh === undefined;
    if (stored.gone !== undefined) {
      return cannotAsk || this.#isYoung(stored.gone.at)
        ? { status: 'gone', reason: stored.gone.reason }
        : null;
    }
    return cannotAsk || this.#isYoung(stored.checkedAt) ? { status: 'current', stored } : null;
  }

  /** Duplicates within this process share one question. */
  #shared(stored: StoredIdentity, open: OpenConnector): Promise<Checked> {
    const underway = this.#underway.get(stored.subject);
    if (underway !== undefined) return underway;
    const question = this.#askOrWait(stored, open).finally(() => this.#underway.delete(stored.subject));
    this.#underway.set(stored.subject, question);
    return question;
  }

  /** Who gets the lease asks; the others look for the outcome, and take over where the holder died. */
  async #askOrWait(stored: StoredIdentity, open: OpenConnector): Promise<Checked> {
    const { identityChecks, sleep } = this.#options;
    for (let waited = 0; ; waited += pollEvery) {
      if (await identityChecks.claim(stored.subject, this.#after(leaseLength)))
        return this.#ask(stored, open);
      if (waited >= callDeadline) return this.#unanswered(stored);
      await sleep(pollEvery);
      const news = this.#newsOf(await identityChecks.read(stored.subject), stored);
      if (news !== null) return news;
    }
  }

  /** With the lease in hand. Another replica may have asked between our read and our claim. */
  async #ask(before: StoredIdentity, open: OpenConnector): Promise<Checked> {
    const { identityChecks } = this.#options;
    const stored = await identityChecks.read(before.subject);
    const news = this.#newsOf(stored, before);
    if (stored === null || news !== null) {
      if (stored !== null) await identityChecks.record(stored.subject, lastOutcome(stored));
      return news ?? nobody;
    }
    const answer = await this.#question(stored, open);
    await identityChecks.record(stored.subject, answer.outcome);
    return this.#checked(stored, answer, open);
  }

  #question(stored: StoredIdentity, { connector }: OpenConnector): Promise<Answer> {
    const { identityChecks, now, log, deadline = () => AbortSignal.timeout(callDeadline) } = this.#options;
    return askUpstream({
      stored,
      refresh: async (identity, call) => {
        const refreshed = await connector.refresh?.(identity, call);
        return refreshed ?? { status: 'current', identity };
      },
      saveState: (state) => identityChecks.saveState(stored.subject, state),
      at: now(),
      deadline: deadline(),
      log,
    });
  }

  #checked(stored: StoredIdentity, { outcome, retryAfter }: Answer, { entry }: OpenConnector): Checked {
    if (outcome.status === 'gone') return { status: 'gone', reason: outcome.reason };
    if (outcome.status === 'unavailable') return this.#unanswered(stored, retryAfter);
    const { subject, connectorId, lastLoginAt } = stored;
    logDroppedGroups(
      this.#options.log,
      { connectorId, subject },
      mapGroups(outcome.identity.groups, entry.rules.groups),
    );
    const { identity, at: checkedAt } = outcome;
    return { status: 'current', stored: { subject, connectorId, identity, checkedAt, lastLoginAt } };
  }

  /** What was stored since `before` was read; null for nothing. A clock that is behind makes it no older. */
  #newsOf(latest: StoredIdentity | null, before: StoredIdentity): Checked | null {
    if (latest === null) return nobody;
    if (latest.gone !== undefined) {
      const known = latest.gone.at.getTime() === before.gone?.at.getTime();
      return known ? null : { status: 'gone', reason: latest.gone.reason };
    }
    if (latest.checkedAt.getTime() !== before.checkedAt.getTime())
      return { status: 'current', stored: latest };
    const wentAway = latest.staleSince !== undefined && before.staleSince === undefined;
    return wentAway ? this.#unanswered(latest) : null;
  }

  /** The upstream's last word counts, for as long as the grace: "could not find out" is never "gone". */
  #unanswered(stored: StoredIdentity, retryAfter: number = usualRetryAfter): Checked {
    if (stored.gone !== undefined) return { status: 'gone', reason: stored.gone.reason };
    const now = this.#options.now();
    const staleSince = stored.staleSince ?? now;
    const away = now.getTime() - staleSince.getTime();
    if (away >= this.#options.lifetimes.upstreamGrace * 1000) return { status: 'unavailable', retryAfter };
    return { status: 'stale', stored: { ...stored, staleSince } };
  }

  #isYoung(at: Date): boolean {
    return this.#options.now().getTime() - at.getTime() < this.#options.lifetimes.upstreamCheck * 1000;
  }

  #after(milliseconds: number): Date {
    return new Date(this.#options.now().getTime() + milliseconds);
  }
}

const nobody: Checked = { status: 'gone', reason: 'the identity is no longer stored' };

/** Storing it once more changes nothing and gives the lease back. */
function lastOutcome({ identity, checkedAt, staleSince, gone }: StoredIdentity): CheckOutcome {
  if (gone !== undefined) return { status: 'gone', ...gone };
  if (staleSince !== undefined) return { status: 'unavailable', at: staleSince };
  return { status: 'current', identity, at: checkedAt };
}
