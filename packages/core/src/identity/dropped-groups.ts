/** The log line about groups that the rules may not let through. Written when an upstream names them, not per token. */
import type { Log } from '@gatehouse/connector-kit';
import type { Admitted } from './admit.ts';

/** A directory may hold thousands of them; the line stays readable. */
const shown = 20;

export function logDroppedGroups(
  log: Log,
  { connectorId: connector, subject }: { connectorId: string; subject: string },
  { dropped }: Admitted,
): void {
  if (dropped.length === 0) return;
  const facts = { connector, subject, dropped: dropped.slice(0, shown), count: dropped.length };
  log.warn(facts, 'groups dropped');
}
