import { BrokerError } from '@gatehouse/core';
import Koa, { type Context } from 'koa';
import { describe, expect, it } from 'vitest';
import { FormTokens } from './form-tokens.ts';

const key = new Uint8Array(32).fill(1);
const olderKey = new Uint8Array(32).fill(2);
const issuer = { origin: 'https://login.example' };
const tokens = new FormTokens([key, olderKey], issuer);

function sent(headers: Record<string, string>): Context {
  const request = { headers, socket: {}, url: '/', method: 'POST' };
  return new Koa().createContext(request as never, { setHeader() {}, getHeader() {} } as never) as Context;
}

function check(uid: string, csrf: string | readonly string[], headers: Record<string, string> = {}): string {
  const form = new URLSearchParams([csrf].flat().map((value): [string, string] => ['csrf', value]));
  try {
    tokens.check(sent(headers), uid, form);
    return 'accepted';
  } catch (error) {
    return error instanceof BrokerError ? error.code : 'not a BrokerError';
  }
}

describe('form tokens', () => {
  it('accepts the form that this sign-in was given', () => {
    expect(check('one', tokens.issue('one'))).toBe('accepted');
  });

  it('accepts a form of before the cookie keys were changed', () => {
    const before = new FormTokens([olderKey], issuer);
    expect(check('one', before.issue('one'))).toBe('accepted');
  });

  it('Attack: a form with the token of the attacker’s own sign-in. It is refused.', () => {
    expect(check('one', tokens.issue('two'))).toBe('form_expired');
  });

  it('Attack: a forged form without the token, with rubbish, or with two tokens. It is refused.', () => {
    for (const csrf of [
      '',
      'x',
      'A'.repeat(43),
      tokens.issue('one').slice(0, -1),
      [tokens.issue('one'), 'x'],
      [],
    ]) {
      expect(check('one', csrf)).toBe('form_expired');
    }
  });

  it('Attack: a page of another site posts a form whose token it has learned. The browser says so; it is refused.', () => {
    const csrf = tokens.issue('one');
    expect(check('one', csrf, { origin: 'https://evil.example' })).toBe('form_expired');
    expect(check('one', csrf, { origin: 'null' })).toBe('form_expired');
    expect(check('one', csrf, { origin: 'http://login.example' })).toBe('form_expired');
    expect(check('one', csrf, { 'sec-fetch-site': 'cross-site' })).toBe('form_expired');
    expect(check('one', csrf, { 'sec-fetch-site': 'same-site' })).toBe('form_expired');
  });

  it('accepts what browsers send from our own page', () => {
    const headers = { origin: 'https://login.example', 'sec-fetch-site': 'same-origin' };
    expect(check('one', tokens.issue('one'), headers)).toBe('accepted');
  });
});
