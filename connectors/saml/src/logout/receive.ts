/**
 * Takes a message about signing out from a request of the browser: decoded, parsed, and its signature checked.
 *
 * Without a signature anybody could end anybody's sessions, so there is none that is believed without (SAML 2.0 profiles,
 * section 4.4.3.1).
 */
import { createVerify } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import type { Arrival } from '@gatehouse/connector-kit';
import { ns } from '../names.ts';
import { refuse } from '../refusal.ts';
import { decodeText } from '../response/decode.ts';
import { verified } from '../signature/verify.ts';
import { childOf, elementsOf, is } from '../xml/elements.ts';
import { refuseDuplicateIds } from '../xml/ids.ts';
import type { XmlElement } from '../xml/libraries.ts';
import { parseXml } from '../xml/parse.ts';

export type Field = 'SAMLRequest' | 'SAMLResponse';

export interface Received {
  readonly field: Field;
  /** From signed bytes. */
  readonly message: XmlElement;
  readonly relayState: string | undefined;
}

/** Bytes: a name, some sessions and a signature. */
const longestMessage = 64 * 1024;

/** @throws ConnectorError `bad_response` */
export function receive(
  arrival: Pick<Arrival, 'method' | 'params' | 'query'>,
  certificates: readonly string[],
): Received {
  const field = fieldOf(arrival.params);
  const relayState = arrival.params.get('RelayState') ?? undefined;
  const message =
    arrival.method === 'POST'
      ? posted(arrival.params.get(field) ?? '', certificates)
      : redirected(arrival.query ?? '', field, certificates);
  return { field, message, relayState };
}

function fieldOf(params: URLSearchParams): Field {
  const found = (['SAMLRequest', 'SAMLResponse'] as const).filter((name) => params.has(name));
  const [field, ...more] = found;
  if (field === undefined || more.length > 0 || params.getAll(field).length > 1) {
    return refuse('there is not one message about signing out');
  }
  return field;
}

function posted(encoded: string, certificates: readonly string[]): XmlElement {
  const text = decodeText(bytesOf(encoded));
  const root = parseMessage(text);
  const signature = childOf(root, ns.signature, 'Signature');
  if (signature === undefined) refuse('the message about signing out is not signed');
  return verified({ text, signature }, certificates);
}

const algorithms: ReadonlyMap<string, string> = new Map([
  ['http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', 'RSA-SHA256'],
  ['http://www.w3.org/2001/04/xmldsig-more#rsa-sha512', 'RSA-SHA512'],
]);

/** The signature is over the characters of the query, in an order of its own (SAML 2.0 bindings, section 3.4.4.1). */
function redirected(query: string, field: Field, certificates: readonly string[]): XmlElement {
  const raw = rawParams(query);
  const signed = [field, 'RelayState', 'SigAlg'].flatMap((name) => {
    const value = raw.get(name);
    return value === undefined ? [] : [`${name}=${value}`];
  });
  const algorithm = algorithms.get(decoded(raw, 'SigAlg'));
  const signature = Buffer.from(decoded(raw, 'Signature'), 'base64');
  if (algorithm === undefined || signature.length === 0) {
    refuse('the message about signing out is not signed, or not with RSA and SHA-2');
  }
  const text = signed.join('&');
  const fits = certificates.some((key) => createVerify(algorithm).update(text).verify(key, signature));
  if (!fits) refuse('the signature of the message about signing out does not fit');
  return parseMessage(inflate(bytesOf(decoded(raw, field))));
}

/** Attack: a parameter twice, once with its name in escapes, of which one is signed and the other one read. */
function rawParams(query: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const part of query.split('&')) {
    const at = part.indexOf('=');
    const name = at === -1 ? part : part.slice(0, at);
    if (/[%+]/.test(name)) refuse('the name of a parameter has escapes in it');
    if (found.has(name)) refuse('a parameter stands there twice');
    found.set(name, at === -1 ? '' : part.slice(at + 1));
  }
  return found;
}

function decoded(raw: ReadonlyMap<string, string>, name: string): string {
  try {
    return decodeURIComponent((raw.get(name) ?? '').replaceAll('+', '%20'));
  } catch {
    return refuse('a parameter is not encoded as the address of a page is');
  }
}

function bytesOf(encoded: string): Buffer {
  const packed = encoded.replace(/\s/g, '');
  if (packed.length > longestMessage || !/^[A-Za-z0-9+/]+={0,2}$/.test(packed)) {
    refuse('the message about signing out is not base64, or too long');
  }
  return Buffer.from(packed, 'base64');
}

/** Attack: a few bytes that become gigabytes. */
function inflate(bytes: Buffer): string {
  try {
    return decodeText(inflateRawSync(bytes, { maxOutputLength: longestMessage }));
  } catch {
    return refuse('the message about signing out cannot be unpacked');
  }
}

function parseMessage(text: string): XmlElement {
  const root = parseXml(text);
  refuseDuplicateIds(root);
  const signatures = elementsOf(root).filter((child) => is(child, ns.signature, 'Signature'));
  if (signatures.length > 1) refuse('there are several signatures over one element');
  return root;
}
