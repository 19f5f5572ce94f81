/** What a provider may write into its discovery document. */
import { type OidcCase, raw, row } from './oidc-case.ts';
import type { Members } from './oidc-provider.ts';

export function documentCases(): readonly OidcCase[] {
  const other = (change: Members) => ({ discovery: (honest: Members) => ({ ...honest, ...change }) });
  return [
    row('the document is of another issuer', other({ issuer: 'https://accounts.example.com' }), [
      'misconfigured',
      /is of the issuer/,
    ]),
    row(
      'the issuer has a slash more',
      { discovery: (honest) => ({ ...honest, issuer: `${honest.issuer}/` }) },
      ['misconfigured', /is of the issuer/],
    ),
    row('the document has no issuer', other({ issuer: undefined }), ['bad_response', /issuer|malformed/]),
    row('endpoints are no text', other({ token_endpoint: ['/token'] }), ['bad_response', /token_endpoint/]),
    row('the document is a list', { discovery: raw('[]') }, ['bad_response', /discovery document/]),
    row('the document is HTML', { discovery: raw('<html>', 'text/html') }, [
      'bad_response',
      /discovery document/,
    ]),
    row(
      'the keys are at the metadata service of a cloud',
      other({ jwks_uri: 'https://169.254.169.254/latest/meta-data' }),
      ['misconfigured', /169\.254\.169\.254 has an address that no upstream has/],
    ),
    row('the keys come without TLS', other({ jwks_uri: 'http://sso.example.com/keys' }), [
      'misconfigured',
      /sso\.example\.com is not HTTPS/,
    ]),
    row(
      'the token endpoint, which gets our secret, is in our own network',
      other({ token_endpoint: 'https://10.0.0.1/token' }),
      ['misconfigured', /10\.0\.0\.1 has a private address/],
    ),
    row(
      'the token endpoint is on this computer, by a name that hides it',
      other({ token_endpoint: 'https://sso.localhost/token' }),
      ['misconfigured', /sso\.localhost has a private address/],
    ),
    row(
      'the token endpoint is at another port of the upstream',
      other({ token_endpoint: 'http://127.0.0.1:9/token' }),
      ['misconfigured', /127\.0\.0\.1:9 is not HTTPS/],
    ),
    row('the browser is sent to a file', other({ authorization_endpoint: 'file:///etc/passwd' }), [
      'bad_response',
      /discovery document/,
    ]),
    row('the browser is sent to a script', other({ authorization_endpoint: 'javascript:alert(1)' }), [
      'bad_response',
      /discovery document/,
    ]),
  ];
}
