/** `connector check --user --group`: what a sign-in would find about somebody, without the password. */
import type { Call, Check, LookedUp, LookedUpPerson, LookUpRequest } from '@gatehouse/connector-kit';
import { attempt, wordsOf } from '../check/attempt.ts';
import { readRootEntry } from '../check/root-entry.ts';
import type { Directory } from '../directory.ts';
import type { Entry } from '../entry.ts';
import { everybodyByName, idOfOne } from '../find-person.ts';
import { type Group, names } from '../groups/group.ts';
import { readGroups } from '../groups/read-groups.ts';
import { identityOf, type State } from '../identity.ts';
import type { PersonId } from '../ids.ts';
import type { Session } from '../session.ts';
import { checkAccount } from './account.ts';
import { countMembers } from './count-members.ts';
import { lookUpGroups } from './groups-by-name.ts';
import { nearMisses } from './near-misses.ts';
import { readAttributes } from './person-attributes.ts';

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
  const lookedUp: { -readonly [key in keyof LookedUp<State>]: LookedUp<State>[key] } = { ...shown(found) };
  const line = await attempt(
    'groups by name',
    async () => {
      lookedUp.groups = await lookUpGroups(session, asked, groups, call.trace);
      return { detail: `looked for ${groups.length}` };
    },
    () => 'Check the bases of the groups, and that the service account may read below them.',
  );
  return line.ok ? lookedUp : { ...lookedUp, checks: [...lookedUp.checks, line] };
}

interface Found {
  readonly checks: readonly Check[];
  readonly entry: Entry | undefined;
  readonly groups: readonly Group[];
  readonly person?: LookedUpPerson<State>;
}

const nothing: Found = { checks: [], entry: undefined, groups: [] };

function shown({ checks, person }: Found): LookedUp<State> {
  return { checks, ...(person !== undefined && { person }) };
}

async function lookUpPerson(
  session: Session,
  directory: Directory,
  username: string,
  call: Call,
): Promise<Found> {
  let entry: Entry | undefined;
  const person = await attempt(
    'person',
    async () => {
      const everybody = await everybodyByName(session, directory, username, call);
      if (everybody.length === 0) return nobody(await nearMisses(session, directory, username, call));
      if (everybody.length > 1) return several(everybody);
      entry = everybody[0];
      return { detail: entry?.dn ?? '' };
    },
    () => 'Check `userSearch.baseDn`, and that the service account may search there.',
  );
  if (entry === undefined) return { ...nothing, checks: [person] };
  return readPerson(session, directory, entry, [person], call);
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
async function readPerson(
  session: Session,
  directory: Directory,
  entry: Entry,
  before: readonly Check[],
  call: Call,
): Promise<Found> {
  const { config } = directory;
  const checks = [...before];
  let id: PersonId | undefined;
  let groups: readonly Group[] = [];
  const idLine = await attempt(
    'id',
    async () => {
      id = await idOfOne(session, entry, config, call.trace);
      return { detail: `${id.text}, from ${id.attribute}` };
    },
    () =>
      'Set `attributes.id` to an attribute that everybody has and no two have the same, or let the service account read it.',
  );
  const groupsLine = await attempt(
    'groups',
    async () => {
      groups = await readGroups(session, entry, config, call.trace);
      return { detail: `${groups.length} in the directory` };
    },
    () => 'All groups or no sign-in: this person cannot sign in until they can all be read.',
  );
  checks.push(idLine, checkAccount(entry, directory), groupsLine);
  const base = {
    entry: entry.dn,
    attributes: await readAttributes(session, entry.dn, config),
    memberships: groups.map(({ name, dn, how }) => ({ group: name, entry: dn, how })),
  };
  const identity = id === undefined || !groupsLine.ok ? undefined : tryIdentity(entry, id, groups, config);
  if (identity instanceof Error) {
    const advice = 'Correct `attributes`, or give the entry what is missing.';
    checks.push({ name: 'identity', ok: false, detail: wordsOf(identity), advice });
  }
  const made = identity === undefined || identity instanceof Error ? {} : { identity };
  return { checks, entry, groups, person: { ...base, ...made } };
}

function tryIdentity(entry: Entry, id: PersonId, groups: readonly Group[], config: Directory['config']) {
  try {
    return identityOf(entry, id, names(groups), config);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
