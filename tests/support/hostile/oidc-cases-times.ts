/** ID tokens that are too old, too young, or say nothing of when. */
import { claims, type OidcCase, row } from './oidc-case.ts';
import { seconds } from './oidc-provider.ts';

export function timeCases(): readonly OidcCase[] {
  const now = seconds();
  return [
    row('the token has expired', claims({ exp: now - 3600 }), ['bad_response', /"exp"/]),
    row('the token never expires', claims({ exp: undefined }), ['bad_response', /"exp"/]),
    row('the token is not valid yet', claims({ nbf: now + 3600 }), ['bad_response', /"nbf"/]),
    row('the expiry is text', claims({ exp: 'never' }), ['bad_response', /"exp"/]),
    row('the person will sign in tomorrow', claims({ auth_time: now + 86_400 }), [
      'bad_response',
      /time to come/,
    ]),
    row(
      'the person signed in at the end of time',
      claims({ auth_time: 1e300 }),
      ['bad_response', /time to come/],
      {
        fresh: true,
      },
    ),
    row('nobody was asked again', claims({ auth_time: now - 7200 }), ['denied', /older one/], {
      fresh: true,
    }),
    row(
      'nobody says whether they were asked again',
      claims({ auth_time: undefined }),
      ['misconfigured', /auth_time/],
      { fresh: true },
    ),
    row('the time of the sign-in is text', claims({ auth_time: 'just now' }), ['bad_response', /auth_time/], {
      fresh: true,
    }),
  ];
}
