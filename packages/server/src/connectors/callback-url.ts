/** Where an upstream sends the browser back to; registered there by its administrator. */
import type { Issuer } from '../http/issuer.ts';

/** One a connector: an answer that was meant for another one arrives at the wrong door and is refused. */
export function callbackUrl(issuer: Issuer, connectorId: string): URL {
  return new URL(`${issuer.origin}${issuer.base}/callback/${encodeURIComponent(connectorId)}`);
}

/** Where an upstream sends the browser back to after a sign-out; registered there, too. */
export function signedOutUrl(issuer: Issuer, connectorId: string): URL {
  return new URL(`${callbackUrl(issuer, connectorId).href}/signed-out`);
}

/** What a connector serves itself: its metadata, and its endpoints by their names. */
export function connectorUrl(issuer: Issuer, connectorId: string, name: string): URL {
  return new URL(`${issuer.origin}${issuer.base}/connectors/${encodeURIComponent(connectorId)}/${name}`);
}
