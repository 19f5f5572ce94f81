import { afterEach, describe, expect, test } from 'vitest';
import { suffix } from '../../../tests/support/directory-tree.ts';
import {
  bindResult,
  entry,
  type HostileLdap,
  searchResult,
  startHostileLdap,
} from '../../../tests/support/hostile-ldap.ts';
import { openConnector, plainConfig, signIn } from './testing/open-connector.ts';

const people = `ou=People,${suffix}`;
const jane = `cn=jane,${people}`;
const person = { cn: ['jane'], uid: ['jane'], entryUUID: ['5d3c2f1e-8f4a-4a53-9a57-0a2b8f3d9c11'] };

let server: HostileLdap | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

type Attributes = Readonly<Record<string, readonly string[]>>;
type Rest = (id: number, from: number) => readonly Buffer[];

/** Names of groups, as `memberOf` has them. */
function groups(from: number, to: number): readonly string[] {
  return Array.from({ length: to - from + 1 }, (_, n) => `cn=g${from + n},${suffix}`);
}

/** The groups of somebody whose entry has these attributes, and whose further values are asked for one part after the other. */
async function groupsOf(first: Attributes, rest: Rest): Promise<readonly string[] | undefined> {
  let binds = 0;
  server = await startHostileLdap(({ id, kind, bytes }) => {
    if (kind === 'bind') {
      binds += 1;
      return [bindResult(id, binds === 2 ? 49 : 0)];
    }
    if (kind !== 'search') return [];
    const text = bytes.toString('latin1');
    const from = /memberof;range=(\d+)-\*/i.exec(text)?.[1];
    if (from !== undefined) return rest(id, Number(from));
    const group = /cn=(g\d+),dc=/.exec(text)?.[1];
    if (group !== undefined) return [entry(id, `cn=${group},${suffix}`, { cn: [group] }), searchResult(id)];
    return [entry(id, jane, { ...person, ...first }), searchResult(id)];
  });
  const connector = openConnector({
    ...plainConfig(server.port),
    userSearch: { baseDn: people, username: 'uid' },
    memberOf: {},
  });
  return (await signIn(connector, 'jane', 'foo'))?.groups;
}

/** An entry with these attributes is the answer. */
function answers(attributes: (from: number) => Attributes): Rest {
  return (id, from) => [entry(id, jane, attributes(from)), searchResult(id)];
}

const never: Rest = () => expect.unreachable('nothing more was to be asked');
const firstTwo = { 'memberOf;range=0-1': groups(0, 1) };

describe('an attribute of more values than the directory sends at once', () => {
  test('is read part by part to the end', async () => {
    const rest = answers((from) =>
      from === 2 ? { 'memberOf;range=2-3': groups(2, 3) } : { 'memberOf;range=4-*': groups(4, 4) },
    );
    expect(await groupsOf(firstTwo, rest)).toEqual(['g0', 'g1', 'g2', 'g3', 'g4']);
  });

  test('is read in any case of its name and of the option, and beside its own empty list', async () => {
    const rest = answers(() => ({ memberof: [], 'MEMBEROF;RANGE=2-*': groups(2, 2) }));
    const first = { memberOf: [], 'MemberOf;Range=0-1': groups(0, 1) };
    expect(await groupsOf(first, rest)).toEqual(['g0', 'g1', 'g2']);
  });

  test('is whole where the first part says that it is the last', async () => {
    expect(await groupsOf({ 'memberOf;range=0-*': groups(0, 2) }, never)).toEqual(['g0', 'g1', 'g2']);
  });
});

// Attack, or a fault on the way: a part is left out, and with it the group that a rule denies.
describe('parts that do not make a whole are unavailable, never a shorter list:', () => {
  const unavailable = { code: 'unavailable', message: expect.stringContaining('memberOf') };

  test.each<[string, Attributes]>([
    ['the first does not begin at the beginning', { 'memberOf;range=1-2': groups(1, 2) }],
    ['the first is the end of a list', { 'memberOf;range=2-*': groups(2, 3) }],
    ['it has fewer values than it says', { 'memberOf;range=0-2': groups(0, 1) }],
    ['it has more values than it says', { 'memberOf;range=0-0': groups(0, 1) }],
    ['it has no values and is not the last', { 'memberOf;range=0-1': [] }],
    ['it ends before it begins', { 'memberOf;range=0--1': [] }],
    ['it says no end', { 'memberOf;range=0-': groups(0, 1) }],
    ['it has no numbers', { 'memberOf;range=all': groups(0, 1) }],
    ['its numbers are beyond all counting', { 'memberOf;range=0-18446744073709551615': groups(0, 1) }],
    ['it has another option', { 'memberOf;lang-en;range=0-*': groups(0, 1) }],
    ['there are two', { 'memberOf;range=0-1': groups(0, 1), 'memberOf;range=2-*': groups(2, 3) }],
    [
      'the same attribute has values without a range',
      { memberOf: groups(7, 7), 'memberOf;range=0-*': groups(0, 1) },
    ],
  ])('%s', async (_, first) => {
    const rest = answers((from) => ({ [`memberOf;range=${from}-*`]: groups(from, from + 1) }));
    await expect(groupsOf(first, rest)).rejects.toMatchObject(unavailable);
  });

  test.each<[string, Rest]>([
    ['the next leaves a gap', answers(() => ({ 'memberOf;range=3-*': groups(3, 4) }))],
    ['the next overlaps', answers(() => ({ 'memberOf;range=1-*': groups(1, 4) }))],
    ['the next goes back to the first', answers(() => firstTwo)],
    ['the next has no range', answers(() => ({ memberOf: groups(2, 4) }))],
    ['the next is of another attribute', answers(() => ({ 'member;range=2-*': groups(2, 4) }))],
    ['the next is not there', answers(() => ({}))],
    ['the entry is not there any more', (id) => [searchResult(id, 32)]],
    ['the entry may not be seen any more', (id) => [searchResult(id)]],
    [
      'the answer is of another entry',
      (id) => [entry(id, `cn=john,${people}`, { 'memberOf;range=2-*': [] }), searchResult(id)],
    ],
    [
      'there are two answers',
      (id) => [
        entry(id, jane, { 'memberOf;range=2-*': groups(2, 2) }),
        entry(id, jane, { 'memberOf;range=2-*': groups(3, 3) }),
        searchResult(id),
      ],
    ],
    [
      'the directory gives up',
      (id, from) => [entry(id, jane, { [`memberOf;range=${from}-*`]: groups(2, 3) }), searchResult(id, 11)],
    ],
    ['they never end', answers((from) => ({ [`memberOf;range=${from}-${from}`]: groups(from, from) }))],
  ])('%s', async (_, rest) => {
    await expect(groupsOf(firstTwo, rest)).rejects.toMatchObject(unavailable);
  });
});
