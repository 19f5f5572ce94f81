/** The one place where an id that opens something becomes what the database holds. */
import { createHash } from 'node:crypto';

/** SHA-256. Ids are 256 random bits, so neither salt nor stretching would add anything. */
export function hashOf(id: string | Uint8Array): Buffer {
  return createHash('sha256').update(id).digest();
}
