/** Puts a message of ours on its way through the browser (SAML 2.0 bindings, sections 3.4 and 3.5). */
import { deflateRawSync } from 'node:zlib';
import type { Departure } from '@gatehouse/connector-kit';
import type { Endpoint } from '../idp.ts';
import { type KeyPair, signQuery, signXml } from './sign.ts';

export interface Message {
  readonly field: 'SAMLRequest' | 'SAMLResponse';
  readonly xml: string;
  readonly relayState?: string;
}

export function send(message: Message, to: Endpoint, pair: KeyPair | undefined): Departure {
  return to.binding === 'post' ? byPost(message, to, pair) : byRedirect(message, to, pair);
}

function byPost(
  { field, xml, relayState }: Message,
  { url }: Endpoint,
  pair: KeyPair | undefined,
): Departure {
  const signed = pair === undefined ? xml : signXml(xml, pair);
  const fields = { [field]: Buffer.from(signed).toString('base64') };
  return {
    method: 'POST',
    url: new URL(url),
    fields: relayState === undefined ? fields : { ...fields, RelayState: relayState },
  };
}

/** What the provider's own address already asks stays in front: it is no part of what is signed. */
function byRedirect(
  { field, xml, relayState }: Message,
  { url }: Endpoint,
  pair: KeyPair | undefined,
): Departure {
  const parts: (readonly [string, string])[] = [[field, deflateRawSync(xml).toString('base64')]];
  if (relayState !== undefined) parts.push(['RelayState', relayState]);
  const address = new URL(url);
  const own = address.search.slice(1);
  const query = signQuery(parts, pair);
  address.search = own === '' ? query : `${own}&${query}`;
  return { method: 'GET', url: address };
}
