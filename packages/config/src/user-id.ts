/** The id of a configured user who was given none. */
import { createHash } from 'node:crypto';

/**
 * A UUID made from the address (RFC 9562 5.8, version 8), so that `sub` survives a restart.
 *
 * It is only as lasting as the address: somebody who later gets this address gets this id, and all that was granted
 * to it. An explicit `id` does not have that fault.
 */
export function userIdFromEmail(email: string): string {
  const hash = createHash('sha256').update(`gatehouse configured user\n${email.toLowerCase()}`).digest();
  const bytes = hash.subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
