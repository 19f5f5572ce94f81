import { expect, it } from 'vitest';
import { asTyped } from './typed-command.ts';

it('writes commands as they are typed in a checkout, and leaves other words alone', () => {
  const text =
    'Run `gatehouse user list`: the role gatehouse owns database gatehouse; gatehouse.yaml, gatehouse users';
  expect(asTyped(text, { npm_package_name: 'gatehouse' })).toBe(
    text.replace('gatehouse user list', 'npm run -s gatehouse -- user list'),
  );
  expect(asTyped(text, { npm_package_name: 'other' })).toBe(text);
  expect(asTyped(text, {})).toBe(text);
});
