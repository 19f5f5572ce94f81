import { describe, expect, test } from 'vitest';
import { equals } from '../filters.ts';
import type { SearchAnswer, SearchQuery } from '../wire/connection.ts';
import { NoAnswer } from '../wire/no-answer.ts';
import { SearchesUnderWay } from './searches-under-way.ts';

const query: SearchQuery = {
  base: 'ou=groups,dc=example,dc=org',
  scope: 'sub',
  filter: equals('member', 'cn=all,dc=example,dc=org'),
  attributes: ['cn'],
};
const answer: SearchAnswer = {
  result: { code: 0, message: '' },
  entries: [],
  references: [],
  cookie: undefined,
};
const staying = new AbortController().signal;

/** Searches that are answered when the test says so. */
function directory() {
  const asked: PromiseWithResolvers<SearchAnswer>[] = [];
  const search = () => {
    const question = Promise.withResolvers<SearchAnswer>();
    asked.push(question);
    return question.promise;
  };
  return { asked, search };
}

describe('the same search at the same time', () => {
  test('is made once, and all get its answer', async () => {
    const { asked, search } = directory();
    const underWay = new SearchesUnderWay();
    const all = Array.from({ length: 100 }, () => underWay.join({ ...query }, staying, search));
    expect(asked).toHaveLength(1);
    asked[0]?.resolve(answer);
    expect(new Set(await Promise.all(all))).toEqual(new Set([answer]));
  });

  test('is made again by who comes after the answer: nothing is kept', async () => {
    const { asked, search } = directory();
    const underWay = new SearchesUnderWay();
    const first = underWay.join(query, staying, search);
    asked[0]?.resolve(answer);
    await first;
    const second = underWay.join(query, staying, search);
    expect(asked).toHaveLength(2);
    asked[1]?.resolve({ ...answer });
    expect(await second).not.toBe(answer);
  });

  // Attack: somebody begins a sign-in and leaves it, again and again, to fail those of others.
  test('goes on for the others when the one who asked has left', async () => {
    const { asked, search } = directory();
    const underWay = new SearchesUnderWay();
    const [first, second, third] = [1, 2, 3].map(() => underWay.join(query, staying, search));
    asked[0]?.reject(new Error('left'));
    await expect(first).rejects.toThrow('left');
    await expect.poll(() => asked.length).toBe(2);
    asked[1]?.resolve(answer);
    expect(await second).toBe(answer);
    expect(await third).toBe(answer);
  });

  test('that stays without an answer is not waited for a second time by who waited with it', async () => {
    const { asked, search } = directory();
    const underWay = new SearchesUnderWay();
    const both = [1, 2].map(() => underWay.join(query, staying, search));
    asked[0]?.reject(new NoAnswer('slow', 'not in time'));
    for (const each of both) await expect(each).rejects.toMatchObject({ silence: 'slow' });
    expect(asked).toHaveLength(1);
  });

  test('is left by who leaves, and nobody else notices', async () => {
    const { asked, search } = directory();
    const underWay = new SearchesUnderWay();
    const leaving = new AbortController();
    const first = underWay.join(query, staying, search);
    const second = underWay.join(query, leaving.signal, search);
    leaving.abort(new Error('gone'));
    await expect(second).rejects.toMatchObject({ code: 'unavailable', silence: 'left' });
    asked[0]?.resolve(answer);
    expect(await first).toBe(answer);
  });

  test('that fails for everybody fails for each by itself', async () => {
    const underWay = new SearchesUnderWay();
    let searches = 0;
    const search = async () => {
      searches += 1;
      throw new Error('no answer');
    };
    const all = Array.from({ length: 5 }, () => underWay.join(query, staying, search));
    const results = await Promise.allSettled(all);
    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    expect(searches).toBe(5);
  });
});

// Attack: a question that is nearly the same gets the answer to another one, and with it somebody else's groups.
test.each<[string, Partial<SearchQuery>]>([
  ['base', { base: 'ou=Groups,dc=example,dc=com' }],
  ['scope', { scope: 'one' }],
  ['value', { filter: equals('member', 'cn=all,dc=example,dc=org ') }],
  ['value, as bytes', { filter: equals('member', Buffer.from([0xff])) }],
  ['attribute of the filter', { filter: equals('uniqueMember', 'cn=all,dc=example,dc=org') }],
  ['attributes', { attributes: ['cn', 'memberOf'] }],
  ['limit', { sizeLimit: 10 }],
])('another %s is another search', async (_, difference) => {
  const { asked, search } = directory();
  const underWay = new SearchesUnderWay();
  const both = [
    underWay.join(query, staying, search),
    underWay.join({ ...query, ...difference }, staying, search),
  ];
  expect(asked).toHaveLength(2);
  for (const question of asked) question.resolve(answer);
  await Promise.all(both);
});
