/** What may come back through the browser. */
import { type OidcCase, row } from './oidc-case.ts';
import { unsigned } from './oidc-provider.ts';

/** RFC 9207: mix-up; RFC 6749, section 10.12: login CSRF. */
export function answerCases(): readonly OidcCase[] {
  const back = (change: (params: URLSearchParams) => void) => ({ back: change });
  return [
    row(
      'mix-up: the answer is of another issuer',
      back((params) => params.set('iss', 'https://evil.example')),
      ['bad_response', /"iss"/],
    ),
    row(
      'mix-up: an upstream that always says who it is does not',
      back((params) => params.delete('iss')),
      ['bad_response', /"iss"/],
    ),
    row(
      'the state is of another login',
      back((params) => params.set('state', 'another')),
      ['bad_response', /state/],
    ),
    row(
      'there is no state',
      back((params) => params.delete('state')),
      ['bad_response', /state/],
    ),
    row(
      'the state is there twice',
      back((params) => params.append('state', 'another')),
      ['bad_response', /"state"/],
    ),
    row(
      'the code is there twice',
      back((params) => params.append('code', 'another')),
      ['bad_response', /"code"/],
    ),
    row(
      'the code is another one',
      back((params) => params.set('code', 'another')),
      ['bad_response', /invalid_grant/],
    ),
    row(
      'an ID token comes through the browser',
      back((params) => params.set('id_token', unsigned({}))),
      ['bad_response', /hybrid/],
    ),
    row(
      'an error has a script in it',
      back((params) => params.set('error', '<script>\n\u202e')),
      ['bad_response', /said no/],
    ),
    row(
      'the upstream is out of order',
      back((params) => params.set('error', 'server_error')),
      ['unavailable', /server_error/],
    ),
  ];
}
