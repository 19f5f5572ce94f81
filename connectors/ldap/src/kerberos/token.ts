/**
 * What a browser sent, held against the one form that we take before any native code reads it: SPNEGO (RFC 4178) whose
 * first choice is Kerberos and which brings the ticket along (RFC 4121, section 4.1). Everything else takes more rounds
 * or is another mechanism: NTLM, NegoEx, and IAKERB, which would make us talk to servers that a stranger names.
 *
 * The bytes are read by ldapts's `BerReader`, as those of a directory are.
 */
import { createHash } from 'node:crypto';
import { BerReader, InvalidAsn1Error } from 'ldapts';
import { MalformedMessage, take } from '../wire/take.ts';

/** DER tags: [APPLICATION n] and [n] with what is inside them. */
const tags = { oid: 0x06, octets: 0x04, sequence: 0x30, initial: 0x60, apReq: 0x6e };
const field = (number: number) => 0xa0 + number;

const spnego = '2b0601050502';
/** The second is Microsoft's, from a time when its first octets did not fit. */
const kerberos: ReadonlySet<string> = new Set(['2a864886f712010202', '2a864882f712010202']);
/** "This is a request", in front of it (RFC 4121, section 4.1). */
const apReqMark = '0100';

/**
 * A name for the ticket's use that stays the same however its wrapping is changed: the hash of the authenticator, which
 * is encrypted and authenticated. Null for what is no ticket.
 */
export function ticketMark(token: Buffer): string | null {
  try {
    return createHash('sha256')
      .update(authenticatorOf(requestOf(token)))
      .digest('base64url');
  } catch (error) {
    if (error instanceof MalformedMessage || error instanceof InvalidAsn1Error) return null;
    throw error;
  }
}

/** The AP-REQ (RFC 4120, section 5.5.1). */
function requestOf(token: Buffer): Buffer {
  const { mechanism, inner } = initialToken(token);
  if (mechanism !== spnego) throw new MalformedMessage('not SPNEGO');
  const offer = descend(inner, field(0), tags.sequence);
  const first = take(new BerReader(descend(offer, field(0), tags.sequence)), tags.oid);
  if (!kerberos.has(first.toString('hex'))) throw new MalformedMessage('Kerberos is not the first choice');
  const chosen = initialToken(descend(offer, field(2), tags.octets));
  const isKerberos = kerberos.has(chosen.mechanism);
  if (!isKerberos || chosen.inner.subarray(0, 2).toString('hex') !== apReqMark) {
    throw new MalformedMessage('no Kerberos request');
  }
  return chosen.inner.subarray(2);
}

function authenticatorOf(request: Buffer): Buffer {
  return descend(request, tags.apReq, tags.sequence, field(4), tags.sequence, field(2), tags.octets);
}

/** The frame of a first token (RFC 2743, section 3.1): which mechanism, and what it says. */
function initialToken(bytes: Buffer): { readonly mechanism: string; readonly inner: Buffer } {
  const content = descend(bytes, tags.initial);
  const reader = new BerReader(content);
  const mechanism = take(reader, tags.oid).toString('hex');
  return { mechanism, inner: content.subarray(reader.offset) };
}

function descend(bytes: Buffer, ...path: readonly number[]): Buffer {
  return path.reduce(element, bytes);
}

/** The one element with this tag; fields stand in their order, so that there is one way to read them. */
function element(bytes: Buffer, wanted: number): Buffer {
  const reader = new BerReader(bytes);
  let previous = -1;
  for (let tag = reader.peek(); tag !== null; tag = reader.peek()) {
    if (tag <= previous) throw new MalformedMessage('a field out of its order');
    const content = take(reader, tag);
    if (tag === wanted) return content;
    previous = tag;
  }
  throw new MalformedMessage('a field is missing');
}
