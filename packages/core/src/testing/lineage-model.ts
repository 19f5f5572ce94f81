/** One offline session as server and database would treat it, for the lineage's tests. */
import type { Lineage } from '../ports/offline-sessions.ts';
import { advance, firstLineage, judge } from '../tokens/lineage.ts';

export type ModelAnswer = number | 'ended' | 'unknown';

export class ModelSession {
  readonly #grace: number;
  #seconds = 0;
  lineage: Lineage = firstLineage();
  ended = false;

  constructor(grace: number) {
    this.#grace = grace;
  }

  pass(seconds: number): void {
    this.#seconds += seconds;
  }

  restore(lineage: Lineage): void {
    this.lineage = lineage;
  }

  /** Reads and writes without anybody in between. */
  present(generation: number): ModelAnswer {
    return this.read(generation).write();
  }

  /** The honest client: presents the newest generation after a pause. */
  use(pause: number): void {
    this.pass(pause);
    this.present(this.lineage.generation);
  }

  racer(): ModelRacer {
    return new ModelRacer(this);
  }

  /** What the request decides on what it has read; `write` is its commit, at a later time. */
  read(presented: number): { write(): ModelAnswer } {
    const seen = this.lineage;
    const now = new Date(this.#seconds * 1000);
    const verdict = this.ended ? { status: 'reuse' as const } : judge(seen, presented, now, this.#grace);
    switch (verdict.status) {
      case 'rotate':
        return { write: () => this.#rotate(seen, advance(seen, now, this.#grace)) };
      case 'repeat':
        return { write: () => verdict.generation };
      case 'unknown':
        return { write: () => 'unknown' };
      case 'reuse':
        return { write: () => this.#end() };
    }
  }

  /** `UPDATE … WHERE generation = from`: who comes second changes nothing and answers the same. */
  #rotate(from: Lineage, to: Lineage): ModelAnswer {
    if (this.ended) return 'ended';
    if (this.lineage.generation === from.generation) this.lineage = to;
    return to.generation;
  }

  #end(): 'ended' {
    this.ended = true;
    return 'ended';
  }
}

/** A process that shares nothing with the others but the first token. */
export class ModelRacer {
  readonly #session: ModelSession;
  #pending: { write(): ModelAnswer } | null = null;
  held = 1;

  constructor(session: ModelSession) {
    this.#session = session;
  }

  read(): void {
    this.#pending ??= this.#session.read(this.held);
  }

  write(): void {
    const answer = this.#pending?.write();
    this.#pending = null;
    if (typeof answer === 'number') this.held = answer;
  }

  finish(): void {
    this.write();
  }
}
