import { expect, test } from 'vitest';
import { isWithin, sameDn } from './dn.ts';

test('names that differ in case and space only are the same', () => {
  expect(sameDn('ou=People,dc=example,dc=org', 'OU = people , DC=Example, dc=org')).toBe(true);
  expect(sameDn('ou=People,dc=example', 'ou=Peoples,dc=example')).toBe(false);
  expect(sameDn('cn=a\\, b,dc=x', 'cn=a\\,b,dc=x')).toBe(false);
});

test('what is below a base ends with it, at a comma', () => {
  expect(isWithin('cn=jane, ou=People,dc=x', 'ou=people, dc=X')).toBe(true);
  expect(isWithin('ou=people,dc=x', 'ou=people,dc=x')).toBe(true);
  expect(isWithin('cn=jane,ou=otherpeople,dc=x', 'people,dc=x')).toBe(false);
  expect(isWithin('cn=jane,ou=sales,dc=x', 'ou=people,dc=x')).toBe(false);
});
