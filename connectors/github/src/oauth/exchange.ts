/** What came back in the browser becomes tokens. */
import { type Arrival, type Call, ConnectorError } from '@gatehouse/connector-kit';
import type { Tokens } from '../state.ts';
import type { Upstream } from '../upstream.ts';
import { missingScopes } from './scopes.ts';
import { askForTokens } from './token-endpoint.ts';

export interface Returned {
  readonly arrival: Arrival;
  readonly verifier: string;
  readonly callbackUrl: URL;
}

/** @throws ConnectorError for everything but tokens that may do what is needed */
export async function exchange(upstream: Upstream, returned: Returned, call: Call): Promise<Tokens> {
  const code = codeIn(returned.arrival.params);
  const grant = { code, redirect_uri: returned.callbackUrl.href, code_verifier: returned.verifier };
  const granted = await askForTokens(upstream, grant, call);
  if ('error' in granted) throw refused(granted.error);
  const missing = missingScopes(upstream.config, granted.scope);
  if (missing.length > 0) {
    throw new ConnectorError('denied', {
      reason: `the person did not grant ${missing.join(' and ')}`,
      personMessage:
        'GitHub did not let us read your organisations and e-mail addresses. Sign in again and allow it.',
    });
  }
  return granted.tokens;
}

function codeIn(params: URLSearchParams): string {
  const error = params.get('error');
  if (error !== null) throw refused(error);
  const codes = params.getAll('code');
  const [code] = codes;
  if (codes.length !== 1 || code === undefined || code === '' || code.length > 1000) {
    throw new ConnectorError('bad_response', { reason: 'the answer has no code, or more than one' });
  }
  return code;
}

/** The words of GitHub's pages about authorization requests and about token requests that failed. */
function refused(error: string): ConnectorError {
  switch (error) {
    case 'access_denied':
      return new ConnectorError('denied', { reason: 'the person declined' });
    case 'unverified_user_email':
      return new ConnectorError('denied', {
        reason: 'the primary e-mail address of the person is not verified',
        personMessage: 'GitHub wants you to verify your primary e-mail address first.',
      });
    case 'application_suspended':
      return misconfigured('GitHub has suspended the app; its owner has to write to GitHub support');
    case 'redirect_uri_mismatch':
      return misconfigured(
        'the callback URL is not one of those on the page of the app: enter the issuer, followed by /callback',
      );
    case 'bad_verification_code':
      return new ConnectorError('bad_response', { reason: 'the code is wrong, too old, or was used before' });
    default:
      return new ConnectorError('bad_response', {
        reason: `GitHub refused the code: ${/^[a-z_]{1,60}$/.test(error) ? error : 'an unknown error'}`,
      });
  }
}

function misconfigured(reason: string): ConnectorError {
  return new ConnectorError('misconfigured', { reason });
}
