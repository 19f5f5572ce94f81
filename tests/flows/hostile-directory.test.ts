/** A directory that lies, hangs or floods, and people who try to talk to it through the form: what is seen in front. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root, suffix, uidPerson } from '../support/directory-tree.ts';
import {
  type Behaviour,
  bindResult,
  entry,
  type HostileLdap,
  searchResult,
  startHostileLdap,
} from '../support/hostile-ldap.ts';
import { client, type House, mock, openHouse, passwordOf } from '../support/house.ts';
import { HttpBrowser, textOf } from '../support/http-browser.ts';
import { type OpenLdap, startOpenLdap } from '../support/openldap.ts';
import { type Arrived, begin, reasonOf, typePassword } from '../support/sign-in-steps.ts';
import { until } from '../support/until.ts';

const dora = `uid=dora,${suffix}`;
const doras = { uid: ['dora'], cn: ['dora'], entryUUID: ['5d3c2f1e-8f4a-4a53-9a57-0a2b8f3d9c11'] };
const wholeEntry = (id: number) => entry(id, dora, doras);

/** Each says yes to every bind, and answers a search in its own way. */
const directories: Record<string, (id: number) => Iterable<Buffer>> = {
  yes: (id) => [wholeEntry(id), searchResult(id)],
  nobody: (id) => [searchResult(id)],
  silent: () => [],
  halfway: (id) => [wholeEntry(id).subarray(0, 20)],
  *flood(id) {
    for (let n = 0; n < 1_000_000; n += 1) yield entry(id, `uid=${n},${suffix}`, { uid: [`${n}`] });
    yield searchResult(id);
  },
  *endless(id) {
    for (;;) yield wholeEntry(id);
  },
  garbage: () => [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
  gigabyte: () => [Buffer.from([0x30, 0x84, 0x40, 0x00, 0x00, 0x00, 0x02, 0x01, 0x02])],
};

const hostile = new Map<string, HostileLdap>();
let openLdap: OpenLdap;
let house: House;

beforeAll(async () => {
  openLdap = await startOpenLdap({ ldif });
  for (const [id, search] of Object.entries(directories)) {
    hostile.set(id, await startHostileLdap(answering(search)));
  }
  hostile.set('stronger', await startHostileLdap(refusingPeople()));
  const ldap = (id: string, port: number) => ({ id, type: 'ldap', name: id, config: ldapConfig(port) });
  const connectors = [
    mock('other', 'Another directory', { kind: 'password' }),
    ldap('real', openLdap.port),
    ...[...hostile].map(([id, { port }]) => ldap(id, port)),
  ];
  const passwordAttempts = {
    perAccount: { tries: 1_000, window: '5m' },
    perAddress: { tries: 10_000, window: '5m' },
  };
  house = await openHouse({
    config: {
      connectors,
      clients: [client('app', { secrets: [{ fromEnv: 'APP_SECRET' }] })],
      limits: { passwordAttempts },
    },
    env: { LDAP_PASSWORD: openLdap.adminPassword },
  });
});

afterAll(async () => {
  await house.close();
  await openLdap.stop();
  await Promise.all([...hostile.values()].map((each) => each.stop()));
});

function answering(search: (id: number) => Iterable<Buffer>): Behaviour {
  return ({ id, kind }) => {
    if (kind === 'bind') return [bindResult(id)];
    return kind === 'search' ? search(id) : [];
  };
}

/** The service account is let in, and nobody else: every second bind ends with strongerAuthRequired. */
function refusingPeople(): Behaviour {
  let binds = 0;
  return ({ id, kind }) => {
    if (kind !== 'bind') return kind === 'search' ? [wholeEntry(id), searchResult(id)] : [];
    binds += 1;
    return [bindResult(id, binds % 2 === 0 ? 8 : 0)];
  };
}

async function signIn(connector: string, name: string, password = passwordOf(name)): Promise<Arrived> {
  const browser = new HttpBrowser();
  const form = await begin(house, 'app', browser, { connector_id: connector });
  return await typePassword(browser, form, name, password);
}

function signedIn(page: Arrived): boolean {
  return page.location?.searchParams.has('code') === true;
}

describe('attack: LDAP injection through the form', () => {
  test('whoever is in the directory signs in, with their own password', async () => {
    expect(signedIn(await signIn('real', 'dora'))).toBe(true);
    expect((await signIn('real', 'dora', 'wrong')).status).toBe(401);
  });

  test.each([
    ...['*', 'd*', 'dora*', '*dora', '(dora)', 'dora)', 'dora)(uid=*', 'dora)(|(uid=*', '*)(uid=*))(|(uid=*'],
    ...[
      'dora)(objectClass=*))(&(uid=x',
      'emil)(|(uid=dora',
      '|(uid=dora)',
      '!(uid=emil)',
      'dora))%00',
      '\\64ora',
    ],
    ...['\\2a', '\\', 'dora\\', 'dora\u0000', 'dora\u0000)(uid=*', '\u0000', dora, `uid=dora,${suffix}??sub`],
    ...[
      '(&)',
      '(|)',
      'uid=dora',
      'dora;binary',
      'dora,ou=x',
      '\ud800',
      'ａ'.repeat(200),
      'cn=admin,dc=example,dc=org',
    ],
  ])('the name %j is a name and no filter', async (name) => {
    const page = await signIn('real', name, passwordOf('dora'));
    expect(page.status).toBe(401);
    expect(signedIn(page)).toBe(false);
    expect(textOf(page)).toContain('That name and password do not match.');
  });

  test.each(['', '*', '\u0000', `${passwordOf('dora')}\u0000`, `${passwordOf('dora')} `, '{SSHA}x', '(&)'])(
    'the password %j is not one',
    async (password) => {
      const page = await signIn('real', 'dora', password);
      expect(page.status).toBe(401);
      expect(signedIn(page)).toBe(false);
    },
  );

  test('spaces around the name, or another case, are the same person and the same sub', async () => {
    const subjects = await Promise.all(
      ['dora', 'DORA', ' dora '].map(async (name) => {
        expect(signedIn(await signIn('real', name, passwordOf('dora')))).toBe(true);
        const rows = await house.sql<{ subject: string }>(
          "SELECT subject FROM identities WHERE connector_id = 'real'",
        );
        return rows.map(({ subject }) => subject);
      }),
    );
    expect(new Set(subjects.flat()).size).toBe(1);
  });
});

describe('attack: a directory', () => {
  test.each([
    ['that says yes to every password', 'yes', 500, 'misconfigured', 'not set up correctly'],
    ['that finds nobody, and says yes', 'nobody', 401, undefined, 'do not match'],
    // The same page as above: that dora is known shows in the log alone.
    ['that wants a stronger bind', 'stronger', 401, undefined, 'do not match'],
    ['that does not answer', 'silent', 503, undefined, 'cannot be reached'],
    ['that stops in the middle of an answer', 'halfway', 503, undefined, 'cannot be reached'],
    ['that returns a million entries', 'flood', 503, undefined, 'cannot be reached'],
    ['that never comes to an end', 'endless', 503, undefined, 'cannot be reached'],
    ['that speaks something else', 'garbage', 503, undefined, 'cannot be reached'],
    ['that announces a gigabyte', 'gigabyte', 503, undefined, 'cannot be reached'],
  ])('%s signs nobody in, and the person reads a sentence', async (_, id, status, reason, sentence) => {
    const page = await signIn(id, 'dora', 'any password');
    expect(signedIn(page)).toBe(false);
    expect(page.status).toBe(status);
    expect(reasonOf(page)).toBe(reason);
    expect(textOf(page)).toContain(sentence);
    if (status >= 500) expect(textOf(page)).toContain(page.headers.get('x-request-id') ?? 'none');
    // What the directory said, and where it is, stays in the log.
    expect(page.body).not.toMatch(/127\.0\.0\.1:\d+[^"]*ldap|entries|bytes|dc=example/i);
    await expect.poll(() => house.gatehouse.output()).toContain(`"connector":"${id}"`);
  });

  test('that does not answer holds up nobody who signs in another way', async () => {
    let ended = 0;
    const waiting = Array.from({ length: 30 }, () => signIn('silent', 'dora', 'x').finally(() => ended++));
    await until('the directory to be asked', () => {
      return (hostile.get('silent')?.asked.filter((kind) => kind === 'search').length ?? 0) > 10;
    });
    const before = ended;
    expect(signedIn(await signIn('other', 'alice'))).toBe(true);
    expect((await fetch(`${house.issuer}/readyz`)).status).toBe(200);
    expect(before).toBeLessThan(30);
    for (const page of await Promise.all(waiting)) expect(page.status).toBe(503);
  });

  test('that floods, many times at once, leaves the server alive, small and at work', async () => {
    const floods = Array.from({ length: 8 }, (_, n) => signIn(n % 2 ? 'flood' : 'endless', 'dora', 'x'));
    expect(signedIn(await signIn('other', 'bob'))).toBe(true);
    for (const page of await Promise.all(floods)) expect(page.status).toBe(503);
    expect(signedIn(await signIn('real', 'dora'))).toBe(true);
    expect(await mostMemory(house)).toBeLessThan(700);
  });

  test('that hangs is no reason to be unready', async () => {
    const asked = () => hostile.get('silent')?.asked.length ?? 0;
    const before = asked();
    const waiting = signIn('silent', 'dora', 'x');
    await until('the directory to be asked again', () => asked() > before);
    expect((await fetch(`${house.issuer}/readyz`)).status).toBe(200);
    expect((await waiting).status).toBe(503);
  });
});

/** Megabytes that the process has had at most. */
async function mostMemory({ gatehouse }: House): Promise<number> {
  const status = await readFile(`/proc/${gatehouse.process.pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

function ldapConfig(port: number) {
  return {
    host: `127.0.0.1:${port}`,
    insecureNoTls: true,
    bindDn: `cn=admin,${suffix}`,
    bindPassword: { fromEnv: 'LDAP_PASSWORD' },
    userSearch: { baseDn: suffix, filter: '(objectClass=inetOrgPerson)', username: 'uid' },
    timeouts: { bind: '3s', search: '3s', call: '6s' },
  };
}

const ldif = [root, ...['dora', 'emil'].map((name) => uidPerson(name, passwordOf(name), suffix))].join('');
