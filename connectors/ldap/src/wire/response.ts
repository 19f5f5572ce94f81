/** What a directory may answer, as ldapts reads it. Only what the grammar allows gets as far as that. */
import {
  Ber,
  BerReader,
  BindResponse,
  ExtendedResponse,
  ProtocolOperation,
  SearchEntry,
  SearchResponse,
} from 'ldapts';
import { type Controls, type PasswordPolicy, pageCookie, passwordPolicy, readControls } from './controls.ts';
import { CONTROLS } from './grammar.ts';
import { checkMessage } from './shape-check.ts';
import { MalformedMessage, take } from './take.ts';

export interface Result {
  readonly code: number;
  /** The directory's own words: for the log, never for a page. */
  readonly message: string;
  /** What came with the answer to a bind. */
  readonly policy?: PasswordPolicy;
}

export interface RawEntry {
  readonly dn: string;
  /** By lower-case name, options included: `member;range=0-1499`. */
  readonly attributes: ReadonlyMap<string, readonly Buffer[]>;
}

export type Response = { readonly id: number } & (
  | { readonly kind: 'entry'; readonly entry: RawEntry }
  /** RFC 4511, section 4.5.3: where parts of the tree are that this server does not have. */
  | { readonly kind: 'reference'; readonly urls: readonly string[] }
  | {
      readonly kind: 'bind' | 'search' | 'extended';
      readonly result: Result;
      /** RFC 2696: not empty while there are more pages. */
      readonly cookie?: Buffer | undefined;
    }
);

/** `frame` is the content of one LDAPMessage. Its parts are read each for itself: none can reach into the next. */
export function readResponse(frame: Buffer): Response {
  checkMessage(frame);
  const message = new BerReader(frame);
  const id = message.readInt();
  const tag = message.peek();
  if (id === null || tag === null) throw new MalformedMessage('a message without an operation');

  const operation = new BerReader(take(message, tag));
  const controls = readControls(message.peek() === CONTROLS ? take(message, CONTROLS) : Buffer.alloc(0));
  const head = { messageId: id };
  switch (tag) {
    case ProtocolOperation.LDAP_RES_SEARCH_ENTRY:
      return { id, kind: 'entry', entry: readEntry(new SearchEntry(head), operation) };
    case ProtocolOperation.LDAP_RES_SEARCH_REF:
      return { id, kind: 'reference', urls: readUrls(operation) };
    case ProtocolOperation.LDAP_RES_BIND:
      return { id, kind: 'bind', result: readBind(new BindResponse(head), operation, controls) };
    case ProtocolOperation.LDAP_RES_SEARCH:
      return {
        id,
        kind: 'search',
        result: readResult(new SearchResponse(head), operation),
        cookie: pageCookie(controls),
      };
    case ProtocolOperation.LDAP_RES_EXTENSION:
      return { id, kind: 'extended', result: readResult(new ExtendedResponse(head), operation) };
    default:
      throw new MalformedMessage('an answer to an operation that was not asked for');
  }
}

function readResult(answer: BindResponse | SearchResponse | ExtendedResponse, reader: BerReader): Result {
  answer.parseMessage(reader);
  return { code: answer.status, message: answer.errorMessage };
}

function readBind(answer: BindResponse, reader: BerReader, controls: Controls): Result {
  return { ...readResult(answer, reader), policy: passwordPolicy(controls) };
}

/** ldapts' SearchReference looks for its end where the reader stood before, which is the beginning here. */
function readUrls(reader: BerReader): readonly string[] {
  const urls: string[] = [];
  while (reader.remain > 0) urls.push(take(reader, Ber.OctetString).toString('utf8'));
  return urls;
}

function readEntry(entry: SearchEntry, reader: BerReader): RawEntry {
  entry.parseMessage(reader);
  const attributes = new Map<string, readonly Buffer[]>();
  for (const { type, parsedBuffers } of entry.attributes) {
    const name = type.toLowerCase();
    // Once each, says RFC 4511, section 4.1.7. Of two, the last one would hide groups; together they hide nothing.
    attributes.set(name, [...(attributes.get(name) ?? []), ...parsedBuffers]);
  }
  return { dn: entry.name, attributes };
}
