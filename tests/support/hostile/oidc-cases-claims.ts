/** Claims of another form than they should have, in the ID token and at the userinfo endpoint. */
import { claims, type OidcCase, raw, row } from './oidc-case.ts';
import { type OidcLies, unsigned } from './oidc-provider.ts';

export function formCases(): readonly OidcCase[] {
  return [
    row('the subject is a number', claims({ sub: 42 }), ['bad_response', /"sub"/]),
    row('the subject is empty', claims({ sub: '' }), ['misconfigured', /claims\.id/]),
    row('the groups are a number', claims({ groups: 42 }), ['bad_response', /"groups"/]),
    row('the groups are an object', claims({ groups: { staff: true } }), ['bad_response', /"groups"/]),
    row('a group is a number', claims({ groups: ['staff', 42] }), ['bad_response', /"groups"/]),
    row('a group is an object without a name', claims({ groups: [{ id: 'staff' }] }), [
      'bad_response',
      /"groups"/,
    ]),
    row('a group is a list', claims({ groups: [['staff']] }), ['bad_response', /"groups"/]),
    row(
      'the groups did not fit into the token',
      claims({ groups: undefined, _claim_names: { groups: 'src1' } }),
      ['misconfigured', /more groups than the token can hold/],
    ),
    row('the groups did not fit, by a flag', claims({ groups: undefined, hasgroups: true }), [
      'misconfigured',
      /more groups than the token can hold/,
    ]),
    row('the groups did not fit, by a flag that is text', claims({ groups: undefined, hasgroups: 'true' }), [
      'misconfigured',
      /more groups than the token can hold/,
    ]),
    row(
      'nested groups did not fit',
      claims({ groups: undefined, _claim_names: { realm_access: 'src1' } }),
      ['misconfigured', /more groups than the token can hold/],
      { config: { claims: { groups: 'realm_access.roles' } } },
    ),
    row('the groups did not fit, and some are there', claims({ _claim_names: { groups: 'src1' } }), [
      'misconfigured',
      /more groups than the token can hold/,
    ]),
    row('the name is a list', claims({ preferred_username: ['ada'] }), [
      'bad_response',
      /preferred_username/,
    ]),
    row('the address is an object', claims({ email: { address: 'a@b.c' } }), ['bad_response', /"email"/]),
    row('the methods are a number', claims({ amr: 1 }), ['bad_response', /"amr"/]),
    row('the level is a list', claims({ acr: ['a'] }), ['bad_response', /"acr"/]),
    row("a claim of JavaScript's own", claims({ groups: undefined }), ['bad_response', /"constructor"/], {
      config: { claims: { groups: [{ claim: 'constructor', required: true }] } },
    }),
  ];
}

export function userinfoCases(): readonly OidcCase[] {
  const config = { userinfo: true };
  const about = (how: NonNullable<OidcLies['userinfo']>) => ({ userinfo: how });
  return [
    row(
      'userinfo is of another person',
      about((honest) => ({ ...honest, sub: 'u-2' })),
      ['bad_response', /"sub"/],
      { config },
    ),
    row(
      'userinfo is of nobody',
      about(({ sub: _, ...rest }) => rest),
      ['bad_response', /"sub"/],
      { config },
    ),
    row(
      'userinfo is signed by nobody',
      about((honest) => jwt(unsigned({ ...honest, iss: 'x', aud: 'gatehouse' }))),
      ['bad_response', /"alg"/],
      { config },
    ),
    row(
      'userinfo has the level that the ID token does not have',
      about((honest) => ({ ...honest, acr: 'urn:phishing-resistant' })),
      ['not_allowed', /nothing in particular/],
      { config: { ...config, acrValues: ['urn:phishing-resistant'] } },
    ),
    row('userinfo is a list', about(raw('[]')), ['bad_response', /userinfo/], { config }),
    row(
      'userinfo takes no token of its own',
      about(
        () => (response) =>
          void response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end(),
      ),
      ['unavailable', /does not take/],
      { config },
    ),
  ];
}

function jwt(token: string) {
  return raw(token, 'application/jwt')();
}
