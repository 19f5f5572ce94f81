/** Asks again about somebody who signed in before. */
import { type Call, ConnectorError, type Identity, type Refreshed } from '@gatehouse/connector-kit';
import type { Directory } from './directory.ts';
import { unavailable } from './errors.ts';
import { findById, proveThatOthersAreVisible } from './find-person.ts';
import { names } from './groups/group.ts';
import { readGroups } from './groups/read-groups.ts';
import { identityOf, personId, type State } from './identity.ts';

/** `gone` needs proof: the id is not there, while other people are. */
export async function refresh(
  directory: Directory,
  identity: Identity<State>,
  call: Call,
): Promise<Refreshed<State>> {
  const { config } = directory;
  const { state } = identity;
  return directory.use(directory.deadline(call.signal), async (session) => {
    const person = await findById(session, config, state, call.trace).catch(asUnavailable);
    if (person === null) {
      await proveThatOthersAreVisible(session, config, state, call.trace);
      return {
        status: 'gone',
        reason: `no entry below "${config.userSearch.baseDn.join('", "')}" has this id and passes the filter`,
      };
    }
    const groups = names(await readGroups(session, person, config, call.trace));
    const id = personId(person, config, state);
    return { status: 'current', identity: identityOf(person, id, groups, config) };
  });
}

/** A base that cannot be read says nothing about the person; it worked when they signed in. */
function asUnavailable(error: unknown): never {
  if (ConnectorError.is(error) && error.code === 'misconfigured') throw unavailable(error.message, error);
  throw error;
}
