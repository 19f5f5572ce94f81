import { contractCases } from '@gatehouse/connector-kit/testing';
import { hash as bcrypt } from '@node-rs/bcrypt';
import { beforeAll, describe, test } from 'vitest';
import { createLocalConnector, hashPassword, type LocalAccount } from './index.ts';
import { PlayedDirectory } from './testing/played-directory.ts';

const password = 'correct horse battery';
const ada: Omit<LocalAccount, 'passwordHash'> = {
  id: '5d0b8a5e-3b4e-4a51-9a39-0d1c8f2a7e11',
  email: 'ada@example.com',
  name: 'Ada Lovelace',
  groups: ['engineers', 'admins'],
};

describe.each([
  ['argon2id', () => hashPassword(password)],
  ['bcrypt', () => bcrypt(password, { cost: 10 })],
])('the connector contract, with a password hash of %s', (_kind, hash) => {
  const directory = new PlayedDirectory();
  let passwordHash = '';
  beforeAll(async () => {
    passwordHash = await hash();
  });
  const cases = contractCases({
    definition: createLocalConnector({ users: directory }),
    config: { usernameLabel: 'E-mail' },
    groups: ada.groups,
    secrets: () => [passwordHash],
    login: {
      kind: 'password',
      username: ' Ada@Example.com',
      password,
      wrongPassword: 'correct horse bakery!',
      nobody: 'eve@example.com',
      work: () => directory.questions,
    },
    upstream: {
      reset: async () => directory.become({ ...ada, passwordHash }),
      takeDown: async () => directory.fail(),
      hang: async () => directory.hang(),
      removePerson: async () => directory.become(),
      changeGroups: async () => {
        directory.become({ ...ada, passwordHash, groups: ['writers'] });
        return ['writers'];
      },
    },
  });
  for (const { name, run } of cases) test(name, run);
});
