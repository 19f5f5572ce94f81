/** From JSON to a shape. */
import { ConnectorError } from '@gatehouse/connector-kit';
import type { z } from 'zod';

/** @throws ConnectorError `unavailable`: what is not understood proves nothing about anybody */
export function readAs<S extends z.ZodType>(schema: S, body: unknown, what: string): z.output<S> {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  // The places alone: a message of the schema may quote what stands there.
  const places = read.error.issues.map(({ path }) => path.join('.') || 'the whole').slice(0, 3);
  throw new ConnectorError('unavailable', {
    reason: `GitHub's answer to ${what} has another form than expected, at ${places.join(', ')}`,
  });
}
