/** The contract that every connector passes, and what is this connector's own. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { contractCases, testCall, testHost } from '@gatehouse/connector-kit/testing';
import { config as schema } from '../src/config.ts';
import definition from '../src/index.ts';
import { type Account, PlayedPeopleApi } from './played-people-api.ts';

const api = new PlayedPeopleApi('token-of-this-service');
const url = await api.start();
after(() => api.stop());

const ada: Account = {
  password: 'correct horse battery',
  person: {
    id: '7f1c3a',
    username: 'ada',
    name: 'Ada Lovelace',
    email: { address: 'ada@example.com', verified: true },
    groups: ['engineers', 'admins'],
    groupsComplete: true,
  },
};
const config = { url, token: api.token };

const cases = contractCases({
  definition,
  config,
  groups: ada.person.groups,
  secrets: () => [api.token],
  login: {
    kind: 'password',
    username: ada.person.username,
    password: ada.password,
    wrongPassword: 'correct horse bakery!',
    nobody: 'eve',
    work: () => api.asked,
  },
  upstream: {
    reset: async () => api.become(ada),
    takeDown: async () => {
      api.mood = 'down';
    },
    overload: async () => {
      api.mood = 'overloaded';
    },
    hang: async () => {
      api.mood = 'hanging';
    },
    loseSomeGroups: async () => {
      api.account = { ...ada, person: { ...ada.person, groups: ['engineers'], groupsComplete: false } };
    },
    removePerson: async () => {
      api.account = null;
    },
    changeGroups: async () => {
      api.account = { ...ada, person: { ...ada.person, groups: ['writers'] } };
      return ['writers'];
    },
  },
});
for (const { name, run } of cases) test(name, run);

test('a token that the API refuses is for the administrator, who is told so', async () => {
  api.become(ada);
  const connector = definition.open(schema.parse({ ...config, token: 'an older token' }), testHost());
  const [check] = await connector.check(testCall());
  assert.equal(check?.ok, false);
  assert.match(check.advice ?? '', /`token`/);
});
