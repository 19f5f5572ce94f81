/** What `connector check --user --group` tells about the people of the played upstream. */
import type { Check, FoundGroup, LookedUp, LookedUpGroup, LookUpRequest } from '@gatehouse/connector-kit';
import type { Person } from './config.ts';
import { identityOf, type MockState } from './identity.ts';
import type { Moment } from './upstream.ts';

export function lookedUp({ username, groups }: LookUpRequest, { people }: Moment): LookedUp<MockState> {
  const person = people.find(({ id, username: name }) => name === username || id === username);
  return {
    ...(username === undefined ? { checks: [] } : aboutPerson(person)),
    ...(groups !== undefined && { groups: groups.map((asked) => aboutGroup(asked, people, person)) }),
  };
}

function aboutPerson(person: Person | undefined): Omit<LookedUp<MockState>, 'groups'> {
  if (person === undefined) {
    const advice = 'Add them under `people`.';
    return { checks: [{ name: 'person', ok: false, detail: 'there is nobody by this name', advice }] };
  }
  const identity = identityOf(person, { rotation: 0 }, undefined);
  const { id, username, displayName, email, groups } = person;
  const attributes = Object.entries({ id, username, displayName, email })
    .filter((pair): pair is [string, string] => pair[1] !== undefined)
    .map(([name, value]) => ({ name, values: [value] }));
  return {
    checks: [{ name: 'person', ok: true, detail: id }, behaviourOf(person)],
    person: {
      entry: id,
      attributes: [...attributes, { name: 'groups', values: groups }],
      identity,
      memberships: identity.groups.map((group) => ({ group, how: 'written in the configuration' })),
    },
  };
}

function behaviourOf({ behaviour }: Person): Check {
  const name = 'behaviour';
  if (behaviour === 'normal' || behaviour === 'slow') return { name, ok: true, detail: behaviour };
  return { name, ok: false, detail: behaviour, advice: 'Set `behaviour: normal` for this person.' };
}

function aboutGroup(asked: string, people: readonly Person[], person: Person | undefined): LookedUpGroup {
  const members = people.filter((each) => groupsOf(each).includes(asked));
  if (members.length === 0) return { asked, found: [] };
  const remarks =
    person === undefined || members.includes(person) ? [] : [`${person.username} is not a member of it.`];
  const found: FoundGroup = { name: asked, counts: true, members: members.length, remarks };
  return { asked, found: [found] };
}

function groupsOf(person: Person): readonly string[] {
  return identityOf(person, { rotation: 0 }, undefined).groups;
}
