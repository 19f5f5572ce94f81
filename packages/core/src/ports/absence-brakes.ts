/**
 * What all replicas know about the absences of a connector's people. By the database's clock: replicas whose clocks
 * differ must not count different minutes.
 */
import type { ProofOfLeaving } from '@gatehouse/connector-kit';

export interface AbsenceBrakes {
  /** What is known of the connector's brake; an operator's word only while it counts. */
  standing(connectorId: string): Promise<BrakeStanding>;
  /**
   * Stores that the upstream did not find this person, whatever becomes of it. What is older than the last sign-in is
   * no news, and that somebody who is suspended is still gone is none either.
   */
  noteAbsence(subject: string, at: Date): Promise<void>;
  /**
   * The people who were asked for in the last `seconds`, each by the last answer. The absences of a time for which an
   * operator has agreed to them are not among them once that is over.
   */
  answers(connectorId: string, seconds: number): Promise<Answers>;
  /** Unless it is closed, or an operator has just spoken; true for the one that did it. */
  close(connectorId: string): Promise<boolean>;
  /** True for the one that opened it. */
  open(connectorId: string): Promise<boolean>;
  /**
   * While the brake is on: who was suspended for an absence since `seconds` before it came on is so no longer, but
   * stale since then, or since before, like those who were asked for a moment later. Returns how many.
   */
  takeBack(connectorId: string, seconds: number): Promise<number>;
  /** An operator's word, for `seconds` from now; it takes the place of an earlier one. Agreeing opens the brake. */
  speak(
    connectorId: string,
    word: { kind: OperatorsWord['kind']; by: string; seconds: number },
  ): Promise<void>;
  /** Ends an operator's word now; false if there is none. */
  release(connectorId: string): Promise<boolean>;
  /** Everybody whom the upstream says to be gone, or did not find at the last question; longest first. */
  missing(connectorId: string): Promise<readonly MissingPerson[]>;
}

export interface BrakeStanding {
  /** Closed by the rate, since then. */
  readonly closedAt?: Date;
  readonly word?: OperatorsWord;
}

export interface OperatorsWord {
  readonly kind: 'agreed' | 'held';
  readonly at: Date;
  readonly until: Date;
  readonly by: string;
}

/** Numbers of people. */
export interface Answers {
  readonly asked: number;
  readonly absent: number;
  readonly stated: number;
}

export interface MissingPerson {
  readonly subject: string;
  readonly username: string;
  /** `kept`: absent, while absences did not count. */
  readonly state: 'suspended' | 'kept';
  readonly proof: ProofOfLeaving;
  readonly since: Date;
  /** When the suspension ends for good. */
  readonly until?: Date;
  readonly reason?: string;
}
