/** Asks again about somebody who signed in before. */
import { type Call, ConnectorError, type Identity, type Refreshed } from '@gatehouse/connector-kit';
import { type Question, whyMissing } from './account/absence.ts';
import { whatEnds } from './account/good-standing.ts';
import { spelled } from './account/states.ts';
import type { Directory } from './directory.ts';
import { unavailable } from './errors.ts';
import { names } from './groups/group.ts';
import { readGroups } from './groups/read-groups.ts';
import { findById } from './people/find-person.ts';
import { identityOf, personId, type State } from './people/identity.ts';
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

  const finding = whatEnds(person, directory, call.trace);
  if (finding !== undefined) {
    return { status: 'gone', proof: 'stated', reason: `${person.dn}: ${spelled(finding)}` };
  }
  const groups = names(await readGroups(session, person, config, call.trace));
  return { status: 'current', identity: identityOf(person, personId(person, config, state), groups, config) };
}

/** It worked when they signed in: what does not work now says nothing about the person. */
function asUnavailable(error: unknown): never {
  if (ConnectorError.is(error) && error.code === 'misconfigured') throw unavailable(error.message, error);
  throw error;
}
