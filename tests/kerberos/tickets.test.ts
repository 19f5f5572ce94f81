/** Tickets of a real KDC, checked by the connector against a real directory. */
import { type Connector, ConnectorError, type Identity, type Negotiate } from '@gatehouse/connector-kit';
import { type TestHost, testCall, testHost } from '@gatehouse/connector-kit/testing';
import ldap from '@gatehouse/connector-ldap';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { exampleDirectory } from '../support/example-directory.ts';
import { type Kerberos, startKerberos } from '../support/kerberos.ts';
import type { LoggedIn } from '../support/kerberos-computer.ts';
import { type OpenLdap, startOpenLdap } from '../support/openldap.ts';

const home = 'EXAMPLE.TEST';
const foreign = 'OTHER.TEST';
const people = 'ou=people,dc=example,dc=com';

type Opened = Connector<never> & { readonly negotiate: Negotiate<unknown> };

let kdc: Kerberos;
let directory: OpenLdap;
let keytab: string;
let jane: LoggedIn;
const open: Connector<never>[] = [];

beforeAll(async () => {
  [kdc, directory] = await Promise.all([
    startKerberos({ realms: [home, foreign] }),
    startOpenLdap({ ldif: exampleDirectory, suffix: 'dc=example,dc=com' }),
  ]);
  keytab = await kdc.keytab(home, ['HTTP/localhost', 'host/localhost']);
  for (const name of ['jane', 'JANE', 'nobody', 'jane/admin', 'leaver', 'john', 'pc01$']) {
    await kdc.administer(home, `addprinc -pw secret ${name}`);
  }
  // The home realm trusts the foreign one, as forests and acquired companies do.
  await kdc.administer(foreign, 'addprinc -pw secret jane');
  for (const realm of [home, foreign])
    await kdc.administer(realm, `addprinc -pw shared krbtgt/${home}@${foreign}`);
  jane = await kdc.logIn(`jane@${home}`, 'secret');
});
afterEach(async () => {
  for (const connector of open.splice(0)) await connector.close?.();
});
afterAll(async () => {
  await directory?.stop();
  await kdc?.stop();
});

function connect(kerberos: Readonly<Record<string, unknown>> = {}, host: TestHost = testHost()): Opened {
  const config = {
    preset: 'openldap',
    host: `localhost:${directory.ldapsPort}`,
    ca: directory.ca,
    bindDn: directory.adminDn,
    bindPassword: directory.adminPassword,
    userSearch: { baseDn: people },
    groupSearch: { baseDn: 'ou=groups,dc=example,dc=com' },
    kerberos: { keytab, service: 'HTTP/localhost', realms: { [home]: people }, ...kerberos },
  };
  const read = ldap.config['~standard'].validate(config);
  if (read instanceof Promise || read.issues !== undefined) throw new Error(JSON.stringify(read));
  const connector = ldap.open(read.value, host) as unknown as Connector<never>;
  open.push(connector);
  if (connector.login.kind !== 'password' || connector.login.negotiate === undefined)
    throw new Error('no tickets');
  return { ...connector, negotiate: connector.login.negotiate };
}

/** Who it is, or why not, as the log has it. */
async function present(token: Uint8Array, connector = connect()): Promise<Identity<unknown> | string> {
  const call = testCall();
  const accepted = await connector.negotiate.accept(token, call);
  return (
    accepted?.identity ??
    String(call.logged.find(({ message }) => message === 'ticket refused')?.fields.reason)
  );
}

describe('a ticket', () => {
  it('makes the same identity as the password does, with the groups, and says how it was proved', async () => {
    const connector = connect();
    const accepted = await connector.negotiate.accept(await jane.token(), testCall());
    if (connector.login.kind !== 'password') throw new Error('no form');
    const typed = await connector.login.verify({ username: 'jane', password: 'jane-secret' }, testCall());
    expect(accepted?.identity).toEqual({ ...typed, authenticated: { amr: ['wia'] } });
    expect(accepted?.identity.groups).toContain('staff');
    expect(accepted?.reply?.length).toBeGreaterThan(50);
  });

  it('serves many people at once', async () => {
    const john = await kdc.logIn(`john@${home}`, 'secret');
    const connector = connect();
    const tokens = await Promise.all(
      Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? jane : john).token()),
    );
    const found = await Promise.all(tokens.map((token) => present(token, connector)));
    const names = found.map((identity) => (typeof identity === 'string' ? identity : identity.username));
    expect(names).toEqual(tokens.map((_, n) => (n % 2 === 0 ? 'jane' : 'john')));
  });

  it('of an alias is found by the whole principal where the directory has it', async () => {
    await directory.modify(
      `dn: uid=john,${people}\nchangetype: modify\nadd: description\ndescription: jane@${foreign}\n`,
    );
    const kerberos = { principalAttribute: 'description', realms: { [home]: people, [foreign]: people } };
    const stranger = await kdc.logIn(`jane@${foreign}`, 'secret');
    expect(await present(await stranger.token(), connect(kerberos))).toMatchObject({ username: 'john' });
    expect(await present(await jane.token(), connect(kerberos))).toBe(
      `jane@${home} is nobody in the directory`,
    );
  });
});

describe('attacks', () => {
  it('Attack: a ticket seen on the way is used again. This computer remembers it.', async () => {
    const token = await jane.token();
    const connector = connect();
    expect(await present(token, connector)).toMatchObject({ username: 'jane' });
    expect(await present(token, connector)).toMatch(/replay/);
  });

  it('Attack: it is used again at another replica, which has not seen it. They share what they have seen.', async () => {
    const elsewhere = { ...testHost(), once: async () => false };
    expect(await present(await jane.token(), connect({}, elsewhere))).toBe('the ticket was used already');
  });

  it('Attack: somebody of the same name in a realm that ours trusts.', async () => {
    const stranger = await kdc.logIn(`jane@${foreign}`, 'secret');
    expect(await present(await stranger.token())).toBe(
      `jane@${foreign} is of a realm that is not in \`kerberos.realms\``,
    );
  });

  it('Attack: the same, where both realms count. Each has its own people.', async () => {
    const stranger = await kdc.logIn(`jane@${foreign}`, 'secret');
    const realms = { [home]: people, [foreign]: 'ou=others,dc=example,dc=com' };
    expect(await present(await stranger.token(), connect({ realms }))).toBe(
      `jane@${foreign} is nobody in the directory`,
    );
  });

  it('Attack: a ticket for another service of this computer, which got it from the person.', async () => {
    expect(await present(await jane.token('host'))).toMatch(
      /does not match server principal HTTP\/localhost/,
    );
  });

  it('Attack: a principal that differs in case alone, which a directory takes for the same name.', async () => {
    const shouting = await kdc.logIn(`JANE@${home}`, 'secret');
    expect(await present(await shouting.token())).toBe(`JANE@${home} is nobody in the directory`);
  });

  it.each(['jane/admin', 'pc01$'])(
    'Attack: %s, which is an instance or a computer and no person.',
    async (name) => {
      const other = await kdc.logIn(`${name}@${home}`, 'secret');
      expect(await present(await other.token())).toBe(`${name}@${home} is no person`);
    },
  );

  it('Attack: a ticket that was made with another key, as whoever runs a KDC of that name can.', async () => {
    const forger = await startKerberos({ realms: [home] });
    try {
      await forger.administer(home, 'addprinc -pw secret jane');
      await forger.keytab(home, ['HTTP/localhost']);
      const forged = await (await forger.logIn(`jane@${home}`, 'secret')).token();
      expect(await present(forged)).toMatch(/keytab|decrypt/i);
    } finally {
      await forger.stop();
    }
  });

  it('Attack: each byte of a ticket changed in turn. None is anybody else, and the process goes on.', async () => {
    const connector = connect();
    const names = new Set<string>();
    const token = await jane.token();
    for (let at = 0; at < token.length; at += 7) {
      const changed = Buffer.from(token);
      changed[at] = (changed[at] ?? 0) ^ 0x55;
      const found = await present(changed, connector);
      if (typeof found !== 'string') names.add(found.username);
    }
    names.delete('jane');
    expect([...names]).toEqual([]);
    expect(await present(await jane.token(), connector)).toMatchObject({ username: 'jane' });
  });

  it.each([
    ['NTLM', Buffer.from('TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAAKAGFKAAAADw==', 'base64')],
    ['nothing', Buffer.alloc(0)],
    ['garbage', Buffer.alloc(60_000, 0x60)],
  ])('Attack: %s instead of a ticket. No native code reads it.', async (_, token) => {
    const connector = connect({ keytab: '/nonexistent' });
    expect(await present(token, connector)).toBe('no Kerberos ticket: NTLM, or another mechanism');
  });
});

describe('a ticket that is no longer good', () => {
  it('has expired', async () => {
    const past = await startKerberos({ realms: [home], clock: '-2h' });
    try {
      await past.administer(home, 'addprinc -pw secret jane');
      const old = await past.keytab(home, ['HTTP/localhost']);
      const token = await (await past.logIn(`jane@${home}`, 'secret')).token();
      expect(await present(token, connect({ keytab: old }))).toMatch(/Ticket expired/);
    } finally {
      await past.stop();
    }
  });

  it('is of somebody whose account was disabled meanwhile', async () => {
    const leaver = await kdc.logIn(`leaver@${home}`, 'secret');
    expect(await present(await leaver.token())).toMatchObject({ username: 'leaver' });
    await directory.modify(
      `dn: uid=leaver,${people}\nchangetype: modify\nadd: objectClass\nobjectClass: shadowAccount\n-\nadd: shadowExpire\nshadowExpire: 1\n`,
    );
    const error = await present(await leaver.token()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'denied', personMessage: expect.stringMatching(/expired/) });
  });

  it('is of nobody in the directory', async () => {
    const nobody = await kdc.logIn(`nobody@${home}`, 'secret');
    expect(await present(await nobody.token())).toBe(`nobody@${home} is nobody in the directory`);
  });
});

describe('connector check', () => {
  const lineOf = async (kerberos: Readonly<Record<string, unknown>> = {}) =>
    (await connect(kerberos).check(testCall())).find(({ name }) => name === 'kerberos');

  it('says that tickets can be checked', async () => {
    expect(await lineOf()).toMatchObject({ ok: true, detail: `${keytab} has a key of HTTP/localhost` });
  });

  it('says why not', async () => {
    const line = await lineOf({ keytab: '/nonexistent/http.keytab' });
    expect(line).toMatchObject({ ok: false, detail: expect.stringContaining('not found') });
    expect(line?.advice).toContain('as the account that Gatehouse runs as');
  });
});

describe('what only an administrator can mend', () => {
  it.each([
    [
      'a keytab that is not there',
      { keytab: '/nonexistent/http.keytab' },
      /http\.keytab" gives no key.*not found/,
    ],
    ['a keytab without the key', { service: 'HTTP/elsewhere' }, /no key of HTTP\/elsewhere .*klist -k/],
  ])('%s is said with what to do', async (_, kerberos, words) => {
    const error = await present(await jane.token(), connect(kerberos)).catch((thrown: unknown) => thrown);
    expect(ConnectorError.is(error) && error.code).toBe('misconfigured');
    expect(String(error)).toMatch(words);
  });
});
