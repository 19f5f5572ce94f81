/**
 * The brake on absences: a directory that has lost a part of its people must not take their access away.
 *
 * It owns the answer to "does this absence count?", over all replicas. It must not know what a connector is.
 */
import type { Log } from '@gatehouse/connector-kit';
import type { AbsenceBrakes, Answers } from '../ports/absence-brakes.ts';
import { canBeJudged, goneOf, hasFallen, isTooMany, quietWindow, rateWindow } from './absence-rate.ts';
import { NextRun } from './next-run.ts';

export interface Absence {
  readonly subject: string;
  readonly connectorId: string;
  /** When the question was asked. */
  readonly at: Date;
}

export class AbsenceBrake {
  readonly #brakes: AbsenceBrakes;
  readonly #log: Log;
  /** At the worst moment, with thousands absent, the database counts for one after the other, not for each. */
  readonly #counts = new Map<string, NextRun<Answers>>();

  constructor(brakes: AbsenceBrakes, log: Log) {
    this.#brakes = brakes;
    this.#log = log;
  }

  /**
   * First noted, then counted: of many absences at once, on any number of replicas, each sees at least all those that
   * were noted before it, so that no more than the threshold slip through.
   *
   * @throws StoreUnavailable: then nobody is gone
   */
  async counts({ subject, connectorId, at }: Absence): Promise<boolean> {
    await this.#brakes.noteAbsence(subject, at);
    const { word, closedAt } = await this.#brakes.standing(connectorId);
    if (word !== undefined) return word.kind === 'agreed';
    if (closedAt !== undefined) return false;
    const answers = await this.#count(connectorId);
    if (!isTooMany(answers)) return true;
    await this.#close(connectorId, answers);
    return false;
  }

  /** Opens the brakes whose rate has fallen. Any number of replicas may do it, as often as they like. */
  async tend(connectorIds: Iterable<string>): Promise<void> {
    for (const connectorId of connectorIds) await this.#tendOne(connectorId);
  }

  async #tendOne(connectorId: string): Promise<void> {
    const { word, closedAt } = await this.#brakes.standing(connectorId);
    if (word?.kind === 'agreed' || (word ?? closedAt) === undefined) return;
    // Whoever was judged before the brake came on, and suspended after.
    await this.#brakes.takeBack(connectorId, rateWindow);
    if (word !== undefined) return;
    const answers = await this.#evidence(connectorId);
    if (hasFallen(answers)) await this.#open(connectorId, answers);
  }

  #count(connectorId: string): Promise<Answers> {
    const known = this.#counts.get(connectorId);
    const count = known ?? new NextRun(() => this.#brakes.answers(connectorId, rateWindow));
    if (known === undefined) this.#counts.set(connectorId, count);
    return count.run();
  }

  async #evidence(connectorId: string): Promise<Answers> {
    const recent = await this.#brakes.answers(connectorId, rateWindow);
    return canBeJudged(recent) ? recent : await this.#brakes.answers(connectorId, quietWindow);
  }

  async #close(connectorId: string, answers: Answers): Promise<void> {
    if (!(await this.#brakes.close(connectorId))) return;
    // Before anything else can fail: nobody says it a second time.
    this.#log.error(
      { code: 'absences_held', connector: connectorId, asked: answers.asked, gone: goneOf(answers) },
      'many people gone at once: absences do not count until an operator agrees or the rate falls (gatehouse absences show)',
    );
    await this.#brakes.takeBack(connectorId, rateWindow);
  }

  async #open(connectorId: string, answers: Answers): Promise<void> {
    if (!(await this.#brakes.open(connectorId))) return;
    this.#log.warn(
      { code: 'absences_count_again', connector: connectorId, asked: answers.asked, gone: goneOf(answers) },
      'the rate of people gone has fallen: absences count again',
    );
  }
}
