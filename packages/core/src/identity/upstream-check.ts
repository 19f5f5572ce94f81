/**
 * Asks the upstream again about somebody whose token is refreshed, or whose browser session stands in for a sign-in:
 * is the person still there, in which groups?
 *
 * It owns "at most one question per person at a time, over all replicas". It applies no rules: what it returns is
 * what the upstream says.
 */
import type { Connector, Json, Log } from '@gatehouse/connector-kit';
import type { CheckOutcome, IdentityChecks, StoredIdentity } from '../ports/identities.ts';
import { abortable } from './abortable.ts';
import type { AbsenceBrake } from './absence-brake.ts';
import { type Answer, askUpstream, type Finding, type Refresh } from './ask-upstream.ts';
import type { RuledEntry } from './claims.ts';
import { logDroppedGroups } from './dropped-groups.ts';
import { mapGroups } from './groups.ts';
import {
  type Checked,
  type CheckLifetimes,
  goneForGood,
  hasNews,
  isOver,
  isYoung,
  lastOutcome,
  lastWord,
  nobody,
  unanswered,
} from './standing.ts';

export interface OpenConnector {
  readonly connector: Pick<Connector<Json>, 'refresh'>;
  readonly entry: RuledEntry;
}

export interface UpstreamCheckOptions {
  readonly identityChecks: IdentityChecks;
  readonly brake: Pick<AbsenceBrake, 'counts'>;
  readonly connectors: (id: string) => OpenConnector | undefined;
  readonly lifetimes: CheckLifetimes;
  readonly now: () => Date;
  readonly log: Log;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  /** How long one question may take; `callDeadline` by default. */
  readonly deadline?: () => AbortSignal;
}

/**
 * Milliseconds for one question to an upstream, and for waiting until another replica has asked. A person waits in
 * front of a page for it; connectors have shorter ones for each step.
 */
export const callDeadline = 20_000;
/** A question has ended, and its outcome is stored, before another replica may ask. */
const leaseLength = callDeadline + 5_000;
const pollEvery = 250;

/** One person, and how to ask about them. */
interface Subject {
  readonly stored: StoredIdentity;
  readonly refresh: Refresh;
  readonly entry: RuledEntry;
}

export class UpstreamCheck {
  readonly #options: UpstreamCheckOptions;
  readonly #underway = new Map<string, Promise<Checked>>();

  constructor(options: UpstreamCheckOptions) {
    this.#options = options;
  }

  /**
   * A connector that has left the configuration takes its people along (`gone`; nothing is stored, so they are back
   * when it is). One that cannot be asked again leaves the identity as it was at sign-in. Who has been gone for the
   * whole suspension is not asked for: their sessions end here, if nobody has ended them before.
   *
   * @param signal ends the waiting, not the question: its answer is stored for the next one who asks
   * @throws StoreUnavailable
   */
  async checkIdentity(stored: StoredIdentity, signal: AbortSignal): Promise<Checked> {
    const { identityChecks, connectors, lifetimes, now } = this.#options;
    if (isOver(stored, now()) && (await identityChecks.end(stored.subject))) return goneForGood(stored);
    const open = connectors(stored.connectorId);
    if (open === undefined) return { status: 'gone', reason: 'the connector is no longer configured' };
    const refresh = open.connector.refresh?.bind(open.connector);
    if (refresh === undefined || isYoung(stored, lifetimes, now())) {
      return lastWord(stored, lifetimes, now());
    }
    const checked = this.#shared({ stored, refresh, entry: open.entry });
    return abortable(checked, signal, () => unanswered(stored, lifetimes, now()));
  }

  /** Duplicates within this process share one question. */
  #shared(subject: Subject): Promise<Checked> {
    const key = subject.stored.subject;
    const underway = this.#underway.get(key);
    if (underway !== undefined) return underway;
    const question = this.#askOrWait(subject).finally(() => this.#underway.delete(key));
    this.#underway.set(key, question);
    return question;
  }

  /** Who gets the lease asks; the others look for the outcome, and take over if the holder died. */
  async #askOrWait(subject: Subject): Promise<Checked> {
    const { identityChecks, lifetimes, now, sleep } = this.#options;
    const { stored } = subject;
    for (let waited = 0; ; waited += pollEvery) {
      const leaseEnd = new Date(now().getTime() + leaseLength);
      if (await identityChecks.claim(stored.subject, leaseEnd)) return this.#askAsHolder(subject);
      if (waited >= callDeadline) return unanswered(stored, lifetimes, now());
      await sleep(pollEvery);
      const latest = await identityChecks.read(stored.subject);
      if (latest === null) return nobody;
      if (hasNews(latest, stored)) return this.#newsOf(latest);
    }
  }

  /** Another replica may have asked between our first read and our claim. */
  async #askAsHolder(subject: Subject): Promise<Checked> {
    const { identityChecks } = this.#options;
    const latest = await identityChecks.read(subject.stored.subject);
    if (latest === null) return nobody;
    if (hasNews(latest, subject.stored)) {
      await identityChecks.record(latest.subject, lastOutcome(latest));
      return this.#newsOf(latest);
    }
    const answer = await this.#ask({ ...subject, stored: latest });
    const outcome = await this.#outcomeOf(answer.outcome, latest);
    await identityChecks.record(latest.subject, outcome);
    return this.#checked({ ...subject, stored: latest }, outcome, answer.retryAfter);
  }

  /** An absence that does not count is no answer. That somebody who is suspended is still absent needs no proof. */
  async #outcomeOf(finding: Finding, stored: StoredIdentity): Promise<CheckOutcome> {
    if (finding.status !== 'gone') return finding;
    const { brake, lifetimes, log } = this.#options;
    const { at } = finding;
    const until = stored.gone?.until ?? new Date(at.getTime() + lifetimes.goneSuspension * 1000);
    const gone = { ...finding, until };
    if (finding.proof === 'stated' || stored.gone !== undefined) return gone;
    const { subject, connectorId } = stored;
    if (await brake.counts({ subject, connectorId, at })) return gone;
    log.info({ connector: connectorId, subject, reason: finding.reason }, 'absent, which does not count now');
    return { status: 'unavailable', at };
  }

  #ask({ stored, refresh }: Subject): Promise<Answer> {
    const { identityChecks, now, log, deadline = () => AbortSignal.timeout(callDeadline) } = this.#options;
    const saveState = (state: Json) => identityChecks.saveState(stored.subject, state);
    return askUpstream({ stored, refresh, saveState, at: now(), deadline: deadline(), log });
  }

  async #checked({ stored, entry }: Subject, outcome: CheckOutcome, retryAfter?: number): Promise<Checked> {
    const { identityChecks, lifetimes, log, now } = this.#options;
    if (outcome.status === 'gone') {
      const suspended = { ...stored, gone: { ...outcome, since: stored.gone?.since ?? outcome.at } };
      if (isOver(suspended, now()) && (await identityChecks.end(stored.subject)))
        return goneForGood(suspended);
      return lastWord(suspended, lifetimes, now());
    }
    if (outcome.status === 'unavailable') return unanswered(stored, lifetimes, now(), retryAfter);
    const { subject, connectorId, lastLoginAt } = stored;
    const { identity, at: checkedAt } = outcome;
    logDroppedGroups(log, { connectorId, subject }, mapGroups(identity.groups, entry.rules.groups));
    return { status: 'current', stored: { subject, connectorId, identity, checkedAt, lastLoginAt } };
  }

  #newsOf(latest: StoredIdentity): Checked {
    const { lifetimes, now } = this.#options;
    if (latest.staleSince === undefined) return lastWord(latest, lifetimes, now());
    return unanswered(latest, lifetimes, now());
  }
}
