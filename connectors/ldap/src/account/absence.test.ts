import type { Identity } from '@gatehouse/connector-kit';
import { testCall, testHost } from '@gatehouse/connector-kit/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { person, root, suffix, unit } from '../../../../tests/support/directory-tree.ts';
import { ldifEntry } from '../../../../tests/support/ldif.ts';
import { type OpenLdap, startOpenLdap } from '../../../../tests/support/openldap.ts';
import type { State } from '../people/identity.ts';
import { openConnector, signIn } from '../testing/open-connector.ts';

const people = `ou=People,${suffix}`;
const guests = `ou=Guests,${suffix}`;
const jane = `cn=jane,${people}`;
const service = `cn=service,${suffix}`;
const janesId = '5d3c2f1e-8f4a-4a53-9a57-0a2b8f3d9c11';

const skeleton = [root, person('service', 'service', suffix), unit('People'), unit('Guests'), unit('Former')];
const others = [
  person('john', 'bar', people, { uid: 'john' }),
  person('gus', 'bar', guests, { uid: 'gus', employeeType: 'guest' }),
];
const withJane = person('jane', 'foo', people, { uid: 'jane', entryUUID: janesId, employeeType: 'staff' });
const ldif = [...skeleton, ...others, withJane].join('');

let first: OpenLdap;
const more: OpenLdap[] = [];
beforeEach(async () => {
  first = await startOpenLdap({ ldif });
});
afterEach(async () => {
  await first.stop();
  await Promise.all(more.splice(0).map((server) => server.stop()));
});

/** A second server of the same directory, with what it has by now. */
async function second(tree: readonly string[], settings = ''): Promise<OpenLdap> {
  const server = await startOpenLdap({ ldif: tree.join(''), settings });
  more.push(server);
  return server;
}

function open(
  servers: readonly OpenLdap[] = [first],
  userSearch: Readonly<Record<string, unknown>> = {},
  host = testHost(),
) {
  const config = {
    host: servers.map(({ port }) => `127.0.0.1:${port}`),
    insecureNoTls: true,
    ...{ bindDn: service, bindPassword: 'service' },
    userSearch: { baseDn: people, username: 'uid', ...userSearch },
  };
  return openConnector(config, host);
}

async function signedIn(connector = open()): Promise<Identity<State>> {
  const identity = await signIn(connector, 'jane', 'foo');
  if (identity === null) throw new Error('jane cannot sign in');
  return identity;
}

const refresh = (identity: Identity<State>, connector = open()) => connector.refresh?.(identity, testCall());
const remove = (server: OpenLdap, dn = jane) => server.modify(`dn: ${dn}\nchangetype: delete\n`);
const unavailable = (words: string) => ({ code: 'unavailable', message: expect.stringContaining(words) });

describe('where a second server', () => {
  test('does not have the person either, the person is gone', async () => {
    const servers = [first, await second([...skeleton, ...others])];
    const before = await signedIn();
    await remove(first);
    const found = await refresh(before, open(servers));
    expect(found).toMatchObject({ status: 'gone', proof: 'absent' });
    for (const { port } of servers)
      expect(found).toHaveProperty('reason', expect.stringContaining(String(port)));
  });

  test.each([
    ['still has the person, one of them lags behind', [...skeleton, ...others, withJane], `has ${jane}`],
    ['has the bases and nobody in them, it is half restored', skeleton, 'nobody else can be seen'],
    ['has no base, it is another tree', [root, person('service', 'service', suffix)], 'there is no'],
  ])('%s: nobody is gone', async (_, tree, words) => {
    const servers = [first, await second(tree)];
    const before = await signedIn();
    await remove(first);
    await expect(refresh(before, open(servers))).rejects.toMatchObject(unavailable(words));
  });

  test('cannot be reached, nobody is gone', async () => {
    const dead = await second([...skeleton, ...others]);
    const before = await signedIn();
    await remove(first);
    const host = testHost();
    const connector = open([first, dead], {}, host);
    await dead.stop();
    more.length = 0;
    await expect(refresh(before, connector)).rejects.toMatchObject(unavailable('not confirmed'));
    // The first has answered: it is not the one that is away.
    const away = host.logged.map(({ fields }) => fields.server);
    expect(away).not.toContain(`127.0.0.1:${first.port}`);
    expect(await signIn(connector, 'john', 'bar')).not.toBeNull();
  });

  test('has the person outside of the filter, nobody is gone: the first may lag behind', async () => {
    const guest = person('jane', 'foo', people, { uid: 'jane', entryUUID: janesId, employeeType: 'guest' });
    const servers = [first, await second([...skeleton, ...others, guest])];
    const before = await signedIn();
    await remove(first);
    const filter = '(!(employeeType=guest))';
    await expect(refresh(before, open(servers, { filter }))).rejects.toMatchObject(
      unavailable(`has ${jane}`),
    );
  });

  // A replica that was restored without an attribute of the filter would shut out a whole company.
  test('lets the person pass the filter, nobody is gone', async () => {
    const janeHere = person('jane', 'foo', people, { uid: 'jane', entryUUID: janesId });
    const servers = [first, await second([...skeleton, ...others, janeHere])];
    const filter = '(!(employeeType=guest))';
    const before = await signedIn();
    await first.modify(`dn: ${jane}\nchangetype: modify\nreplace: employeeType\nemployeeType: guest\n`);
    await expect(refresh(before, open(servers, { filter }))).rejects.toMatchObject(
      unavailable(`has ${jane}`),
    );
  });

  test('says that the person does not pass the filter, they are gone', async () => {
    const guest = person('jane', 'foo', people, { uid: 'jane', entryUUID: janesId, employeeType: 'guest' });
    const servers = [first, await second([...skeleton, ...others, guest])];
    const filter = '(!(employeeType=guest))';
    const before = await signedIn();
    await first.modify(`dn: ${jane}\nchangetype: modify\nreplace: employeeType\nemployeeType: guest\n`);
    expect(await refresh(before, open(servers, { filter }))).toMatchObject({
      status: 'gone',
      proof: 'absent',
    });
  });

  test('is not asked about somebody who is there', async () => {
    const servers = [first, await second(skeleton)];
    const before = await signedIn();
    expect(await refresh(before, open(servers))).toMatchObject({ status: 'current' });
    expect(await more[0]?.log()).not.toContain(`BIND dn="${service}"`);
  });
});

describe('one server alone', () => {
  test('proves an absence, which the brake covers', async () => {
    const before = await signedIn();
    await remove(first);
    expect(await refresh(before)).toMatchObject({ status: 'gone', proof: 'absent' });
  });

  test('names the entry of somebody who no longer passes the filter; the brake covers that, too', async () => {
    const filter = '(!(employeeType=guest))';
    const before = await signedIn();
    await first.modify(`dn: ${jane}\nchangetype: modify\nreplace: employeeType\nemployeeType: guest\n`);
    expect(await refresh(before, open([first], { filter }))).toEqual({
      ...{ status: 'gone', proof: 'absent' },
      reason: expect.stringContaining(`${jane} no longer passes \`userSearch.filter\``),
    });
  });

  // A whole tree that is moved by an administrator who forgets us would otherwise end everybody's sessions at once.
  test('calls somebody who was moved out of the bases absent, so that the brake covers it', async () => {
    const before = await signedIn();
    const move = 'changetype: modrdn\nnewrdn: cn=jane\ndeleteoldrdn: 0';
    await first.modify(`dn: ${jane}\n${move}\nnewsuperior: ou=Former,${suffix}\n`);
    expect(await refresh(before)).toMatchObject({ status: 'gone', proof: 'absent' });
  });

  test('finds somebody who was moved to another of the bases', async () => {
    const bases = { baseDn: [people, guests] };
    const before = await signedIn();
    const move = 'changetype: modrdn\nnewrdn: cn=jane\ndeleteoldrdn: 0';
    await first.modify(`dn: ${jane}\n${move}\nnewsuperior: ${guests}\n`);
    expect(await refresh(before, open([first], bases))).toMatchObject({ status: 'current' });
  });
});

describe('nobody is gone, and the refresh is unavailable', () => {
  async function afterSettings(settings: string, userSearch = {}): Promise<unknown> {
    const before = await signedIn();
    await remove(first);
    await first.restart(settings);
    return refresh(before, open([first], userSearch));
  }

  test('where one of two bases can no longer be read', async () => {
    const settings = `access to dn.base="${guests}" by anonymous auth by * none\naccess to * by * read`;
    const bases = { baseDn: [people, guests] };
    await expect(afterSettings(settings, bases)).rejects.toMatchObject(
      unavailable(`there is no "${guests}"`),
    );
  });

  test('where nobody can be seen below one of two bases', async () => {
    const settings = `access to dn.base="${guests}" by * read\naccess to dn.subtree="${guests}" by anonymous auth by * none\naccess to * by * read`;
    const bases = { baseDn: [people, guests] };
    await expect(afterSettings(settings, bases)).rejects.toMatchObject(unavailable(`below "${guests}"`));
  });

  test('where what the filter asks for can no longer be read', async () => {
    const settings = 'access to attrs=employeeType by * none\naccess to * by * read';
    const before = await signedIn();
    await first.restart(settings);
    const connector = open([first], { filter: '(employeeType=*)' });
    await expect(refresh(before, connector)).rejects.toMatchObject(unavailable('nobody else'));
  });

  test('where the entry is there, and its id can no longer be read', async () => {
    const before = await signedIn();
    await first.restart(`access to dn.base="${jane}" attrs=entryUUID by * none\naccess to * by * read`);
    await expect(refresh(before)).rejects.toMatchObject(unavailable(`"entryUUID" of ${jane} cannot be read`));
  });

  test.each([
    ['an alias', { objectClass: ['alias', 'extensibleObject'], aliasedObjectName: guests }],
    ['a referral', { objectClass: ['referral', 'extensibleObject'], ref: 'ldap://127.0.0.1:9/dc=elsewhere' }],
  ])('where %s has taken the place of the base', async (_, attributes) => {
    const before = await signedIn();
    const pointing = ldifEntry(people, { ou: 'People', ...attributes });
    const moved = await second([root, person('service', 'service', suffix), unit('Guests'), pointing]);
    await expect(refresh(before, open([moved]))).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('where the service account is refused', async () => {
    const before = await signedIn();
    await remove(first);
    await first.modify(`dn: ${service}\nchangetype: modify\nreplace: userPassword\nuserPassword: changed\n`);
    await expect(refresh(before)).rejects.toMatchObject({ code: 'misconfigured' });
  });
});
