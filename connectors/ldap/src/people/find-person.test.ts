import { testCall } from '@gatehouse/connector-kit/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { person, root, suffix, unit } from '../../../../tests/support/directory-tree.ts';
import { type LdapProxy, startLdapProxy } from '../../../../tests/support/ldap-proxy.ts';
import { type OpenLdap, startOpenLdap } from '../../../../tests/support/openldap.ts';
import { openConnector, plainConfig, secureConfig, signIn } from '../testing/open-connector.ts';

const corp = `ou=Corp,${suffix}`;
const asia = `ou=Asia,${corp}`;
const sales = `ou=Sales\\2C EMEA,${suffix}`;

let directory: OpenLdap;
let proxy: LdapProxy;
beforeAll(async () => {
  const ldif = [
    root,
    unit('Corp'),
    unit('Asia', corp),
    unit('Other'),
    person('jane', 'corp', corp, { uid: 'jane', mail: 'jane@example.com' }),
    person('jane', 'asia', asia, { uid: 'jane' }),
    person('jane', 'other', `ou=Other,${suffix}`, { uid: 'jane' }),
    person('only', 'only', asia, { uid: 'only' }),
    person('twins', 'twins', corp, { uid: 'one', mail: 'twin@example.com' }),
    person('twin', 'twin', asia, { uid: 'twin@example.com' }),
    `\ndn: ${sales}\nobjectClass: organizationalUnit\nou: Sales, EMEA\n`,
    person('Doe\\, John', 'john', sales, { uid: 'john' }),
  ];
  directory = await startOpenLdap({ ldif: ldif.join('') });
  proxy = await startLdapProxy(directory.port);
});
afterAll(async () => {
  await proxy?.stop();
  await directory?.stop();
});

function open(userSearch: Readonly<Record<string, unknown>>, more: Readonly<Record<string, unknown>> = {}) {
  return openConnector({
    ...secureConfig(directory),
    ...more,
    userSearch: { username: 'uid', ...userSearch },
  });
}

describe('a person who is looked for in several places', () => {
  test('is one where the places lie inside each other, in any spelling', async () => {
    const connector = open({ baseDn: [asia, corp.toUpperCase(), suffix] });
    expect(await signIn(connector, 'only', 'only')).toMatchObject({ username: 'only' });
    expect(await signIn(connector, 'ONLY', 'only')).toMatchObject({ username: 'only' });
  });

  test('is nobody where there is one in each, whatever the password', async () => {
    const connector = open({ baseDn: [corp, `ou=Other,${suffix}`] });
    for (const password of ['corp', 'asia', 'other']) {
      expect(await signIn(connector, 'jane', password)).toBeNull();
    }
  });

  test('is nobody where a name is the user name of one and the address of another', async () => {
    const connector = open({ baseDn: corp, username: ['uid', 'mail'] });
    const call = testCall();
    const { login } = connector;
    if (login.kind !== 'password') throw new Error('not a password connector');
    expect(await login.verify({ username: 'twin@example.com', password: 'twin' }, call)).toBeNull();
    expect(call.logged).toMatchObject([{ fields: { people: [`cn=twins,${corp}`, `cn=twin,${asia}`] } }]);
  });
});

describe('a name with a domain', () => {
  const netbiosDomains = { CORP: corp, ASIA: asia };

  test('is that of the person in that domain, and in no other', async () => {
    const connector = open({ baseDn: suffix, netbiosDomains });
    expect(await signIn(connector, 'CORP\\jane', 'corp')).toMatchObject({ username: 'jane' });
    expect(await signIn(connector, 'asia\\JANE', 'asia')).toMatchObject({ username: 'jane' });
    expect(await signIn(connector, 'CORP\\jane', 'asia')).toBeNull();
    expect(await signIn(connector, 'CORP\\only', 'only')).toBeNull();
    expect(await signIn(connector, 'OTHER\\jane', 'other')).toBeNull();
  });

  test('is nothing special where no domains are known', async () => {
    expect(await signIn(open({ baseDn: asia }), 'ASIA\\jane', 'asia')).toBeNull();
    expect(await signIn(open({ baseDn: asia }), 'jane', 'asia')).not.toBeNull();
  });

  test('neither shows in the trace, nor does what stands behind it', async () => {
    const call = testCall();
    const { login } = open({ baseDn: suffix, netbiosDomains });
    if (login.kind !== 'password') throw new Error('not a password connector');
    await login.verify({ username: 'CORP\\typed-by-mistake', password: 'wrong' }, call);
    expect(JSON.stringify(call.steps)).not.toContain('typed-by-mistake');
  });

  // Attack: the work that is done tells which domains have a person of that name.
  test('costs the same for a person, for nobody, and for a domain that is unknown', async () => {
    const account = { bindDn: directory.adminDn, bindPassword: directory.adminPassword, ca: undefined };
    const workOf = async (username: string) => {
      const connector = open({ baseDn: suffix, netbiosDomains }, { ...plainConfig(proxy.port), ...account });
      await proxy.reset();
      await signIn(connector, username, 'wrong');
      return proxy.asked.filter((word) => word !== 'unbind');
    };
    const known = await workOf('CORP\\jane');
    expect(known.filter((word) => word === 'search')).toHaveLength(1);
    expect(known.at(-1)).toBe('bind');
    for (const username of ['CORP\\nobody', 'CORP\\only', 'ELSEWHERE\\jane', 'jane']) {
      expect(await workOf(username)).toEqual(known);
    }
  });
});

describe('a person whose id is the DN', () => {
  test('is found again below a base that is spelled in another way than the directory spells it', async () => {
    const connector = open({ baseDn: `ou=sales\\, EMEA,${suffix}` }, { insecureIdFromDn: true });
    const identity = await signIn(connector, 'john', 'john');
    if (identity === null) throw new Error('john cannot sign in');
    expect(await connector.refresh?.(identity, testCall())).toMatchObject({ status: 'current', identity });
  });
});

describe('a person is known again by the id', () => {
  const move = (dn: string, change: string) => directory.modify(`dn: ${dn}\n${change}\n`);
  const start = async (name: string) => {
    await directory.modify(
      person(name, name, corp, { uid: name }).replace('\nobjectClass', '\nchangetype: add\nobjectClass'),
    );
    const connector = open({ baseDn: corp });
    const identity = await signIn(connector, name, name);
    if (identity === null) throw new Error(`${name} cannot sign in`);
    return { identity, again: () => connector.refresh?.(identity, testCall()), connector };
  };

  test('who was renamed, moved and given another user name', async () => {
    const { identity, again } = await start('moved');
    await move(
      `cn=moved,${corp}`,
      `changetype: modrdn\nnewrdn: cn=Wed\\, Newly\ndeleteoldrdn: 1\nnewsuperior: ${asia}`,
    );
    await move(`cn=Wed\\, Newly,${asia}`, 'changetype: modify\nreplace: uid\nuid: newly');
    expect(await again()).toMatchObject({
      status: 'current',
      identity: { upstreamId: identity.upstreamId, username: 'newly' },
    });
  });

  test('and is not the next one of the same name', async () => {
    const { identity, again, connector } = await start('recreated');
    await move(`cn=recreated,${corp}`, 'changetype: delete');
    const next = await start('recreated');
    expect(next.identity.upstreamId).not.toBe(identity.upstreamId);
    expect(await again()).toMatchObject({ status: 'gone' });
    expect(await signIn(connector, 'recreated', 'recreated')).toMatchObject({
      upstreamId: next.identity.upstreamId,
    });
  });
});
