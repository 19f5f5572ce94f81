/** Asks for new tokens with a refresh token, and what it means where the upstream says no (RFC 6749, section 6). */
import { ConnectorError, type Refreshed } from '@gatehouse/connector-kit';
import * as client from 'openid-client';
import { failureOf, readable, type Step } from './failures.ts';

export interface RefusalRules {
  /** Parts of an `error_description` that speak of this very person: they were shut out. */
  readonly leftWhen: readonly string[];
  /** What it means that a token is taken no more. */
  readonly revoked: 'gone' | 'unavailable';
  /** Kept out of the log. */
  readonly clientSecret?: string | undefined;
}

export type TokenAnswer = client.TokenEndpointResponse & client.TokenEndpointResponseHelpers;
export type Gone = Extract<Refreshed<never>, { readonly status: 'gone' }>;

/** In a tag of our own: what an upstream sends could be called `status` as well. */
export type Redeemed = { readonly tokens: TokenAnswer } | { readonly gone: Gone };

export async function redeemRefreshToken(
  opened: client.Configuration,
  refreshToken: string,
  rules: RefusalRules,
): Promise<Redeemed> {
  const step = { asked: 'the token endpoint', secrets: [refreshToken, rules.clientSecret] };
  try {
    return { tokens: await client.refreshTokenGrant(opened, refreshToken) };
  } catch (error) {
    if (error instanceof client.ResponseBodyError) return { gone: whatNoMeans(error, rules, step) };
    throw failureOf(error, step);
  }
}

/** The upstream wants to see the person again. It may have withdrawn the token for a hundred reasons. */
const notAnyMore: ReadonlySet<string> = new Set([
  'invalid_grant',
  'interaction_required',
  'login_required',
  'consent_required',
]);

/**
 * A token that is taken no more is no proof that its owner has left: passwords are changed, sessions end, keys are
 * lost. But nobody can ever be asked with it again, so the person signs in again; and should an upstream have
 * forgotten all its tokens at once, the brake on absences holds.
 */
function whatNoMeans(
  { error, error_description: description = '' }: client.ResponseBodyError,
  { leftWhen, revoked }: RefusalRules,
  step: Step,
): Gone {
  const said = readable(`${error}: ${description}`, step.secrets);
  if (error === 'invalid_grant' && leftWhen.some((part) => description.includes(part))) {
    return {
      status: 'gone',
      proof: 'stated',
      reason: `the upstream says that the person was shut out (${said})`,
    };
  }
  if (notAnyMore.has(error) && revoked === 'gone') {
    return {
      status: 'gone',
      proof: 'absent',
      reason: `the upstream takes the refresh token no more (${said})`,
    };
  }
  // Whatever else it says, it says of us; and "denied" would be taken for a statement about the person.
  throw new ConnectorError('unavailable', { reason: `${step.asked} said no (${said})` });
}
