import { describe, expect, test } from 'vitest';
import { parsePrincipal } from './principal.ts';

describe('a principal', () => {
  test.each([
    ['jane@EXAMPLE.TEST', 'jane', 'EXAMPLE.TEST'],
    ['jane.doe@corp', 'jane.doe', 'corp'],
    ['jörg@EXAMPLE.TEST', 'jörg', 'EXAMPLE.TEST'],
  ])('%s is a person', (displayed, name, realm) => {
    expect(parsePrincipal(displayed)).toEqual({ name, realm });
  });

  test.each([
    'jane',
    '@EXAMPLE.TEST',
    'jane@',
    'jane/admin@EXAMPLE.TEST',
    'HTTP/login.example.com@EXAMPLE.TEST',
    'PC01$@EXAMPLE.TEST',
    'jane\\@example.com@EXAMPLE.TEST',
    'jane@evil@EXAMPLE.TEST',
    'jane\\0@EXAMPLE.TEST',
    'ja ne@EXAMPLE.TEST',
    'ja\u200bne@EXAMPLE.TEST',
    'ja\uFFFDne@EXAMPLE.TEST',
    'jane@EXAMPLE.TEST\n',
    'CORP\\jane',
    '',
  ])('%j is none', (displayed) => {
    expect(parsePrincipal(displayed)).toBeNull();
  });
});
