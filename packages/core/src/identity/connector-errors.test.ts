import { ConnectorError, type ConnectorErrorCode } from '@gatehouse/connector-kit';
import { expect, test } from 'vitest';
import { BrokerError } from '../errors.ts';
import { StoreUnavailable } from '../ports/unit.ts';
import { brokerErrorOf } from './connector-errors.ts';

test.each<[ConnectorErrorCode, string]>([
  ['denied', 'upstream_denied'],
  ['not_allowed', 'not_allowed'],
  ['bad_response', 'bad_upstream_response'],
  ['unavailable', 'upstream_unavailable'],
  ['misconfigured', 'misconfigured'],
])("%s becomes %s, and the upstream's own words stay in the log", (code, expected) => {
  const cause = new ConnectorError(code, { reason: 'LDAP result 53: secret details', retryAfter: 7 });
  const error = brokerErrorOf(cause, 'corp');
  expect(error).toMatchObject({ code: expected, connectorId: 'corp', cause, retryAfter: 7 });
  expect(error.message).toBe('LDAP result 53: secret details');
  expect(error.sentence).not.toContain('secret');
});

test('a sentence that the connector has for the person reaches the person', () => {
  const expired = { reason: 'data 532', personMessage: 'Your password has expired.' };
  expect(brokerErrorOf(new ConnectorError('denied', expired), 'corp').sentence).toBe(expired.personMessage);
});

test('an address in that sentence reaches the page as a link, if it is one of the web', () => {
  const linkOf = (personLink: string) =>
    brokerErrorOf(new ConnectorError('denied', { reason: 'r', personMessage: 'm', personLink }), 'corp')
      .personLink;
  expect(linkOf('https://password.example.com/')).toBe('https://password.example.com/');
  for (const other of [
    'javascript:alert(1)',
    'data:text/html,x',
    '//example.com',
    'https://',
    ' https://a.b',
  ]) {
    expect(linkOf(other)).toBeUndefined();
  }
});

test('an error of another copy of the kit is known by its name, and its fields are not believed', () => {
  const foreign = Object.assign(new Error('reason'), {
    name: 'ConnectorError',
    code: 'unavailable',
    personMessage: { toString: () => 'x' },
    retryAfter: Number.POSITIVE_INFINITY,
  });
  const error = brokerErrorOf(foreign, 'corp');
  expect(error).toMatchObject({ code: 'upstream_unavailable', personMessage: undefined, retryAfter: 3600 });
  expect(brokerErrorOf(Object.assign(foreign, { code: 'constructor' }), 'corp').code).toBe('internal');
});

test.each([-1, Number.NaN, 0, '5'])('to retry after %j is no wish', (retryAfter) => {
  const error = Object.assign(new ConnectorError('unavailable', { reason: 'r' }), { retryAfter });
  expect(brokerErrorOf(error, 'corp').retryAfter).toBeUndefined();
});

test('our own errors stay what they are', () => {
  const own = new BrokerError('no_connector');
  expect(brokerErrorOf(own, 'corp')).toBe(own);
  expect(brokerErrorOf(new StoreUnavailable('down'), 'corp').code).toBe('storage_unavailable');
});

test('a call that was ended is an upstream that did not answer; anything else is a fault', () => {
  expect(brokerErrorOf(AbortSignal.abort().reason, 'corp').code).toBe('upstream_unavailable');
  expect(brokerErrorOf(new DOMException('late', 'TimeoutError'), 'corp').code).toBe('upstream_unavailable');
  expect(brokerErrorOf(new TypeError('x is undefined'), 'corp').code).toBe('internal');
  expect(brokerErrorOf('thrown text', 'corp')).toMatchObject({ code: 'internal', message: 'thrown text' });
  expect(brokerErrorOf(undefined, 'corp').code).toBe('internal');
});
