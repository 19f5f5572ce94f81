import type { Identity } from '@gatehouse/connector-kit';
import { testCall } from '@gatehouse/connector-kit/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { group, person, root, suffix, unit } from '../../../tests/support/directory-tree.ts';
import { type OpenLdap, startOpenLdap } from '../../../tests/support/openldap.ts';
import type { State } from './people/identity.ts';
import { openConnector, secureConfig, signIn } from './testing/open-connector.ts';

const people = `ou=People,${suffix}`;
const jane = `cn=jane,${people}`;
const service = `cn=service,${suffix}`;

const ldif = [
  root,
  person('service', 'service', suffix),
  unit('People'),
  unit('Sales', people),
  unit('Former'),
  person('jane', 'foo', people, { uid: 'jane', mail: 'jane@example.com' }),
  person('john', 'bar', people, { uid: 'john' }),
  unit('Groups'),
  group('admins', `ou=Groups,${suffix}`, [jane]),
  group('writers', `ou=Groups,${suffix}`, [`cn=john,${people}`]),
].join('');

let directory: OpenLdap;
beforeEach(async () => {
  directory = await startOpenLdap({ ldif });
});
afterEach(() => directory.stop());

function open(more: Readonly<Record<string, unknown>> = {}) {
  return openConnector({
    ...secureConfig(directory),
    ...{ bindDn: service, bindPassword: 'service' },
    userSearch: { baseDn: people, username: 'uid', filter: '(objectClass=inetOrgPerson)' },
    groupSearch: { baseDn: `ou=Groups,${suffix}` },
    ...more,
  });
}

async function signedIn(connector = open()): Promise<Identity<State>> {
  const identity = await signIn(connector, 'jane', 'foo');
  if (identity === null) throw new Error('jane cannot sign in');
  return identity;
}

function refresh(identity: Identity<State>, connector = open()) {
  return connector.refresh?.(identity, testCall());
}

describe('a refresh', () => {
  test('brings new attributes and groups, under the same id', async () => {
    const before = await signedIn();
    await directory.modify(`dn: ${jane}
changetype: modify
replace: mail
mail: jane.doe@example.com

dn: cn=writers,ou=Groups,${suffix}
changetype: modify
add: member
member: ${jane}
`);
    expect(await refresh(before)).toEqual({
      status: 'current',
      identity: {
        ...before,
        email: { address: 'jane.doe@example.com', verified: true },
        groups: ['admins', 'writers'],
      },
    });
  });

  test('finds a person who was renamed and moved', async () => {
    const before = await signedIn();
    await directory.modify(`dn: ${jane}
changetype: modrdn
newrdn: cn=jane smith
deleteoldrdn: 1
newsuperior: ou=Sales,${people}

dn: cn=jane smith,ou=Sales,${people}
changetype: modify
replace: uid
uid: jsmith
`);
    expect(await refresh(before)).toMatchObject({
      status: 'current',
      identity: { upstreamId: before.upstreamId, username: 'jsmith', displayName: 'jane smith', groups: [] },
    });
  });

  test('does not take a new person of the same name for the one who left', async () => {
    const before = await signedIn();
    await directory.modify(`dn: ${jane}
changetype: delete

dn: ${jane}
changetype: add
objectClass: inetOrgPerson
cn: jane
sn: jane
uid: jane
`);
    expect(await refresh(before)).toMatchObject({ status: 'gone' });
  });

  test('says gone for a person who was deleted', async () => {
    const before = await signedIn();
    await directory.modify(`dn: ${jane}\nchangetype: delete\n`);
    expect(await refresh(before)).toMatchObject({ status: 'gone', reason: expect.stringContaining(people) });
  });

  test('says gone for a person who was moved out of the base', async () => {
    const before = await signedIn();
    await directory.modify(
      `dn: ${jane}\nchangetype: modrdn\nnewrdn: cn=jane\ndeleteoldrdn: 0\nnewsuperior: ou=Former,${suffix}\n`,
    );
    expect(await refresh(before)).toMatchObject({ status: 'gone' });
  });

  test('says gone for a person whom the filter now leaves out', async () => {
    const filter = '(!(employeeType=former))';
    const connector = open({ userSearch: { baseDn: people, username: 'uid', filter } });
    const before = await signedIn(connector);
    await directory.modify(`dn: ${jane}\nchangetype: modify\nadd: employeeType\nemployeeType: former\n`);
    expect(await refresh(before, connector)).toMatchObject({ status: 'gone' });
  });

  test('works with the DN as id, and says gone after a rename', async () => {
    const connector = open({ insecureIdFromDn: true });
    const before = await signedIn(connector);
    expect(await refresh(before, connector)).toMatchObject({ status: 'current' });
    await directory.modify(`dn: ${jane}\nchangetype: modrdn\nnewrdn: cn=janet\ndeleteoldrdn: 1\n`);
    expect(await refresh(before, connector)).toMatchObject({ status: 'gone' });
  });

  test('says gone for a DN outside of a base that was made narrower', async () => {
    const before = await signedIn(open({ insecureIdFromDn: true }));
    await directory.modify(
      `dn: cn=bob,ou=Sales,${people}\nchangetype: add\nobjectClass: inetOrgPerson\ncn: bob\nsn: bob\nuid: bob\n`,
    );
    const userSearch = { baseDn: `ou=Sales,${people}`, username: 'uid' };
    const narrow = open({ insecureIdFromDn: true, userSearch });
    expect(await refresh(before, narrow)).toMatchObject({ status: 'gone' });
  });

  test('keeps the id of somebody who signed in before `attributes.id` was changed', async () => {
    const before = await signedIn();
    const changed = open({ attributes: { id: 'uid', username: 'cn' } });
    expect(await refresh(before, changed)).toMatchObject({ identity: { upstreamId: before.upstreamId } });
  });
});

describe('a directory that shows nothing is unavailable, and nobody is gone', () => {
  const unavailable = { code: 'unavailable' };

  test.each([
    ['the service account lost all its rights', 'access to * by anonymous auth by * none'],
    [
      'the service account lost its rights below the base',
      `access to dn.base="${people}" by * read\naccess to dn.subtree="${people}" by anonymous auth by * none\naccess to * by * read`,
    ],
    [
      'the service account may no longer search by the id',
      'access to attrs=entryUUID by * none\naccess to * by * read',
    ],
  ])('because %s', async (_, settings) => {
    const before = await signedIn();
    await directory.restart(settings);
    await expect(refresh(before)).rejects.toMatchObject(unavailable);
  });

  test('because only the base itself is left to see, however its name is spelled', async () => {
    const spaced = { userSearch: { baseDn: people.replaceAll(',', ', ').toUpperCase(), username: 'uid' } };
    const before = await signedIn(open(spaced));
    await directory.restart(
      `access to dn.base="${people}" by * read\naccess to dn.subtree="${people}" by anonymous auth by * none\naccess to * by * read`,
    );
    await expect(refresh(before, open(spaced))).rejects.toMatchObject(unavailable);
  });

  test('because the base was renamed', async () => {
    const before = await signedIn();
    await directory.modify(`dn: ${people}\nchangetype: modrdn\nnewrdn: ou=Everybody\ndeleteoldrdn: 1\n`);
    await expect(refresh(before)).rejects.toMatchObject(unavailable);
  });

  test('because it is down', async () => {
    const before = await signedIn();
    const connector = open();
    await directory.stop();
    await expect(refresh(before, connector)).rejects.toMatchObject(unavailable);
    directory = await startOpenLdap({ ldif });
  });
});
