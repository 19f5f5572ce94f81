/** The steps of a sign-in or of an upstream check, as lines of the log: at `debug`, where nobody pays for them unasked. */
import type { Json, Log, Trace } from '@gatehouse/connector-kit';

/** @param log its lines name the connector */
export function traceTo(log: Log): Trace {
  return {
    step: (step: string, facts: Readonly<Record<string, Json>> = {}) => log.debug({ step, facts }, 'step'),
  };
}
