/**
 * Asks GitHub again about somebody who signed in before.
 *
 * Gone is who is proved to have gone: GitHub says that it does not know the token, that the account is suspended, or that
 * the person is in none of the organisations. All else is "could not find out".
 */
import { isDeepStrictEqual } from 'node:util';
import { ConnectorError, type Identity, type RefreshCall, type Refreshed } from '@gatehouse/connector-kit';
import { Refusal } from './api/refusals.ts';
import { isTokenKnown } from './oauth/known-token.ts';
import { rotate } from './oauth/rotate.ts';
import type { NotAdmitted } from './person/admission.ts';
import { readPerson } from './person/read-person.ts';
import type { State } from './state.ts';
import type { Upstream } from './upstream.ts';

/** GitHub's tokens live 8 hours; one that ends during the questions would look revoked. */
const earlier = 5 * 60 * 1000;

export async function refresh(
  upstream: Upstream,
  identity: Identity<State>,
  call: RefreshCall<State>,
): Promise<Refreshed<State>> {
  try {
    return await askAgain(upstream, identity, call);
  } catch (error) {
    throw asUnavailable(error);
  }
}

async function askAgain(
  upstream: Upstream,
  identity: Identity<State>,
  call: RefreshCall<State>,
): Promise<Refreshed<State>> {
  const { state } = identity;
  const soon = state.expires !== undefined && state.expires - earlier < upstream.host.now().getTime();
  if (soon) return renewAndRead(upstream, identity, call);
  try {
    return await readAgain(upstream, identity, call);
  } catch (error) {
    if (!(error instanceof Refusal) || error.kind !== 'token') throw error;
    // Our clock may be slow.
    if (state.refreshToken !== undefined) return renewAndRead(upstream, identity, call);
    return tokenRefused(upstream, identity, call);
  }
}

async function renewAndRead(
  upstream: Upstream,
  identity: Identity<State>,
  call: RefreshCall<State>,
): Promise<Refreshed<State>> {
  const state = await rotate(upstream, identity.state, call);
  // Revoked, or we have lost its successor: it is not GitHub's word about this person.
  if (state === null) {
    return { status: 'gone', reason: 'GitHub does not take the refresh token any more', proof: 'absent' };
  }
  return readAgain(upstream, { ...identity, state }, call);
}

async function readAgain(
  upstream: Upstream,
  before: Identity<State>,
  call: RefreshCall<State>,
): Promise<Refreshed<State>> {
  const { seen, ...tokens } = before.state;
  const person = await readPerson(upstream, tokens, call, seen).catch((error: unknown) => {
    if (error instanceof Refusal && error.kind === 'suspended') return error;
    throw error;
  });
  if (person instanceof Refusal) return { status: 'gone', reason: person.message, proof: 'stated' };
  const { identity, admission } = person;
  if (identity.upstreamId !== before.upstreamId) {
    throw new ConnectorError('unavailable', { reason: 'the token is of another account than it was' });
  }
  if (!admission.admitted) return notAdmitted(admission, upstream);
  // ETags too: what the next refresh presents is stored before anything else can fail.
  if (!isDeepStrictEqual(identity.state, before.state)) await call.saveState(identity.state);
  const { authenticated } = before;
  return { status: 'current', identity: { ...identity, ...(authenticated && { authenticated }) } };
}

/**
 * GitHub's word about this person alone is that they are in none of the organisations. To a GitHub App that is not
 * installed its members look so too; and a team that was renamed or deleted has lost everybody at once.
 * @throws ConnectorError where an organisation cannot be seen: renamed, it would say of everybody that they left
 */
function notAdmitted({ certain, stillMember, reason }: NotAdmitted, { config }: Upstream): Refreshed<State> {
  if (!certain) throw new ConnectorError('unavailable', { reason });
  return { status: 'gone', reason, proof: stillMember || config.app === 'github' ? 'absent' : 'stated' };
}

/**
 * A 401 alone may be a fault of GitHub's: there is a question for just this, which the app asks in its own name. That a
 * token is unknown is not said of the person: an owner can revoke all tokens of the app with one button, or delete it.
 */
async function tokenRefused(
  upstream: Upstream,
  identity: Identity<State>,
  call: RefreshCall<State>,
): Promise<Refreshed<State>> {
  if (await isTokenKnown(upstream, identity.state.token, call)) {
    throw new ConnectorError('unavailable', { reason: 'GitHub refused a token that it calls valid' });
  }
  const reason = 'GitHub does not know the token any more: the person or an administrator has revoked it';
  return { status: 'gone', reason, proof: 'absent' };
}

/** It worked when they signed in: what does not work now says nothing about the person. */
function asUnavailable(error: unknown): unknown {
  if (ConnectorError.is(error) && error.code === 'unavailable') return error;
  const reason = error instanceof Error ? error.message : 'unknown failure';
  return new ConnectorError('unavailable', { reason, cause: error });
}
