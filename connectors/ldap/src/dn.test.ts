import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dnsDomainOf, isDn, isWithin, sameDn } from './dn.ts';

describe('a distinguished name', () => {
  test.each([
    ['case and space', 'ou=People,dc=example,dc=org', 'OU = people , DC=Example, dc=org'],
    ['a comma as a pair of digits', 'ou=Sales\\, EMEA,dc=x', 'ou=Sales\\2C EMEA,dc=x'],
    ['digits in either case', 'cn=\\c3\\a9,dc=x', 'cn=\\C3\\A9,dc=x'],
    ['letters as UTF-8', 'cn=Zo\\C3\\AB,dc=x', 'cn=Zoë,dc=x'],
    ['accents as one character or two', 'cn=Zoe\u0308,dc=x', 'cn=Zo\u00eb,dc=x'],
    ['quotes of LDAPv2', 'ou="Sales, EMEA" , dc=x', 'ou=Sales\\, EMEA,dc=x'],
    ['a quote in quotes', 'ou="a \\" b",dc=x', 'ou=a \\" b,dc=x'],
    ['semicolons of LDAPv2', 'ou=a;dc=x', 'ou=a,dc=x'],
    ['a value as BER', 'cn=#04024869,dc=x', 'cn=Hi,dc=x'],
    ['a value as a UTF8String', 'cn=#0c024869,dc=x', 'cn=hi,dc=x'],
    ['spaces at the ends', 'cn=\\ a \\ ,dc=x', 'cn=a,dc=x'],
    ['several spaces', 'cn=a   b,dc=x', 'cn=a b,dc=x'],
    ['a hash', 'cn=\\#1,dc=x', 'cn=\\231,dc=x'],
    ['a plus and an equals sign', 'cn=a\\+b\\=c,dc=x', 'cn=a\\2Bb=c,dc=x'],
    ['the order of what is joined', 'cn=a+uid=b,dc=x', 'UID=b + CN=a,dc=x'],
    ['numbers of attributes', '2.5.4.11=People,OID.0.9.2342.19200300.100.1.25=x', 'ou=people,dc=x'],
    ['nothing', '', ''],
  ])('is the same whatever the spelling of %s', (_, one, other) => {
    expect(sameDn(one, other)).toBe(true);
    expect(sameDn(other, one)).toBe(true);
  });

  test.each([
    ['ou=People,dc=example', 'ou=Peoples,dc=example'],
    ['cn=a\\,b,dc=x', 'cn=a,b=,dc=x'],
    ['cn=a\\, b,dc=x', 'cn=a\\,b,dc=x'],
    ['cn=a\\+uid\\=b,dc=x', 'cn=a+uid=b,dc=x'],
    ['cn=\\#04024869,dc=x', 'cn=#04024869,dc=x'],
    ['cn=a,dc=x', 'cn=a,dc=x,dc=y'],
    ['cn=a,dc=x', ''],
    ['cn=a\\5C,dc=x', 'cn=a\\\\\\,dc\\=x'],
  ])('%s is not %s', (one, other) => {
    expect(sameDn(one, other)).toBe(false);
    expect(sameDn(other, one)).toBe(false);
  });

  test.each([
    'people',
    '=x',
    'ou=a,',
    'ou=a,,dc=x',
    'ou=a+,dc=x',
    'ou="a,dc=x',
    'ou="a"b,dc=x',
    'ou=a"b,dc=x',
    'ou=a\\',
    'o u=a',
    'cn=#0402486,dc=x,people',
    'cn=#04ff48,dc=x',
    '',
  ])('is not %s', (text) => {
    expect(isDn(text)).toBe(false);
  });

  test('is below a base that ends it, at a comma that parts names', () => {
    expect(isWithin('cn=jane, ou=People,dc=x', 'ou=people, dc=X')).toBe(true);
    expect(isWithin('ou=people,dc=x', 'ou=people,dc=x')).toBe(true);
    expect(isWithin('cn=jane,ou=Sales\\2C EMEA,dc=x', 'ou=Sales\\, EMEA,dc=x')).toBe(true);
    expect(isWithin('cn=jane,ou=otherpeople,dc=x', 'people,dc=x')).toBe(false);
    expect(isWithin('cn=jane,ou=sales,dc=x', 'ou=people,dc=x')).toBe(false);
    expect(isWithin('cn=jane\\,ou=people,dc=x', 'ou=people,dc=x')).toBe(false);
    expect(isWithin('cn=jane\\2Cou=people,dc=x', 'ou=people,dc=x')).toBe(false);
    expect(isWithin('dc=x', 'ou=people,dc=x')).toBe(false);
  });

  test('names the domain that it is in', () => {
    expect(dnsDomainOf('OU=Staff,DC=Corp,DC=example,DC=com')).toBe('corp.example.com');
    expect(dnsDomainOf('ou=people,o=example')).toBeUndefined();
  });
});

/** Any text without what no directory keeps apart: case, and spaces. */
const value = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 12 })
  .map((text) => `v${text.normalize('NFC').toLowerCase().normalize('NFC').replaceAll(/\s|\0/g, '_')}v`);

/** Every character in one of the ways in which it may be written. */
function spelled(text: string, ways: readonly number[]): string {
  return [...text]
    .map((character, index) => {
      const way = (ways[index % ways.length] ?? 0) % 3;
      const hex = Buffer.from(character).toString('hex');
      if (way === 0) return hex.replaceAll(/../g, '\\$&');
      if (/[\\,+"<>;=#]/.test(character)) return way === 1 ? `\\${character}` : `\\${hex.toUpperCase()}`;
      return character;
    })
    .join('');
}

describe('attack: a name that is written so that it seems to end in a base it is not below', () => {
  const ways = fc.array(fc.nat(2), { minLength: 1 });

  test('one name in two spellings is the same, and two names are not', () => {
    fc.assert(
      fc.property(value, value, ways, ways, (one, other, left, right) => {
        const [a, b] = [`cn=${spelled(one, left)},dc=x`, `CN = ${spelled(other, right)} ,DC=X`];
        expect(sameDn(a, `cn=${spelled(one, right)},dc=x`)).toBe(true);
        expect(sameDn(a, b)).toBe(one === other);
      }),
    );
  });

  test('what a value says is never a place', () => {
    fc.assert(
      fc.property(value, ways, (base, spelling) => {
        const place = `ou=${spelled(base, spelling)},dc=x`;
        const claim = spelled(`,ou=${base},dc=x`, [0]);
        expect(isWithin(`cn=a,${place}`, place)).toBe(true);
        expect(isWithin(`cn=a${claim}`, place)).toBe(false);
        expect(isWithin(`cn=a${claim},dc=x`, place)).toBe(false);
      }),
    );
  });

  test('whatever stands there is read in one pass, or not at all', () => {
    for (const text of ['\\41', ' ', '"', 'cn=', '#04', '\\', 'a+']) {
      expect(sameDn(`cn=${text.repeat(1_000_000)}!`, 'cn=x')).toBe(false);
      expect(sameDn(`cn=${text.repeat(8000)}"`, 'cn=x')).toBe(false);
    }
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(isWithin(`cn=${text}`, 'dc=x')).toBe(
          isDn(`cn=${text}`) && isWithin(`cn=${text},dc=y`, 'dc=x,dc=y'),
        );
      }),
    );
  });
});
