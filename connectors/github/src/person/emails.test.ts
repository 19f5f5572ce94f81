import { describe, expect, test } from 'vitest';
import { chooseEmail } from './emails.ts';

const entry = (email: string, verified = true, primary = false) => ({ email, verified, primary });
const all = [
  entry('me@private.example', true, true),
  entry('me@sub.example.com'),
  entry('me@example.com'),
  entry('boss@corp.example.com', false),
];
const plain = { preferredEmailDomain: undefined, insecureTrustUnverifiedEmails: false };

describe('of several addresses', () => {
  test.each([
    [undefined, 'me@private.example'],
    ['example.com', 'me@example.com'],
    ['EXAMPLE.com', 'me@example.com'],
    ['*.example.com', 'me@sub.example.com'],
    ['*.sub.example.com', 'me@private.example'],
    ['elsewhere.example', 'me@private.example'],
    ['ample.com', 'me@private.example'],
  ])('with the preferred domain %s it is %s', (preferredEmailDomain, address) => {
    expect(chooseEmail(all, { ...plain, preferredEmailDomain })).toEqual({ address, verified: true });
  });

  // Attack: somebody enters the address of another at GitHub, and does not need to have it.
  test('one that is not verified never counts', () => {
    expect(chooseEmail([entry('boss@example.com', false, true)], plain)).toBeUndefined();
    expect(
      chooseEmail([entry('boss@example.com', false, true)], {
        ...plain,
        preferredEmailDomain: 'example.com',
      }),
    ).toBeUndefined();
  });

  test('one that is not verified counts where the administrator says so', () => {
    const trusting = { ...plain, insecureTrustUnverifiedEmails: true };
    expect(chooseEmail([entry('boss@example.com', false, true)], trusting)?.address).toBe('boss@example.com');
  });

  test('there may be none', () => {
    expect(chooseEmail([], plain)).toBeUndefined();
    expect(chooseEmail([entry('other@example.com')], plain)).toBeUndefined();
  });
});
