import fc from 'fast-check';
import { AndFilter, BerReader, BerWriter, EqualityFilter, type Filter, FilterParser, OrFilter } from 'ldapts';
import { describe, expect, test } from 'vitest';
import { anyOf, both, equals, parseFilter } from './filters.ts';

/** As the directory reads it. */
function throughTheWire(filter: Filter): Filter {
  const writer = new BerWriter();
  filter.write(writer);
  return FilterParser.parse(new BerReader(writer.buffer));
}

function leaves(filter: Filter): readonly Filter[] {
  if (filter instanceof AndFilter || filter instanceof OrFilter) return filter.filters.flatMap(leaves);
  return [filter];
}

const special = fc.constantFrom(
  '*',
  '(',
  ')',
  '\\',
  '\0',
  '&',
  '|',
  '!',
  '=',
  '*)(uid=*',
  '\\2a',
  ')(|(cn=*',
  'é',
  '田',
  '😀',
);
const typed = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.array(fc.oneof(special, fc.string({ maxLength: 5 })), { maxLength: 20 }).map((parts) => parts.join('')),
);

describe('attack: a typed name that changes the filter it stands in', () => {
  test('whatever is typed, the directory reads one equality with exactly that value', () => {
    fc.assert(
      fc.property(typed, (value) => {
        const read = throughTheWire(equals('uid', value));
        expect(read).toBeInstanceOf(EqualityFilter);
        expect(read).toMatchObject({ attribute: 'uid', value });
      }),
      { numRuns: 1000 },
    );
  });

  test('among several attributes and behind a configured filter, it is one equality for each, and no more', () => {
    fc.assert(
      fc.property(typed, (value) => {
        const named = anyOf([equals('uid', value), equals('mail', value)]);
        const read = leaves(throughTheWire(both('(sn=fixed)', named)));
        expect(read).toMatchObject([
          { attribute: 'sn', value: 'fixed' },
          { attribute: 'uid', value },
          { attribute: 'mail', value },
        ]);
        expect(read.every((leaf) => leaf instanceof EqualityFilter)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test('the text of a filter, as a trace shows it, reads back as the same filter', () => {
    fc.assert(
      fc.property(typed, (value) => {
        expect(FilterParser.parseString(equals('uid', value).toString())).toMatchObject({
          attribute: 'uid',
          value,
        });
      }),
      { numRuns: 1000 },
    );
  });
});

describe("the administrator's own filter", () => {
  test.each([
    '(objectClass=person)',
    'objectClass=person',
    '(&(objectClass=person)(!(employeeType=former)))',
    '(|(a=1)(b>=2)(c<=3)(d~=4))',
    '(ou:dn:=Seattle)',
    '(userAccountControl:1.2.840.113556.1.4.803:=2)',
    '(cn=R\\28 and S\\29)',
    '(cn=Müller*)',
  ])('%s is understood', (text) => {
    expect(parseFilter(text)).toEqual({});
  });

  test.each([
    ['', 'empty'],
    ['(', 'parentheses'],
    ['(&(a=b)', 'parentheses'],
    ['(a=b))', 'parentheses'],
    ['(a)', 'Invalid expression'],
    ['(&)', 'Missing paren'],
    ['(a=\\zz)', 'Invalid escaped'],
    ['(cn=M\\c3\\bcller)', 'as they are'],
  ])('%s is refused with a reason', (text, reason) => {
    expect(parseFilter(text).fault).toContain(reason);
  });
});
