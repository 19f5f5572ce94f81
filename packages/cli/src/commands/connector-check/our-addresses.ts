/** What an administrator enters at the upstream: where it sends browsers, and what it calls by itself. */
import type { OpenConnector } from '@gatehouse/server';

export interface Address {
  /** The last part of an endpoint is its name: `backchannel-logout`. */
  readonly name: string;
  readonly url: string;
}

/** Empty where passwords are typed here: such an upstream knows of no address. */
export async function ourAddresses(
  issuer: string,
  { entry, connector }: OpenConnector,
): Promise<readonly Address[]> {
  if (connector.login.kind !== 'redirect') return [];
  const { callbackUrl, connectorUrl, readIssuer, signedOutUrl } = await import('@gatehouse/server');
  const at = readIssuer(issuer);
  const own = (name: string) => ({ name, url: connectorUrl(at, entry.id, name).href });
  // A document that has all of them, the callback included, which may be another one.
  if (connector.metadata !== undefined) return [own('metadata')];
  const back = { name: 'after a sign-out', url: signedOutUrl(at, entry.id).href };
  return [
    { name: 'callback', url: callbackUrl(at, entry.id).href },
    ...(connector.logout ? [back] : []),
    ...Object.keys(connector.endpoints ?? {}).map(own),
  ];
}
