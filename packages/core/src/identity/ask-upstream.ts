/** One question to an upstream about one person, and what its answer (or its silence) means. */
import type { Connector, Identity, Json, Log, ProofOfLeaving, RefreshCall } from '@gatehouse/connector-kit';
import type { BrokerError } from '../errors.ts';
import { traceTo } from '../log/trace-to.ts';
import { withFields } from '../log/with-fields.ts';
import type { CheckOutcome, StoredIdentity } from '../ports/identities.ts';
import { untilAborted } from './abortable.ts';
import { brokerErrorOf } from './connector-errors.ts';

export type Refresh = NonNullable<Connector<Json>['refresh']>;

export interface Question {
  readonly stored: StoredIdentity;
  readonly refresh: Refresh;
  readonly saveState: (state: Json) => Promise<void>;
  /** When the question was asked: what was true may have changed since. */
  readonly at: Date;
  readonly deadline: AbortSignal;
  readonly log: Log;
}

export interface Answer {
  readonly outcome: Finding;
  /** Seconds, where an upstream that is away has named them. */
  readonly retryAfter?: number;
}

/** What the upstream said, before anybody asks what follows from it. */
export type Finding =
  | Exclude<CheckOutcome, { readonly status: 'gone' }>
  | {
      readonly status: 'gone';
      readonly reason: string;
      readonly proof: ProofOfLeaving;
      readonly at: Date;
    };

/** Never throws for a bad upstream: everything that is neither "here" nor "gone" is `unavailable`. */
export async function askUpstream(question: Question): Promise<Answer> {
  const { stored, at } = question;
  const log = withFields(question.log, { connector: stored.connectorId, subject: stored.subject });
  try {
    const refreshed = await callConnector({ ...question, log });
    if (refreshed.status === 'gone') {
      const { reason, proof = 'absent' } = refreshed;
      return { outcome: { status: 'gone', reason, proof, at } };
    }
    return { outcome: samePerson(stored, refreshed.identity, at, log) };
  } catch (cause) {
    const error = brokerErrorOf(cause, stored.connectorId);
    log[error.entry.level]({ code: error.code, error }, 'upstream check failed');
    return answerTo(error, at);
  }
}

function callConnector({ stored, refresh, saveState, deadline, log }: Question) {
  const call: RefreshCall<Json> = { signal: deadline, log, trace: traceTo(log), saveState };
  // A connector that does not listen to its signal must not hold up the person.
  return untilAborted(refresh(stored.identity, call), deadline);
}

/**
 * The attack: an account is deleted and its name given to somebody else, who would inherit the first one's refresh
 * tokens. The upstream has answered, and this person is not the one who signed in: gone, not unavailable. Nothing was
 * said of the first one, though: a directory that was set up anew answers so for everybody.
 */
function samePerson(stored: StoredIdentity, identity: Identity<Json>, at: Date, log: Log): Finding {
  if (identity.upstreamId === stored.identity.upstreamId) return { status: 'current', identity, at };
  log.error({}, 'upstream answered for another person');
  return { status: 'gone', reason: 'the upstream answered for another person', proof: 'absent', at };
}

function answerTo(error: BrokerError, at: Date): Answer {
  if (error.code === 'upstream_denied' || error.code === 'not_allowed') {
    return { outcome: { status: 'gone', reason: error.message, proof: 'stated', at } };
  }
  const outcome = { status: 'unavailable', at } as const;
  return error.retryAfter === undefined ? { outcome } : { outcome, retryAfter: error.retryAfter };
}
