/** A connector's way out with short times, and what it logged. */
import type { HttpFailureKind, HttpNeeds, LogFields } from '@gatehouse/connector-kit';
import { HttpFailure } from '@gatehouse/connector-kit';
import { Outgoing, type OutgoingOptions } from '../outgoing/outgoing.ts';

export interface WayOut extends AsyncDisposable {
  readonly fetch: typeof fetch;
  readonly logged: readonly { readonly fields: LogFields; readonly message: string }[];
}

/** Milliseconds: as good as for ever. */
const patient = { connect: 20_000, headers: 20_000, silence: 20_000, whole: 20_000 };

export function wayOut(
  needs: HttpNeeds,
  {
    timeouts,
    ...options
  }: Omit<Partial<OutgoingOptions>, 'timeouts'> & {
    readonly timeouts?: Partial<OutgoingOptions['timeouts']>;
  } = {},
): WayOut {
  const logged: { fields: LogFields; message: string }[] = [];
  const keep = (fields: LogFields, message: string) => void logged.push({ fields, message });
  const log = { debug: keep, info: keep, warn: keep, error: keep };
  const outgoing = new Outgoing(needs, {
    userAgent: 'Gatehouse/test',
    log,
    ...options,
    timeouts: { ...patient, ...timeouts },
  });
  return { fetch: outgoing.fetch, logged, [Symbol.asyncDispose]: () => outgoing.close() };
}

/** How it failed: only a `TypeError` with a cause of ours counts, as the contract says. */
export async function failureIn(
  attempt: Promise<unknown>,
): Promise<{ kind: HttpFailureKind; message: string }> {
  const outcome = await attempt.then(
    (value) => new Error(`it did not fail: ${String(value)}`),
    (error: unknown) => error,
  );
  if (!(outcome instanceof TypeError) || !(outcome.cause instanceof HttpFailure)) throw outcome;
  const { kind, message } = outcome.cause;
  return { kind, message };
}
