/**
 * Which generation of a refresh token is honoured, which is answered again, and which is an attack
 * (RFC 9700, section 4.14.2). Pure: the row's lineage, the presented generation and the time decide.
 */
import type { Lineage } from '../ports/offline-sessions.ts';

export type Verdict =
  /** It is the newest: store `advance(lineage)` and answer with that generation. Racers all get the same one. */
  | { readonly status: 'rotate' }
  /** A racer, or its answer got lost: answer with this generation, the newest. Nothing is written. */
  | { readonly status: 'repeat'; readonly generation: number }
  /** A predecessor whose successor is in use: two parties hold this lineage. The offline session ends. */
  | { readonly status: 'reuse' }
  /** Never issued by this row: refused, and the session lives on. */
  | { readonly status: 'unknown' };

/** At most so many rotations fall into one grace window: then the row stops growing. */
export const mostSuccessions = 16;

export function firstLineage(): Lineage {
  return { generation: 1, succeededAt: [], newestPresented: false };
}

/**
 * A generation above the newest carries a valid HMAC, so we did issue it: the database is older than the token
 * (restored from a backup, or a standby that was promoted late). That is our accident and no theft: `unknown`
 * makes this person sign in again and leaves the session for those whose token the backup knows.
 */
export function judge(lineage: Lineage, presented: number, now: Date, graceSeconds: number): Verdict {
  if (!Number.isInteger(presented) || presented < 1 || presented > lineage.generation) {
    return { status: 'unknown' };
  }
  if (presented === lineage.generation) return { status: 'rotate' };
  const repeat = { status: 'repeat', generation: lineage.generation } as const;
  if (isOpen(succession(lineage, presented), now, graceSeconds)) return repeat;
  const answerWasLost = presented === lineage.generation - 1 && !lineage.newestPresented;
  return answerWasLost ? repeat : { status: 'reuse' };
}

/**
 * The lineage after its newest generation was presented. A window that is full keeps its generation: the newest is
 * then answered with itself, and its predecessor is dead after the window as if there had been a rotation.
 */
export function advance(lineage: Lineage, now: Date, graceSeconds: number): Lineage {
  const open = lineage.succeededAt.filter((at) => isOpen(at, now, graceSeconds));
  if (open.length >= mostSuccessions) return { ...lineage, newestPresented: true };
  return { generation: lineage.generation + 1, succeededAt: [...open, now], newestPresented: false };
}

/** When a generation was succeeded; undefined when that is so long ago that the row has forgotten it. */
function succession({ generation, succeededAt }: Lineage, presented: number): Date | undefined {
  return succeededAt[succeededAt.length - (generation - presented)];
}

/** A time ahead of ours is another replica's clock: the window has only just opened. */
function isOpen(succeededAt: Date | undefined, now: Date, graceSeconds: number): boolean {
  return succeededAt !== undefined && now.getTime() - succeededAt.getTime() < graceSeconds * 1000;
}
