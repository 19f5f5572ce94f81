import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BrokerError } from '../errors.ts';
import { subjectVectors } from '../testing/subject-vectors.ts';
import { isReadable } from './readable-text.ts';
import { longestId, parseSubject, subjectOf } from './subject.ts';

const id = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 200 })
  .filter((text) => isReadable(text) && Buffer.byteLength(text) <= longestId);

describe('a subject', () => {
  test.each(subjectVectors)('of $upstreamId at $connectorId is the one that Dex gives', (vector) => {
    expect(subjectOf(vector.connectorId, vector.upstreamId)).toBe(vector.subject);
    expect(parseSubject(vector.subject)).toEqual({
      connectorId: vector.connectorId,
      upstreamId: vector.upstreamId,
    });
  });

  test('gives back the ids that it was made from', () => {
    fc.assert(
      fc.property(id, id, (connectorId, upstreamId) => {
        expect(parseSubject(subjectOf(connectorId, upstreamId))).toEqual({ connectorId, upstreamId });
      }),
    );
  });

  test('is never shared by two people', () => {
    fc.assert(
      fc.property(id, id, id, id, (connectorA, upstreamA, connectorB, upstreamB) => {
        const same = connectorA === connectorB && upstreamA === upstreamB;
        expect(subjectOf(connectorA, upstreamA) === subjectOf(connectorB, upstreamB)).toBe(same);
      }),
    );
  });

  test('is never shared by two people whose ids run into each other', () => {
    const short = fc.string({ unit: fc.constantFrom('a', '\u0012', '\n', 'é'), maxLength: 6 });
    const made = new Map<string, string>();
    fc.assert(
      fc.property(short, short, (connectorId, upstreamId) => {
        fc.pre(connectorId !== '' && upstreamId !== '' && isReadable(connectorId + upstreamId));
        const subject = subjectOf(connectorId, upstreamId);
        const person = JSON.stringify([connectorId, upstreamId]);
        expect(made.get(subject) ?? person).toBe(person);
        made.set(subject, person);
      }),
    );
  });

  // The attack: a binary objectGUID, decoded as UTF-8, turns into replacement characters; somebody whose GUID
  // differs only in the broken bytes would become the same person.
  test('is refused for an id that was binary', () => {
    const binary = fc
      .uint8Array({ minLength: 1, maxLength: 16 })
      .map((bytes) => Buffer.from(bytes).toString('utf8'))
      .filter((text) => text.includes('\uFFFD'));
    fc.assert(fc.property(binary, (upstreamId) => refuses('corp', upstreamId, 'bad_upstream_response')));
  });

  test('is refused for a lone surrogate wherever it stands', () => {
    const surrogate = fc.integer({ min: 0xd800, max: 0xdfff }).map((unit) => String.fromCharCode(unit));
    fc.assert(
      fc.property(fc.string(), surrogate, fc.string(), (before, lone, after) =>
        refuses('corp', before + lone + after, 'bad_upstream_response'),
      ),
    );
  });

  test.each(['', 'a\0b', 'line\nbreak', '\u0085', 'é'.repeat(longestId / 2 + 1)])(
    'is refused for the upstream id %j',
    (upstreamId) => refuses('corp', upstreamId, 'bad_upstream_response'),
  );

  test('is refused for a connector id that is empty or broken, and says that the configuration is at fault', () => {
    refuses('', '1', 'misconfigured');
    refuses('\uD800', '1', 'misconfigured');
  });

  test('takes an id of the greatest length', () => {
    const upstreamId = 'x'.repeat(longestId);
    expect(parseSubject(subjectOf('corp', upstreamId))?.upstreamId).toBe(upstreamId);
  });
});

describe('a subject that we did not write is not read:', () => {
  test.each([
    ['nothing', ''],
    ['padding', 'CgNmb28SA2Jhcg=='],
    ['another alphabet', Buffer.from('0a033fff3e1203626172', 'hex').toString('base64')],
    ['slack bits', 'CgNmb28SA2Jhch'],
    ['white space', 'CgNmb28SA2Jhcg\n'],
    ['no connector', encoded('0a03666f6f')],
    ['an empty connector', encoded('0a03666f6f1200')],
    ['the fields the other way round', encoded('12036261720a03666f6f')],
    ['something after the end', encoded('0a03666f6f120362617200')],
    ['an unknown field', encoded('0a03666f6f12036261721a0178')],
    ['a length beyond the end', encoded('0a03666f6f120462617200').slice(0, -2)],
    ['a length in more bytes than it needs', encoded('0a8300666f6f1203626172')],
    ['a length without an end', encoded('0affffffff0f')],
    ['bytes that are not UTF-8', encoded('0a02c3281203626172')],
  ])('%s', (_, subject) => {
    expect(parseSubject(subject)).toBeNull();
  });

  test('whatever is read is written the same way', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ ';
    const mutated = fc
      .tuple(fc.constantFrom(...subjectVectors), fc.nat(60), fc.constantFrom(...alphabet))
      .map(([{ subject }, at, letter]) => subject.slice(0, at) + letter + subject.slice(at + 1));
    fc.assert(
      fc.property(mutated, (subject) => {
        const parts = parseSubject(subject);
        if (parts !== null) expect(subjectOf(parts.connectorId, parts.upstreamId)).toBe(subject);
      }),
      { numRuns: 1000 },
    );
  });
});

function encoded(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64url');
}

function refuses(connectorId: string, upstreamId: string, code: string): void {
  expect(() => subjectOf(connectorId, upstreamId)).toThrow(
    expect.objectContaining({ name: BrokerError.name, code }),
  );
}
