/** Asks again about somebody who signed in before. */
import { type Call, ConnectorError, type Identity, type Refreshed } from '@gatehouse/connector-kit';
import { type Question, whyMissing } from './account/absence.ts';
import { accountState } from './account/account-state.ts';
import type { AccountState, Finding } from './account/states.ts';
import type { LdapConfig } from './config.ts';
import type { Directory } from './directory.ts';
import type { Entry } from './entry.ts';
import { unavailable } from './errors.ts';
import { findById } from './find-person.ts';
import { names } from './groups/group.ts';
import { readGroups } from './groups/read-groups.ts';
import { identityOf, personId, type State } from './identity.ts';
import type { Session } from './session.ts';

/** `gone` needs proof: the entry says so, or the id is not there, while other people are. */
export async function refresh(
  directory: Directory,
  identity: Identity<State>,
  call: Call,
): Promise<Refreshed<State>> {
  const signal = directory.deadline(call.signal);
  return directory.use(signal, (session) => ask({ directory, identity, call, signal }, session));
}

async function ask(question: Question, session: Session): Promise<Refreshed<State>> {
  const { directory, identity, call } = question;
  const { config } = directory;
  const { state } = identity;
  const person = await findById(session, config, state, call.trace).catch(asUnavailable);
  if (person === null) return whyMissing(question, session).catch(asUnavailable);

  const finding = endingState(person, directory, call);
  if (finding !== undefined) {
    return { status: 'gone', proof: 'stated', reason: `${person.dn}: ${spelled(finding)}` };
  }
  const groups = names(await readGroups(session, person, config, call.trace));
  return { status: 'current', identity: identityOf(person, personId(person, config, state), groups, config) };
}

function endingState(
  person: Entry,
  { config, now }: { readonly config: LdapConfig; now(): Date },
  { trace }: Call,
): Finding | undefined {
  const findings = accountState(person, now());
  if (findings.length > 0) trace.step('ldap account', { person: person.dn, states: findings.map(spelled) });
  return findings.find(({ state }) => ends(state, config.onLocked));
}

/**
 * A password that has expired keeps somebody from signing in anew; whoever is signed in has shown it when it was good.
 * Attack: if a lock ended sessions, anybody could end those of others with a few wrong passwords.
 */
function ends(state: AccountState, onLocked: LdapConfig['onLocked']): boolean {
  if (state === 'account locked') return onLocked === 'refuse';
  return state !== 'password expired' && state !== 'password to be changed';
}

function spelled({ state, because }: Finding): string {
  return `${state} (${because})`;
}

/** It worked when they signed in: what does not work now says nothing about the person. */
function asUnavailable(error: unknown): never {
  if (ConnectorError.is(error) && error.code === 'misconfigured') throw unavailable(error.message, error);
  throw error;
}
