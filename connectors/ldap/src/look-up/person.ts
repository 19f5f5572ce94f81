/** One person: their entry, and all that a sign-in would read of it, step by step. */
import type { Call, Check, LookedUpPerson } from '@gatehouse/connector-kit';
import { attemptToFind, wordsOf } from '../check/attempt.ts';
import type { Directory } from '../directory.ts';
import type { Entry } from '../entry.ts';
import { type Group, names } from '../groups/group.ts';
import { readGroups } from '../groups/read-groups.ts';
import { everybodyByName, idOfOne } from '../people/find-person.ts';
import { identityOf, type State } from '../people/identity.ts';
import type { PersonId } from '../people/ids.ts';
import type { Session } from '../session.ts';
import { checkAccount } from './account.ts';
import { nearMisses } from './near-misses.ts';
import { readAttributes } from './person-attributes.ts';

export interface FoundPerson {
  readonly checks: readonly Check[];
  readonly entry: Entry | undefined;
  readonly groups: readonly Group[];
  readonly person?: LookedUpPerson<State>;
}

export async function lookUpPerson(
  session: Session,
  directory: Directory,
  username: string,
  call: Call,
): Promise<FoundPerson> {
  const { line, found: entry } = await attemptToFind(
    'person',
    () => findEntry(session, directory, username, call),
    () => 'Check `userSearch.baseDn`, and that the service account may search there.',
  );
  if (entry === undefined) return { checks: [line], entry, groups: [] };
  const { checks, ...read } = await readPerson(session, directory, entry, call);
  return { ...read, entry, checks: [line, ...checks] };
}

async function findEntry(session: Session, directory: Directory, username: string, call: Call) {
  const everybody = await everybodyByName(session, directory, username, call);
  const [found, ...others] = everybody;
  if (found === undefined) return nobody(await nearMisses(session, directory, username, call));
  if (others.length > 0) return several(everybody);
  return { found, detail: found.dn };
}

function nobody(hints: readonly string[]) {
  return { ok: false, detail: 'nobody is found by this name', advice: hints.join(' ') };
}

function several(everybody: readonly Entry[]) {
  const advice =
    'A name that stands for several people signs nobody in. Narrow `userSearch.baseDn` or `userSearch.filter`, or let one of them have another name.';
  return {
    ok: false,
    detail: `several have this name: ${everybody.map(({ dn }) => dn).join(' | ')}`,
    advice,
  };
}

/** In the order of a sign-in; a later step is tried although an earlier one failed, so that all is told at once. */
async function readPerson(session: Session, directory: Directory, entry: Entry, call: Call) {
  const { config } = directory;
  const id = await findId(session, directory, entry, call);
  const groups = await findGroups(session, directory, entry, call);
  const attributes = await readAttributes(session, entry.dn, config);
  const made =
    id.found === undefined || groups.found === undefined
      ? { lines: [] }
      : makeIdentity(entry, id.found, groups.found, config);
  const memberships = (groups.found ?? []).map(({ name, dn, how }) => ({ group: name, entry: dn, how }));
  const person = { entry: entry.dn, attributes, memberships };
  return {
    checks: [id.line, checkAccount(entry, directory), groups.line, ...made.lines],
    groups: groups.found ?? [],
    person: 'identity' in made ? { ...person, identity: made.identity } : person,
  };
}

function findId(session: Session, { config }: Directory, entry: Entry, { trace }: Call) {
  return attemptToFind(
    'id',
    async () => {
      const found = await idOfOne(session, entry, config, trace);
      return { found, detail: `${found.text}, from ${found.attribute}` };
    },
    () =>
      'Set `attributes.id` to an attribute that everybody has and no two have the same, or let the service account read it.',
  );
}

function findGroups(session: Session, { config }: Directory, entry: Entry, { trace }: Call) {
  return attemptToFind(
    'groups',
    async () => {
      const found = await readGroups(session, entry, config, trace);
      return { found, detail: `${found.length} in the directory` };
    },
    () => 'All groups or no sign-in: this person cannot sign in until they can all be read.',
  );
}

/** No line where all is well: the other lines say it. */
function makeIdentity(entry: Entry, id: PersonId, groups: readonly Group[], config: Directory['config']) {
  try {
    return { lines: [], identity: identityOf(entry, id, names(groups), config) };
  } catch (error) {
    const advice = 'Correct `attributes`, or give the entry what is missing.';
    return { lines: [{ name: 'identity', ok: false, detail: wordsOf(error), advice }] };
  }
}
