/**
 * What openid-client's errors mean in the words of the contract.
 *
 * Their causes hold tokens, claims and whole answers, so they are never passed on: what is kept is a text of the
 * library's own, or the two fields in which an upstream explains itself, cut and with our secrets taken out.
 */
import { ConnectorError, type ConnectorErrorCode } from '@gatehouse/connector-kit';
import * as client from 'openid-client';

export interface Step {
  /** As it is called in the log: `the token endpoint`. */
  readonly asked: string;
  /** What was sent: an upstream that quotes it shall not bring it into our log. Undefined: there is none. */
  readonly secrets?: readonly (string | undefined)[];
}

/** What an upstream says of itself: RFC 6749, sections 4.1.2.1 and 5.2; OIDC Core 1.0, section 3.1.2.6. */
const meanings: Readonly<Record<string, ConnectorErrorCode>> = {
  access_denied: 'denied',
  login_required: 'denied',
  interaction_required: 'denied',
  consent_required: 'denied',
  account_selection_required: 'denied',
  unmet_authentication_requirements: 'denied',
  server_error: 'unavailable',
  temporarily_unavailable: 'unavailable',
  slow_down: 'unavailable',
  invalid_client: 'misconfigured',
  unauthorized_client: 'misconfigured',
  invalid_scope: 'misconfigured',
  unsupported_grant_type: 'misconfigured',
  unsupported_response_type: 'misconfigured',
  redirect_uri_mismatch: 'misconfigured',
};

export function failureOf(error: unknown, step: Step): ConnectorError {
  const known = connectorErrorIn(error);
  if (known !== undefined) return known;
  if (error instanceof client.ResponseBodyError) return saidNo(step, error.error, error.error_description);
  if (error instanceof client.AuthorizationResponseError) {
    return saidNo(step, error.error, error.error_description);
  }
  if (error instanceof client.WWWAuthenticateChallengeError) return challenged(step, error);
  if (error instanceof client.ClientError) return outOfOrder(step, error);
  // A key that cannot be read, an address that is none: thrown by the platform, about what the upstream sent.
  return new ConnectorError('bad_response', { reason: `${step.asked} sent something that cannot be used` });
}

/** `invalid_grant` and the like; undefined if the upstream did not say no in so many words. */
export function errorCodeOf(error: unknown): string | undefined {
  return error instanceof client.ResponseBodyError ? error.error : undefined;
}

export function saidNo(step: Step, error: string, description: string | undefined): ConnectorError {
  const said = readable(`${error}${description ? `: ${description}` : ''}`, step.secrets);
  const code = Object.hasOwn(meanings, error) ? meanings[error] : undefined;
  return new ConnectorError(code ?? 'bad_response', { reason: `${step.asked} said no (${said})` });
}

/** For the log: one line, not too long, without what we sent. */
export function readable(text: string, secrets: readonly (string | undefined)[] = []): string {
  const without = secrets
    .flatMap((secret) => (secret ? waysToWrite(secret) : []))
    .reduce((left, one) => left.replaceAll(one, '…'), text.replaceAll(signedByUs, '…'));
  return without
    .replaceAll(/[\p{C}\p{Z}]+/gu, ' ')
    .trim()
    .slice(0, 300);
}

/** A client assertion (RFC 7523), which is made for each request. Begins nowhere else, so that a long text takes no time. */
const signedByUs = /(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]+/g;

/** As it is, and as it is on its way in a form or an address. */
function waysToWrite(secret: string): readonly string[] {
  const inForm = new URLSearchParams({ s: secret }).toString().slice('s='.length);
  return [secret, inForm, encodeURIComponent(secret)];
}

function challenged(step: Step, { status }: client.WWWAuthenticateChallengeError): ConnectorError {
  const reason = `${step.asked} does not accept what Gatehouse showed (status ${status})`;
  return new ConnectorError('misconfigured', { reason });
}

const timeouts: ReadonlySet<string | undefined> = new Set(['OAUTH_TIMEOUT', 'OAUTH_ABORT']);

function outOfOrder({ asked }: Step, error: client.ClientError): ConnectorError {
  if (timeouts.has(error.code))
    return new ConnectorError('unavailable', { reason: `${asked} did not answer` });
  if (error.cause instanceof Response) return ofNoUse(asked, error.cause);
  const { cause } = error;
  const why = cause instanceof Error && fromLibrary.has(cause.name) ? cause.message : error.message;
  return new ConnectorError('bad_response', { reason: `${asked}: ${readable(why)}` });
}

function ofNoUse(asked: string, { status, headers }: Response): ConnectorError {
  if (status === 200) {
    const page = /^text\/html\b/i.test(headers.get('content-type') ?? '');
    const sent = page
      ? 'a page for people, and not JSON: is the address right?'
      : 'something that is not JSON';
    return new ConnectorError('bad_response', { reason: `${asked} sent ${sent}` });
  }
  const lost = status === 404 || status === 410;
  const reason = `${asked} answered with status ${status}${lost ? ': is the address right?' : ''}`;
  return new ConnectorError(lost ? 'misconfigured' : 'unavailable', { reason });
}

/** Their messages are constant: they name a claim or a parameter, and quote nothing. */
const fromLibrary: ReadonlySet<string> = new Set(['OperationProcessingError', 'UnsupportedOperationError']);

/** What `upstreamFetch` threw, out of what openid-client wrapped around it. */
function connectorErrorIn(error: unknown): ConnectorError | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth += 1) {
    if (ConnectorError.is(at)) return at;
  }
  return undefined;
}
