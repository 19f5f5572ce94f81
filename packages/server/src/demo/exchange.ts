/** The back channel of the demo: code for token, and the checks that any client owes its users. */
import type { Config } from '@gatehouse/config';
import { BrokerError } from '@gatehouse/core';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import { callSelf } from './call-self.ts';

/** What the browser keeps between leaving and coming back. */
export interface Trip {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export interface Exchange {
  readonly config: Config;
  readonly code: string;
  readonly trip: Trip;
  readonly clientId: string;
  readonly redirectUri: string;
}

export interface DemoToken {
  readonly idToken: string;
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: JWTPayload;
}

/** @throws BrokerError `sign_in_expired` for a code that is not good, `internal` for a token that is not */
export async function exchangeCode({
  config,
  code,
  trip,
  clientId,
  redirectUri,
}: Exchange): Promise<DemoToken> {
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    client_id: clientId,
    redirect_uri: redirectUri,
    code_verifier: trip.verifier,
  });
  const answer = await callSelf(config, '/token', form);
  if (answer.status === 503)
    throw new BrokerError('storage_unavailable', { reason: 'no answer to the code' });
  const { id_token: idToken } = answer.json;
  if (answer.status !== 200 || typeof idToken !== 'string') {
    throw new BrokerError('sign_in_expired', { reason: `the code was answered with ${answer.status}` });
  }
  return verify(config, idToken, clientId, trip.nonce);
}

/** OIDC Core 1.0, section 3.1.3.7. */
async function verify(config: Config, idToken: string, audience: string, nonce: string): Promise<DemoToken> {
  const keys = (await callSelf(config, '/keys')).json as unknown as JSONWebKeySet;
  try {
    const { issuer } = config;
    const verified = await jwtVerify(idToken, createLocalJWKSet(keys), { issuer, audience });
    if (verified.payload.nonce !== nonce)
      throw new errors.JWTClaimValidationFailed('nonce', verified.payload);
    return { idToken, header: { ...verified.protectedHeader }, claims: verified.payload };
  } catch (cause) {
    throw new BrokerError('internal', { reason: 'our own ID token does not verify', cause });
  }
}
