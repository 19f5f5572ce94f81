/**
 * Our `sub`: the connector's id and the upstream's id, encoded as Dex does, so that role bindings made for Dex
 * keep their meaning.
 *
 * On the wire it is a protocol buffer message of two strings (1: upstream id, 2: connector id), in base64url
 * without padding. The encoding is injective: two people never share a subject.
 */
import { BrokerError, type ErrorCode } from '../errors.ts';
import { isReadable } from './readable-text.ts';

export interface SubjectParts {
  readonly connectorId: string;
  readonly upstreamId: string;
}

/** UTF-8 bytes. Room for a long distinguished name; more would not fit into an index of the database. */
export const longestId = 1024;

const upstreamIdTag = 0x0a;
const connectorIdTag = 0x12;

/** @throws BrokerError `bad_upstream_response` for an id that cannot be told from another one once it is encoded */
export function subjectOf(connectorId: string, upstreamId: string): string {
  checkId(connectorId, 'connector', 'misconfigured', connectorId);
  checkId(upstreamId, 'upstream', 'bad_upstream_response', connectorId);
  return Buffer.concat([field(upstreamIdTag, upstreamId), field(connectorIdTag, connectorId)]).toString(
    'base64url',
  );
}

/** Null for everything that `subjectOf` would not have written. */
export function parseSubject(subject: string): SubjectParts | null {
  const bytes = Buffer.from(subject, 'base64url');
  const upstreamId = readField(bytes, 0, upstreamIdTag);
  if (upstreamId === null) return null;
  const connectorId = readField(bytes, upstreamId.end, connectorIdTag);
  if (connectorId === null) return null;
  const parts = { connectorId: connectorId.text, upstreamId: upstreamId.text };
  return isCanonical(subject, parts) ? parts : null;
}

function checkId(id: string, whose: string, code: ErrorCode, connectorId: string): void {
  const fault = faultOf(id);
  if (fault !== null) throw new BrokerError(code, { reason: `the ${whose} id ${fault}`, connectorId });
}

function faultOf(id: string): string | null {
  if (id === '') return 'is empty';
  if (!isReadable(id)) return 'is not readable text: it was probably binary and must be encoded first';
  if (Buffer.byteLength(id) > longestId) return `is longer than ${longestId} bytes`;
  return null;
}

function field(tag: number, text: string): Buffer {
  const value = Buffer.from(text, 'utf8');
  return Buffer.concat([Buffer.from([tag, ...varint(value.length)]), value]);
}

/** Base 128, least significant group first. */
function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}

function readField(bytes: Buffer, start: number, tag: number): { text: string; end: number } | null {
  if (bytes[start] !== tag) return null;
  const length = readVarint(bytes, start + 1);
  if (length === null) return null;
  const end = length.end + length.value;
  return end <= bytes.length ? { text: bytes.toString('utf8', length.end, end), end } : null;
}

/** Two bytes hold every length up to `longestId`. */
function readVarint(bytes: Buffer, start: number): { value: number; end: number } | null {
  const low = bytes[start];
  if (low === undefined) return null;
  if (low < 0x80) return { value: low, end: start + 1 };
  const high = bytes[start + 1];
  if (high === undefined || high >= 0x80) return null;
  return { value: (low & 0x7f) | (high << 7), end: start + 2 };
}

/** Writing it again is the strictest reader: it sees padding, slack bits, long varints, rest and bad UTF-8. */
function isCanonical(subject: string, parts: SubjectParts): boolean {
  if (faultOf(parts.connectorId) !== null || faultOf(parts.upstreamId) !== null) return false;
  return subjectOf(parts.connectorId, parts.upstreamId) === subject;
}
