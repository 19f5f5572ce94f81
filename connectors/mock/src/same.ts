/** Compares secrets: the time it takes tells nothing of them, not even their length. */
import { createHash, timingSafeEqual } from 'node:crypto';

export function same(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
