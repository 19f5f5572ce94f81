/** Whether GitHub has sent this: https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** With any of the secrets: there are two while one takes the place of the other. */
export function isSigned(body: Uint8Array, header: string | undefined, secrets: readonly string[]): boolean {
  const hex = /^sha256=([0-9a-f]{64})$/.exec(header ?? '')?.[1];
  if (hex === undefined) return false;
  const given = Buffer.from(hex, 'hex');
  // Each is compared, so that the time does not tell which one it was.
  const fits = secrets.map((secret) =>
    timingSafeEqual(given, createHmac('sha256', secret).update(body).digest()),
  );
  return fits.includes(true);
}
