/** Lifetimes that fit each other. */
import type { Legible } from '../schema/legible.ts';
import type { Report } from '../source/report.ts';

const day = 86_400;

export function checkLifetimes({ tokens, sessions }: Legible, report: Report): void {
  if (!report.hasProblemAt('tokens')) {
    if (tokens.refreshGrace >= tokens.refreshIdle) {
      report.problem(['tokens', 'refreshGrace'], 'must be shorter than tokens.refreshIdle');
    }
    if (tokens.refreshIdle > tokens.refreshMax) {
      report.problem(['tokens', 'refreshIdle'], 'must not be longer than tokens.refreshMax');
    }
  }
  if (!report.hasProblemAt('sessions') && sessions.idle > sessions.max) {
    report.problem(['sessions', 'idle'], 'must not be longer than sessions.max');
  }
  if (tokens.idToken > day) {
    report.warning(
      ['tokens', 'idToken'],
      'is longer than a day: an ID token cannot be called back before it expires',
    );
  }
}
