import { afterEach, describe, expect, test } from 'vitest';
import { suffix } from '../../../tests/support/directory-tree.ts';
import {
  type Behaviour,
  ber,
  bindResult,
  entry,
  type HostileLdap,
  integer,
  pageResult,
  result,
  searchResult,
  startHostileLdap,
} from '../../../tests/support/hostile-ldap.ts';
import { openConnector, plainConfig, signIn } from './testing/open-connector.ts';

const people = `ou=People,${suffix}`;
const jane = `cn=jane,${people}`;
const janesAttributes = { cn: ['jane'], uid: ['jane'], entryUUID: ['5d3c2f1e-8f4a-4a53-9a57-0a2b8f3d9c11'] };

let server: HostileLdap | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

/** Binds succeed, but not those of strangers: a directory that is honest but for what the test adds. */
async function open(
  searches: (id: number, count: number) => Iterable<Buffer>,
  binds?: Behaviour,
  more: Readonly<Record<string, unknown>> = {},
) {
  let count = 0;
  server = await startHostileLdap((request) => {
    if (request.kind === 'bind') return binds?.(request) ?? [bindResult(request.id)];
    if (request.kind !== 'search') return [];
    count += 1;
    return searches(request.id, count);
  });
  return openConnector({
    ...plainConfig(server.port),
    ...{ bindDn: `cn=service,${suffix}`, bindPassword: 'service' },
    userSearch: { baseDn: people, username: 'uid' },
    groupSearch: { baseDn: `ou=Groups,${suffix}` },
    timeouts: { bind: '3s', search: '3s' },
    ...more,
  });
}

/** service, jane, stranger: the third bind is refused, as an honest directory would. */
function honestBinds(): Behaviour {
  let binds = 0;
  return ({ id }) => {
    binds += 1;
    return [bindResult(id, binds === 3 ? 49 : 0)];
  };
}

const unavailable = { code: 'unavailable' };

describe('attack: a directory that says success to everything', () => {
  test('signs nobody in, although it finds whoever is asked for', async () => {
    const connector = await open((id) => [entry(id, jane, janesAttributes), searchResult(id)]);
    await expect(signIn(connector, 'jane', 'anything')).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('does not exist'),
    });
  });

  test('signs nobody in with a "yes" that has no result in it', async () => {
    let binds = 0;
    const connector = await open(
      (id) => [entry(id, jane, janesAttributes), searchResult(id)],
      ({ id }) => {
        binds += 1;
        return [binds === 1 ? bindResult(id) : ber(0x30, integer(id), ber(0x61))];
      },
    );
    await expect(signIn(connector, 'jane', 'anything')).rejects.toMatchObject(unavailable);
  });

  test('signs nobody in when it finds nobody', async () => {
    const connector = await open((id) => [searchResult(id)]);
    expect(await signIn(connector, 'jane', 'anything')).toBeNull();
  });

  test('signs nobody in with an entry without a name, whose bind would be anonymous', async () => {
    const connector = await open((id) => [entry(id, '', janesAttributes), searchResult(id)]);
    await expect(signIn(connector, 'jane', 'anything')).rejects.toMatchObject(unavailable);
    expect(server?.asked.filter((word) => word === 'bind')).toHaveLength(1);
  });
});

describe('attack: a directory that sends too much', () => {
  test('a million entries are cut off', async () => {
    let sent = 0;
    const connector = await open(function* (id) {
      for (let n = 0; n < 1_000_000; n += 1) {
        sent = n;
        yield entry(id, `cn=${n},${people}`, {});
      }
      yield searchResult(id);
    });
    await expect(signIn(connector, 'jane', 'foo')).rejects.toMatchObject(unavailable);
    expect(sent).toBeLessThan(900_000);
  });

  test('a search that never ends is cut off, however small its entries', async () => {
    const connector = await open(function* (id) {
      for (;;) yield entry(id, jane, {});
    });
    await expect(signIn(connector, 'jane', 'foo')).rejects.toMatchObject(unavailable);
  });

  test('references without end are cut off', async () => {
    const connector = await open(function* (id) {
      const reference = ber(
        0x30,
        integer(id),
        ber(0x73, ber(0x04, `ldap://elsewhere/${'x'.repeat(10_000)}`)),
      );
      for (;;) yield reference;
    });
    await expect(signIn(connector, 'jane', 'foo')).rejects.toMatchObject(unavailable);
  });

  test('a value of a gigabyte is refused when its length is read', async () => {
    const connector = await open(() => [Buffer.from([0x30, 0x84, 0x40, 0x00, 0x00, 0x00, 0x02, 0x01, 0x02])]);
    await expect(signIn(connector, 'jane', 'foo')).rejects.toMatchObject(unavailable);
  });

  test('pages without end are cut off, empty ones too', async () => {
    const connector = await open((id, count) => {
      if (count === 1) return [entry(id, jane, janesAttributes), searchResult(id)];
      return count === 2 ? [searchResult(id, 4)] : [pageResult(id, 'more')];
    }, honestBinds());
    await expect(signIn(connector, 'jane', 'foo')).rejects.toMatchObject({
      ...unavailable,
      message: expect.stringContaining('pages'),
    });
  });

  test('a name whose search is cut off after one entry signs nobody in: there may be a second', async () => {
    const connector = await open(
      (id) => [entry(id, jane, janesAttributes), searchResult(id, 4)],
      honestBinds(),
    );
    await expect(signIn(connector, 'jane', 'foo')).rejects.toMatchObject(unavailable);
  });
});

describe('attack: a directory that sends something else than LDAP', () => {
  const inEntry =
    (...attributes: Buffer[]) =>
    (id: number) => [ber(0x30, integer(id), ber(0x64, ber(0x04, jane), ...attributes))];

  test.each<[string, (id: number) => Buffer[]]>([
    ['text', () => [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')]],
    ['random bytes', () => [Buffer.from('8f00e1d2c3b4a5968778695a4b3c2d1e', 'hex')]],
    ['an indefinite length', () => [Buffer.from([0x30, 0x80, 0x02, 0x01, 0x02])]],
    ['a length of eight bytes', () => [Buffer.from([0x30, 0x88, 1, 1, 1, 1, 1, 1, 1, 1])]],
    ['a negative length', () => [Buffer.from([0x30, 0x84, 0xff, 0xff, 0xff, 0xff])]],
    ['an empty message', () => [Buffer.from([0x30, 0x00])]],
    ['a message without an operation', (id) => [ber(0x30, integer(id))]],
    ['an operation that does not exist', (id) => [ber(0x30, integer(id), ber(0x7f, ''))]],
    ['an attribute list that is longer than its message', inEntry(Buffer.from([0x30, 0x70, 0x30, 0x02]))],
    [
      'a value that is longer than its set',
      inEntry(ber(0x30, ber(0x30, ber(0x04, 'cn'), ber(0x31, Buffer.from([0x04, 0x40]))))),
    ],
    ['a lonely last byte', inEntry(ber(0x30, Buffer.from([0x30])))],
    ['attributes that are not a sequence', inEntry(ber(0x04, 'cn: jane'))],
    ['attributes in an octet string, which lie', inEntry(ber(0x04, Buffer.from([0x30, 0x04, 0x31, 0x70])))],
    ['an attribute with a third part', inEntry(ber(0x30, ber(0x30, ber(0x04, 'cn'), ber(0x31), ber(0x30))))],
    ['a value of negative length', inEntry(Buffer.from('30840000000c300a0402636e3184fffffff0', 'hex'))],
    ['an indefinite length inside', inEntry(Buffer.from([0x30, 0x80, 0x00, 0x00]))],
    ['a tag of two bytes', inEntry(Buffer.from([0x3f, 0x10, 0x01, 0x00]))],
    ['a result without a code', (id) => [ber(0x30, integer(id), ber(0x65))]],
    [
      'a result code of no bytes',
      (id) => [ber(0x30, integer(id), ber(0x65, ber(0x0a), ber(0x04), ber(0x04)))],
    ],
    [
      'a result code of nine bytes',
      (id) => [ber(0x30, integer(id), ber(0x65, ber(0x0a, Buffer.alloc(9)), ber(0x04), ber(0x04)))],
    ],
    [
      'a DN that is not UTF-8',
      (id) => [ber(0x30, integer(id), ber(0x64, ber(0x04, Buffer.from([0xff])), ber(0x30)))],
    ],
    ['an answer to another request', (id) => [searchResult(id + 7)]],
    ['the answer to a bind for a search', (id) => [bindResult(id)]],
    ['the notice of disconnection', () => [result(0, 0x78, 52)]],
  ])('%s ends the connection at once', async (_, answer) => {
    const connector = await open((id) => answer(id));
    await expect(signIn(connector, 'jane', 'foo')).rejects.toMatchObject({
      ...unavailable,
      message: expect.not.stringContaining('within'),
    });
  });
});

describe('a directory that breaks off', () => {
  test('in the middle of an entry is unavailable', async () => {
    const half = (id: number) => entry(id, jane, janesAttributes).subarray(0, 40);
    const connector = await open((id) => [half(id)]);
    await expect(signIn(connector, 'jane', 'foo')).rejects.toMatchObject(unavailable);
  });

  test('between two entries is unavailable, and what came before is not believed', async () => {
    server = await startHostileLdap(({ id, kind, socket }) => {
      if (kind === 'bind') return [bindResult(id)];
      setImmediate(() => socket.end());
      return [entry(id, jane, janesAttributes)];
    });
    const connector = openConnector({
      ...plainConfig(server.port),
      userSearch: { baseDn: people, username: 'uid' },
    });
    await expect(signIn(connector, 'jane', 'foo')).rejects.toMatchObject(unavailable);
    // It does not connect again to go on searching as nobody.
    expect(server.asked).toEqual(['search']);
  });

  test.each([
    ['sizeLimitExceeded', 4],
    ['timeLimitExceeded', 3],
    ['adminLimitExceeded', 11],
    ['busy', 51],
    ['other', 80],
  ])('a list of groups that ends with %s is unavailable, never a shorter list', async (_, code) => {
    const groups = (id: number) => [
      entry(id, `cn=admins,${suffix}`, { cn: ['admins'] }),
      searchResult(id, code),
    ];
    const connector = await open(
      (id, count) => (count === 1 ? [entry(id, jane, janesAttributes), searchResult(id)] : groups(id)),
      honestBinds(),
    );
    await expect(signIn(connector, 'jane', 'foo')).rejects.toMatchObject(unavailable);
  });

  test('a list of groups whose next page has a broken cookie is unavailable, never a shorter list', async () => {
    const cutOff = Buffer.from([0x30, 0x05, 0x02, 0x01, 0x00, 0x04, 0x04]);
    const control = ber(0x30, ber(0x04, '1.2.840.113556.1.4.319'), ber(0x04, cutOff));
    const connector = await open((id, count) => {
      if (count === 1) return [entry(id, jane, janesAttributes), searchResult(id)];
      if (count === 2) return [searchResult(id, 4)];
      return [entry(id, `cn=users,${suffix}`, { cn: ['users'] }), result(id, 0x65, 0, '', control)];
    }, honestBinds());
    await expect(signIn(connector, 'jane', 'foo')).rejects.toMatchObject(unavailable);
  });

  test('a list of groups with an empty page in it goes on behind it', async () => {
    const connector = await open((id, count) => {
      if (count === 1) return [entry(id, jane, janesAttributes), searchResult(id)];
      if (count === 2) return [searchResult(id, 4)];
      if (count === 3) return [pageResult(id, 'more')];
      return [entry(id, `cn=admins,${suffix}`, { cn: ['admins'] }), pageResult(id, '')];
    }, honestBinds());
    expect((await signIn(connector, 'jane', 'foo'))?.groups).toEqual(['admins']);
  });

  const reference = (id: number) =>
    ber(0x30, integer(id), ber(0x73, ber(0x04, 'ldap://169.254.169.254/dc=x')));
  const partlyElsewhere = (id: number, count: number) => {
    if (count === 1) return [reference(id), entry(id, jane, janesAttributes), searchResult(id)];
    return [entry(id, `cn=admins,${suffix}`, { cn: ['admins'] }), reference(id), searchResult(id)];
  };

  test('a list of groups of which a part is on another server is an error', async () => {
    const connector = await open(partlyElsewhere, honestBinds());
    await expect(signIn(connector, 'jane', 'foo')).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('ignoreReferrals'),
    });
  });

  test('a list of groups of which a part is on another server is enough where the configuration says so', async () => {
    const groupSearch = { baseDn: `ou=Groups,${suffix}`, ignoreReferrals: true };
    const connector = await open(partlyElsewhere, honestBinds(), { groupSearch });
    expect((await signIn(connector, 'jane', 'foo'))?.groups).toEqual(['admins']);
  });
});

describe('what the directory says about a password', () => {
  /** The service account is let in; whoever comes after it gets this result. */
  const afterService = (code: number): Behaviour => {
    let binds = 0;
    return ({ id }) => {
      binds += 1;
      return [bindResult(id, binds === 1 ? 0 : code)];
    };
  };
  const findsJane = (id: number) => [entry(id, jane, janesAttributes), searchResult(id)];
  const findsNobody = (id: number) => [searchResult(id)];
  const unusual: [string, number][] = [
    ['operationsError', 1],
    ['strongerAuthRequired', 8],
    ['referral', 10],
    ['confidentialityRequired', 13],
    ['constraintViolation, as for a locked account', 19],
    ['invalidDnSyntax', 34],
    ['insufficientAccessRights', 50],
    ['unwillingToPerform, as for a disabled account', 53],
    ['other', 80],
    ['a result that nobody knows', 123],
  ];

  // Attack: the page for somebody whom the directory refuses in its own way differs from the one for an unknown name.
  // The broker shows `denied` without a sentence as a wrong password.
  test.each(unusual)('%s is told to the log alone', async (_, code) => {
    const connector = await open(findsJane, afterService(code));
    await expect(signIn(connector, 'jane', 'foo')).rejects.toMatchObject({
      code: 'denied',
      personMessage: undefined,
      message: expect.stringContaining(jane),
    });
    expect(server?.asked.filter((word) => word !== 'unbind')).toEqual(['bind', 'search', 'bind']);
  });

  test.each(unusual)(
    '%s for a name that nobody has is a wrong password, for the same work',
    async (_, code) => {
      const connector = await open(findsNobody, afterService(code));
      expect(await signIn(connector, 'jane', 'foo')).toBeNull();
      expect(server?.asked.filter((word) => word !== 'unbind')).toEqual(['bind', 'search', 'bind']);
    },
  );

  test.each([
    ['busy', 51],
    ['unavailable', 52],
  ])('%s is an outage for a name that somebody has, and for one that nobody has', async (_, code) => {
    for (const finds of [findsJane, findsNobody]) {
      const connector = await open(finds, afterService(code));
      await expect(signIn(connector, 'jane', 'foo')).rejects.toMatchObject(unavailable);
      await server?.stop();
    }
    server = undefined;
  });

  test('"success" for a name that does not exist is not believed', async () => {
    const connector = await open((id) => [searchResult(id)]);
    expect(await signIn(connector, 'nobody', 'foo')).toBeNull();
    expect(server?.asked.filter((word) => word === 'bind')).toHaveLength(2);
  });

  test('a referral is not followed', async () => {
    const connector = await open((id) => [result(id, 0x65, 10, 'ldap://169.254.169.254/')]);
    await expect(signIn(connector, 'jane', 'foo')).rejects.toMatchObject({ code: 'misconfigured' });
  });
});
