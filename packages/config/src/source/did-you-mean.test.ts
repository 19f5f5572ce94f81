import { expect, test } from 'vitest';
import { didYouMean, suggestion } from './did-you-mean.ts';

const known = ['id', 'name', 'redirectUris', 'public'];

test.each([
  ['nmae', 'name'],
  ['redirectURIs', 'redirectUris'],
  ['redirect_uris', 'redirectUris'],
  ['Public', 'public'],
  ['ids', 'id'],
])('%s is near to %s', (word, meant) => {
  expect(didYouMean(word, known)).toBe(meant);
});

test.each(['secret', 'xy', '', 'x'.repeat(10_000)])('nothing is near to %.20s', (word) => {
  expect(didYouMean(word, known)).toBeNull();
});

test('without known words there is nothing to suggest', () => {
  expect(suggestion('name', [])).toBe('');
});
