/** What `begin` leaves for `finish` of the same login. */
import { ConnectorError, type Json } from '@gatehouse/connector-kit';
import { z } from 'zod';

const form = z.strictObject({
  token: z.string().min(1),
  nonce: z.string().min(1),
  verifier: z.string().min(1),
  /** Of the upstream that was asked: it may be another one by now. */
  issuer: z.string(),
  /** Seconds since 1970. */
  begunAt: z.int(),
  /** Seconds before `begunAt`; 0 for a fresh sign-in. Absent: any time will do. */
  maxAge: z.int().min(0).exactOptional(),
});
export type Memo = z.output<typeof form>;

/** @throws ConnectorError `bad_response` */
export function readMemo(memo: Json, issuer: string): Memo {
  const read = form.safeParse(memo);
  if (!read.success) throw bad('the memo is not one of ours');
  if (read.data.issuer !== issuer) throw bad('the sign-in was begun at another issuer');
  return read.data;
}

function bad(reason: string): ConnectorError {
  return new ConnectorError('bad_response', { reason });
}
