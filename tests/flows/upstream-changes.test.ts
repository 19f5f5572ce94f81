/** What changes at the upstream, or in the rules, shows at the next refresh. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { group, root, suffix, uidPerson } from '../support/directory-tree.ts';
import { client, type House, mock, openHouse, passwordOf } from '../support/house.ts';
import { type LdapProxy, startLdapProxy } from '../support/ldap-proxy.ts';
import { type Answer, post } from '../support/oidc-flow.ts';
import { type OpenLdap, startOpenLdap } from '../support/openldap.ts';
import { until } from '../support/until.ts';

const tokens = { upstreamCheck: '0s', upstreamGrace: '2s', refreshGrace: '0s' };

/** A client that keeps its tokens, as kubelogin does. */
class Holder {
  readonly #house: House;
  #token: string;

  constructor(house: House, token: string) {
    this.#house = house;
    this.#token = token;
  }

  async refresh(): Promise<Answer> {
    const form = { grant_type: 'refresh_token', client_id: 'kubernetes', refresh_token: this.#token };
    const answer = await post(this.#house, '/token', form);
    if (answer.status === 200) this.#token = String(answer.json.refresh_token);
    return answer;
  }

  /** @throws unless there is a new token */
  async claims(): Promise<Record<string, unknown>> {
    return claimsOf(await this.refresh());
  }
}

function claimsOf(answer: Answer): Record<string, unknown> {
  expect(answer.json.error).toBeUndefined();
  const [, payload = ''] = String(answer.json.id_token).split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString());
}

async function signIn(house: House, name: string, password = passwordOf(name)): Promise<Holder> {
  const rp = await house.party('kubernetes');
  return new Holder(house, (await rp.signIn(name, password)).refresh_token ?? '');
}

/** Stale tokens first; then, when the grace is over, none, and the refresh token is kept. */
async function outlastsGrace(holder: Holder): Promise<void> {
  const stale = await holder.claims();
  expect(stale.stale_since).toEqual(expect.any(Number));
  const answer = await until('the grace to end', async () => {
    const one = await holder.refresh();
    return one.status === 200 ? undefined : one;
  });
  expect(answer.status).toBe(503);
  expect(answer.json.error).toBe('temporarily_unavailable');
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
}

describe('a played upstream', () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse({ config: { tokens } });
  });
  beforeEach(() => house.behave({}));
  afterAll(() => house.close());

  test('groups that change are in the next token', async () => {
    const alice = await signIn(house, 'alice');
    expect((await alice.claims()).groups).toEqual(['admins', 'dev']);
    await house.behave({ people: { alice: { groups: ['auditors'] } } });
    expect((await alice.claims()).groups).toEqual(['auditors']);
  });

  test('a person who has left gets no more tokens, and others do', async () => {
    const [alice, bob] = [await signIn(house, 'alice'), await signIn(house, 'bob')];
    await house.behave({ people: { alice: { behaviour: 'gone' } } });
    const answer = await alice.refresh();
    expect([answer.status, answer.json.error]).toEqual([503, 'temporarily_unavailable']);
    expect(answer.json).not.toHaveProperty('id_token');
    expect((await bob.refresh()).status).toBe(200);
  });

  test('a person who comes back finds their refresh token as it was', async () => {
    const alice = await signIn(house, 'alice');
    await house.behave({ people: { alice: { behaviour: 'gone' } } });
    expect((await alice.refresh()).status).toBe(503);
    await house.behave({});
    expect((await alice.refresh()).status).toBe(200);
  });

  test.each(['unavailable', 'partialGroups'])(
    '%s is not "gone": old groups, a mark, and then 503',
    async (behaviour) => {
      const alice = await signIn(house, 'alice');
      await house.behave({ people: { alice: { behaviour, groups: ['dev'] } } });
      expect((await alice.claims()).groups).toEqual(['admins', 'dev']);
      await outlastsGrace(alice);
      await house.behave({});
      const back = await alice.claims();
      expect(back.groups).toEqual(['admins', 'dev']);
      expect(back.stale_since).toBeUndefined();
    },
  );

  test('ten refreshes of one person at once, on two processes, agree', async () => {
    const second = await house.replica();
    const holders = await Promise.all(Array.from({ length: 4 }, () => signIn(house, 'carol')));
    await house.behave({ people: { carol: { groups: ['fresh'] } } });
    const groups = await Promise.all(holders.map(async (holder) => (await holder.claims()).groups));
    expect(groups).toEqual(Array(4).fill(['fresh']));
    await second.stop();
  });
});

describe('a change of the configuration', () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse();
  });
  afterAll(() => house.close());

  const corp = (rules: object) => ({
    connectors: [{ ...mock('corp', 'Example directory', { kind: 'password' }), rules }],
    clients: [native()],
  });

  test('a rule acts at once, though the upstream is not asked again', async () => {
    const alice = await signIn(house, 'alice');
    await house.restart(corp({ groups: { rename: { admins: 'cluster-admins' }, prefix: 'corp:' } }));
    expect((await alice.claims()).groups).toEqual(['corp:cluster-admins', 'corp:dev']);
    await house.restart(corp({ groups: { exclude: ['admins'] } }));
    expect((await alice.claims()).groups).toEqual(['dev']);
  });

  test('a deny rule keeps out who has a token already, and lets them back when it goes', async () => {
    const alice = await signIn(house, 'alice');
    const bob = await signIn(house, 'bob');
    await house.restart(corp({ deny: { groups: ['admins'] } }));
    expect((await alice.refresh()).json.error).toBe('invalid_grant');
    expect((await bob.refresh()).status).toBe(200);
    await house.restart(corp({}));
    expect((await alice.refresh()).status).toBe(200);
  });

  test('groups that a client requires are asked for at the sign-in and at each refresh', async () => {
    const bob = await signIn(house, 'bob');
    await house.restart({ ...corp({}), clients: [native({ requireGroups: ['adm*'] })] });
    expect((await bob.refresh()).json.error).toBe('invalid_grant');
    await expect(signIn(house, 'bob')).rejects.toThrow('not allowed to use this service');
    const alice = await signIn(house, 'alice');
    expect((await alice.refresh()).status).toBe(200);
  });

  test('a connector that is taken out takes its people along', async () => {
    await house.restart(corp({}));
    const alice = await signIn(house, 'alice');
    await house.restart({
      connectors: [mock('other', 'Another directory', { kind: 'password' })],
      clients: [native({ connectors: [] })],
    });
    expect((await alice.refresh()).json.error).toBe('invalid_grant');
    await house.restart(corp({}));
    expect((await alice.refresh()).status).toBe(200);
  });
});

describe('a directory', () => {
  let directory: OpenLdap;
  let line: LdapProxy;
  let house: House;
  beforeAll(async () => {
    directory = await startOpenLdap({ ldif });
    line = await startLdapProxy(directory.port);
    house = await openHouse({
      config: {
        tokens,
        connectors: [{ id: 'corp', type: 'ldap', config: ldapConfig(line.port) }],
        clients: [native()],
      },
      env: { LDAP_PASSWORD: directory.adminPassword },
    });
  });
  afterAll(async () => {
    await house.close();
    await line.stop();
    await directory.stop();
  });

  test('a membership that is taken away is gone from the next token', async () => {
    const dora = await signIn(house, 'dora');
    expect((await dora.claims()).groups).toEqual(['admins', 'staff']);
    await directory.modify(
      'dn: cn=admins,dc=example,dc=org\nchangetype: modify\ndelete: member\nmember: uid=dora,dc=example,dc=org\n',
    );
    expect((await dora.claims()).groups).toEqual(['staff']);
  });

  test('while it is away tokens are marked, then refused with 503, and come again when it is back', async () => {
    const dora = await signIn(house, 'dora');
    await line.takeDown();
    await outlastsGrace(dora);
    await line.reset();
    expect((await dora.claims()).stale_since).toBeUndefined();
  });

  test('a person who is deleted gets no more tokens', async () => {
    const emil = await signIn(house, 'emil');
    const dora = await signIn(house, 'dora');
    await directory.modify('dn: uid=emil,dc=example,dc=org\nchangetype: delete\n');
    const answer = await emil.refresh();
    expect([answer.status, answer.json.error]).toEqual([503, 'temporarily_unavailable']);
    expect((await dora.refresh()).status).toBe(200);
    await expect(signIn(house, 'emil')).rejects.toThrow('do not match');
  });
});

function native(changes: Record<string, unknown> = {}) {
  return client('kubernetes', {
    public: true,
    native: true,
    connectors: ['corp'],
    redirectUris: ['http://127.0.0.1:8000/callback'],
    ...changes,
  });
}

function ldapConfig(port: number) {
  return {
    host: `127.0.0.1:${port}`,
    insecureNoTls: true,
    bindDn: 'cn=admin,dc=example,dc=org',
    bindPassword: { fromEnv: 'LDAP_PASSWORD' },
    userSearch: { baseDn: 'dc=example,dc=org', filter: '(objectClass=inetOrgPerson)', username: 'uid' },
    groupSearch: { baseDn: 'dc=example,dc=org', filter: '(objectClass=groupOfNames)' },
  };
}

const ldif = [
  root,
  ...['dora', 'emil'].map((name) => uidPerson(name, passwordOf(name), suffix)),
  group('admins', suffix, [`uid=dora,${suffix}`, `cn=admin,${suffix}`]),
  group('staff', suffix, [`uid=dora,${suffix}`, `uid=emil,${suffix}`]),
].join('');
