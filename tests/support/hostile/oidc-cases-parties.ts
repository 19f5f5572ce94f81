/** ID tokens of, for and by others, and what else the token endpoint may answer. */
import type { ServerResponse } from 'node:http';
import { claims, type OidcCase, row } from './oidc-case.ts';

export function partyCases(): readonly OidcCase[] {
  return [
    row('the token is of another issuer', claims({ iss: 'https://evil.example' }), ['bad_response', /"iss"/]),
    row('the token was made for another client', claims({ aud: 'another-client' }), [
      'bad_response',
      /"aud"/,
    ]),
    row('the token was made for nobody', claims({ aud: undefined }), ['bad_response', /"aud"/]),
    row(
      'the token was made for others as well',
      claims({ aud: ['gatehouse', 'another'], azp: 'gatehouse' }),
      ['bad_response', /others as well/],
    ),
    row('the token was asked for by another client', claims({ azp: 'another-client' }), [
      'bad_response',
      /azp/,
    ]),
    row('several audiences, and nobody who asked', claims({ aud: ['gatehouse', 'another'] }), [
      'bad_response',
      /"aud".*additional untrusted audiences/,
    ]),
    row(
      'several audiences that are all allowed, and nobody who asked',
      claims({ aud: ['gatehouse', 'partner'] }),
      ['bad_response', /"aud".*additional untrusted audiences/],
      { config: { trustedAudiences: ['partner'] } },
    ),
    row(
      'several audiences that are all allowed, and one of the others has asked',
      claims({ aud: ['gatehouse', 'partner'], azp: 'partner' }),
      ['bad_response', /"azp"/],
      { config: { trustedAudiences: ['partner'] } },
    ),
    row(
      'for an audience that is allowed, and not for us',
      claims({ aud: 'partner' }),
      ['bad_response', /"aud"/],
      { config: { trustedAudiences: ['partner'] } },
    ),
    row('the audience is ours but for its case', claims({ aud: 'Gatehouse' }), ['bad_response', /"aud"/]),
    row('the token is of another sign-in', claims({ nonce: 'another' }), ['bad_response', /nonce/]),
    row('the token is of no sign-in', claims({ nonce: undefined }), ['bad_response', /nonce/]),
    row('the token names nobody', claims({ sub: undefined }), ['bad_response', /"sub"/]),
    row(
      'the token endpoint repeats what it was sent',
      { token: (_, sent) => repeated([...sent.values()].join(' ')) },
      ['bad_response', /said no \(invalid_request: /],
      { config: { clientAuthentication: 'client_secret_post' } },
    ),
    row(
      'the token endpoint repeats it as it was written on the way',
      { token: (_, sent) => repeated(String(sent)) },
      ['bad_response', /said no \(invalid_request: /],
      { config: { clientAuthentication: 'client_secret_post' } },
    ),
    row('there is no token', { token: ({ id_token: _, ...rest }) => rest }, ['bad_response', /id_token/]),
    row('no domain of ours', claims({ hd: 'evil.example' }), ['not_allowed', /hostedDomains/], {
      config: { preset: 'google', hostedDomains: ['example.com'] },
    }),
    row('no domain at all', claims({}), ['not_allowed', /no domain/], {
      config: { preset: 'google', hostedDomains: ['example.com'] },
    }),
    row('less proof than was asked for', claims({ acr: 'urn:password' }), ['not_allowed', /acrValues/], {
      config: { acrValues: ['urn:phishing-resistant'] },
    }),
    row('no word about the proof', claims({}), ['not_allowed', /nothing in particular/], {
      config: { acrValues: ['urn:phishing-resistant'] },
    }),
  ];
}

/** As proxies and services in a debug mode do: with the client's secret, the code and its verifier. */
function repeated(sent: string) {
  const body = JSON.stringify({ error: 'invalid_request', error_description: sent });
  return (response: ServerResponse) =>
    void response.writeHead(400, { 'content-type': 'application/json' }).end(body);
}
