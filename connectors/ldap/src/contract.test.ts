import { contractCases, type UpstreamControls } from '@gatehouse/connector-kit/testing';
import { afterAll, describe, test } from 'vitest';
import { group, person, root, suffix, unit } from '../../../tests/support/directory-tree.ts';
import { startLdapProxy } from '../../../tests/support/ldap-proxy.ts';
import { startOpenLdap } from '../../../tests/support/openldap.ts';
import ldap from './index.ts';
import { plainConfig } from './testing/open-connector.ts';

const people = `ou=People,${suffix}`;
const groups = `ou=Groups,${suffix}`;
const jane = `cn=jane,${people}`;
const janesEntry = person('jane', 'correct horse', people, { uid: 'jane', mail: 'jane@example.com' });

const directory = await startOpenLdap({
  ldif: [
    root,
    person('service', 'service secret', suffix),
    unit('People'),
    janesEntry,
    person('john', 'another horse', people, { uid: 'john' }),
    unit('Groups'),
    ...['admins', 'writers', 'readers'].map((name) => group(name, groups, [jane])),
    group('others', groups, [`cn=john,${people}`]),
  ].join(''),
});
const proxy = await startLdapProxy(directory.port);
afterAll(async () => {
  await proxy.stop();
  await directory.stop();
});

/** One entry an answer, and no pages: the person is found, two groups are not. */
const shortAnswers = 'limits * size.soft=1 size.hard=1 size.pr=1 size.prtotal=1\naccess to * by * read';

let undo: (() => Promise<void>)[] = [];

const upstream: UpstreamControls = {
  async reset() {
    await proxy.reset();
    for (const step of undo) await step();
    undo = [];
  },
  takeDown: () => proxy.takeDown(),
  hang: async () => proxy.hang(),
  async loseSomeGroups() {
    undo.push(() => directory.restart(''));
    await directory.restart(shortAnswers);
  },
  async removePerson() {
    undo.push(() => directory.modify(janesEntry.replace('\nobjectClass', '\nchangetype: add\nobjectClass')));
    await directory.modify(`dn: ${jane}\nchangetype: delete\n`);
  },
  async changeGroups() {
    undo.push(() => directory.modify(membership('delete')));
    await directory.modify(membership('add'));
    return ['admins', 'writers', 'readers', 'others'];
  },
};

function membership(change: 'add' | 'delete'): string {
  return `dn: cn=others,${groups}\nchangetype: modify\n${change}: member\nmember: ${jane}\n`;
}

describe('the connector contract', () => {
  const cases = contractCases({
    definition: ldap,
    config: {
      ...plainConfig(proxy.port),
      bindDn: `cn=service,${suffix}`,
      bindPassword: 'service secret',
      userSearch: { baseDn: people, username: ['uid', 'mail'] },
      groupSearch: { baseDn: groups },
    },
    groups: ['admins', 'writers', 'readers'],
    upstream,
    secrets: () => ['service secret'],
    login: {
      kind: 'password',
      username: 'jane',
      password: 'correct horse',
      wrongPassword: 'correct house',
      nobody: 'nobody',
      work: () => proxy.asked.filter((word) => word !== 'unbind'),
    },
  });
  for (const { name, run } of cases) test(name, run);
});
