/** What an ID token must say beyond what openid-client has compared: issuer, audience, times, nonce, signature. */
import { type Authenticated, ConnectorError } from '@gatehouse/connector-kit';
import { type Claims, textAt, wrongForm } from '@gatehouse/oauth-upstream';
import type { OidcConfig } from './config.ts';
import type { Memo } from './memo.ts';

/**
 * Attack: a token that was made for another client of the same upstream, which whoever runs that client can have
 * (OIDC Core 1.0, section 3.1.3.7, points 3 to 5).
 */
export function checkParties({ aud, azp }: Claims, { clientId, trustedAudiences }: OidcConfig): void {
  const audiences = Array.isArray(aud) ? aud : [aud];
  const strange = audiences.find((one) => one !== clientId && !trustedAudiences.includes(String(one)));
  if (strange !== undefined)
    throw bad('the ID token is meant for others as well (`aud`); `trustedAudiences` allows them');
  if (azp !== undefined && azp !== clientId)
    throw bad('the ID token was asked for by another client (`azp`)');
}

/** Nobody has said it. That keeps somebody out, and at a refresh is no statement about them. */
export class Unsaid extends ConnectorError {
  constructor(options: ConstructorParameters<typeof ConnectorError>[1]) {
    super('not_allowed', options);
  }
}

/** Who may come in, as far as the connector's own configuration says so. @throws ConnectorError, Unsaid */
export function checkAllowed(claims: Claims, { hostedDomains, acrValues }: OidcConfig): void {
  const domain = textAt(claims, 'hd')?.toLowerCase();
  if (hostedDomains.length > 0 && (domain === undefined || !hostedDomains.includes(domain))) {
    const reason = `the account is of ${domain === undefined ? 'no domain' : `the domain ${JSON.stringify(domain)}`} (\`hd\`), and \`hostedDomains\` has others`;
    const personMessage = `Sign in with an account of ${hostedDomains.join(' or ')}.`;
    throw notAllowed(domain, { reason, personMessage });
  }
  const acr = textAt(claims, 'acr');
  if (acrValues.length > 0 && (acr === undefined || !acrValues.includes(acr))) {
    const reason = `the upstream says that the person proved who they are by ${acr === undefined ? 'nothing in particular' : JSON.stringify(acr)} (\`acr\`), and \`acrValues\` wants more`;
    throw notAllowed(acr, { reason });
  }
}

function notAllowed(
  said: string | undefined,
  options: ConstructorParameters<typeof ConnectorError>[1],
): ConnectorError {
  return said === undefined ? new Unsaid(options) : new ConnectorError('not_allowed', options);
}

/**
 * Attack: an upstream that answers `prompt=login` from a session of its own, with which somebody at an unlocked screen
 * gets what needs a password typed just now.
 */
export function checkFreshness(claims: Claims, { maxAge, begunAt }: Memo, config: OidcConfig): void {
  if (maxAge === undefined) return;
  const at = claims.auth_time;
  if (at === undefined && config.insecureNoFreshnessProof) return;
  if (typeof at !== 'number') {
    const reason =
      'a fresh sign-in was asked for, and the upstream does not say when the person signed in (`auth_time`); let it send that claim';
    throw new ConnectorError('misconfigured', { reason });
  }
  if (at < begunAt - maxAge - config.clockTolerance) {
    const reason = 'a fresh sign-in was asked for, and the upstream answered from an older one (`auth_time`)';
    throw new ConnectorError('denied', { reason });
  }
}

/** @throws ConnectorError `bad_response` for a sign-in that is yet to come: every `max_age` would hold for it */
export function authenticatedBy(claims: Claims, now: Date, { clockTolerance }: OidcConfig): Authenticated {
  const { auth_time: at, amr } = claims;
  const acr = textAt(claims, 'acr');
  if (typeof at === 'number' && at > now.getTime() / 1000 + clockTolerance) {
    throw bad('the person is said to have signed in at a time to come (`auth_time`)');
  }
  return {
    ...(typeof at === 'number' && { at: new Date(at * 1000) }),
    ...(acr !== undefined && { acr }),
    ...(amr !== undefined && { amr: methodsIn(amr) }),
  };
}

function methodsIn(amr: Claims[string]): readonly string[] {
  if (typeof amr === 'string') return [amr];
  if (!Array.isArray(amr)) throw wrongForm('amr', 'a list of names', amr ?? null);
  return amr.map((method) => {
    if (typeof method !== 'string') throw wrongForm('amr', 'a list of names', method);
    return method;
  });
}

function bad(reason: string): ConnectorError {
  return new ConnectorError('bad_response', { reason });
}
