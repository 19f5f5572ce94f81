/** `connector check --user --group`: what a sign-in would find about somebody, without the password. */
import type { Call, LookedUp, LookUpRequest } from '@gatehouse/connector-kit';
import { attemptToFind, wordsOf } from '../check/attempt.ts';
import { readRootEntry } from '../check/root-entry.ts';
import type { Directory } from '../directory.ts';
import type { State } from '../people/identity.ts';
import type { Session } from '../session.ts';
import { countMembers } from './count-members.ts';
import { lookUpGroups } from './groups-by-name.ts';
import { type FoundPerson, lookUpPerson } from './person.ts';

/** Who asks for more groups wants to know whether they are there. */
const mostCounted = 10;

/** Never throws for a directory that fails: the lines say what did. */
export async function lookUp(directory: Directory, who: LookUpRequest, call: Call): Promise<LookedUp<State>> {
  const signal = directory.deadline(call.signal);
  try {
    const found = await directory.use(signal, (session) => lookUpIn(session, directory, who, call));
    // Last, and each for itself: the members of one group may be more than a connection lets through.
    return found.groups === undefined || found.groups.length > mostCounted
      ? found
      : { ...found, groups: await countMembers(directory, found.groups, signal) };
  } catch (error) {
    const advice = 'Without `--user` and `--group`, the check shows at which step it fails.';
    return { checks: [{ name: 'directory', ok: false, detail: wordsOf(error), advice }] };
  }
}

async function lookUpIn(
  session: Session,
  directory: Directory,
  { username, groups }: LookUpRequest,
  call: Call,
): Promise<LookedUp<State>> {
  const root = await readRootEntry(session);
  const found = username === undefined ? nothing : await lookUpPerson(session, directory, username, call);
  if (groups === undefined) return shown(found);
  const asked = {
    config: directory.config,
    roots: root.contexts,
    person: found.entry,
    memberships: found.groups,
  };
  const { line, found: lookedUp } = await attemptToFind(
    'groups by name',
    async () => ({
      found: await lookUpGroups(session, asked, groups, call.trace),
      detail: `looked for ${groups.length}`,
    }),
    () => 'Check the bases of the groups, and that the service account may read below them.',
  );
  if (lookedUp !== undefined) return { ...shown(found), groups: lookedUp };
  return { ...shown(found), checks: [...found.checks, line] };
}

const nothing: FoundPerson = { checks: [], entry: undefined, groups: [] };

function shown({ checks, person }: FoundPerson): LookedUp<State> {
  return { checks, ...(person !== undefined && { person }) };
}
