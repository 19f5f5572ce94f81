import { testHost } from '@gatehouse/connector-kit/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DnsServer, startDnsServer } from '../../../../tests/support/dns-server.ts';
import { configSchema } from '../config.ts';
import { serverList } from './server-list.ts';

const plain = '_ldap._tcp.corp.example.com';
const secure = '_ldaps._tcp.corp.example.com';
const never = new AbortController().signal;

let dns: DnsServer;
let host = testHost();
beforeEach(async () => {
  dns = await startDnsServer({});
  host = testHost();
});
afterEach(() => dns.stop());

function list(more: Readonly<Record<string, unknown>> = {}) {
  const config = configSchema.parse({
    ...{ srv: 'corp.example.com', userSearch: { baseDn: 'dc=x', username: 'uid' } },
    ...more,
  });
  return serverList(config, { now: () => host.now(), log: host.log, resolver: dns.resolver });
}

const on = (name: string, port = 389) => ({ name: `${name}.corp.example.com`, port });
const FIVE_MINUTES = 300_000;

describe('servers from DNS', () => {
  test('are those of LDAPS, with their ports', async () => {
    dns.zone[secure] = [
      { ...on('b', 1636), priority: 2 },
      { ...on('a'), port: 636, priority: 1 },
    ];
    expect(await list()(never)).toEqual([
      { host: 'a.corp.example.com', port: 636 },
      { host: 'b.corp.example.com', port: 1636 },
    ]);
    expect(dns.asked).toEqual([secure]);
  });

  test('are those of LDAP on port 636 where there are none of LDAPS', async () => {
    dns.zone[plain] = [on('a')];
    expect(await list()(never)).toEqual([{ host: 'a.corp.example.com', port: 636 }]);
    expect(dns.asked).toEqual([secure, plain]);
  });

  test('are those of LDAP with StartTLS', async () => {
    dns.zone[plain] = [on('a')];
    expect(await list({ startTls: true })(never)).toEqual([{ host: 'a.corp.example.com', port: 389 }]);
    expect(dns.asked).toEqual([plain]);
  });

  test('are asked for again after some minutes, in the background, and once by all', async () => {
    dns.zone[secure] = [on('a', 636)];
    const current = list();
    await current(never);
    await current(never);
    expect(dns.asked).toHaveLength(1);
    dns.zone[secure] = [on('b', 636)];
    host.advance(FIVE_MINUTES);
    const meanwhile = await Promise.all([current(never), current(never), current(never)]);
    expect(meanwhile.flat().map((server) => server.host)).toEqual(Array(3).fill('a.corp.example.com'));
    await expect
      .poll(async () => (await current(never)).map((server) => server.host))
      .toEqual(['b.corp.example.com']);
    expect(dns.asked).toHaveLength(2);
  });

  test('keep their order while the records are the same', async () => {
    dns.zone[secure] = Array.from({ length: 20 }, (_, n) => ({ ...on(`s${n}`, 636), weight: 10 }));
    const current = list();
    const first = await current(never);
    for (let n = 2; n < 6; n += 1) {
      dns.zone[secure] = (dns.zone[secure] ?? []).toReversed();
      host.advance(FIVE_MINUTES);
      await current(never);
      await expect.poll(() => dns.asked.length).toBe(n);
    }
    expect(await current(never)).toEqual(first);
  });
});

describe('an outage of DNS', () => {
  test.each([
    ['answers that something is broken', null],
    ['knows the name no longer', undefined],
    ['says that there is no such service', [{ name: '.', port: 0 }]],
  ] as const)('that %s leaves the servers that were known, and is told once', async (_, then) => {
    dns.zone[secure] = [on('a', 636)];
    const current = list();
    const known = await current(never);
    if (then === undefined) delete dns.zone[secure];
    else dns.zone[secure] = then;
    for (let round = 0; round < 3; round += 1) {
      const before = dns.asked.length;
      const ask = async () => {
        host.advance(FIVE_MINUTES);
        expect(await current(never)).toEqual(known);
        return dns.asked.length;
      };
      await expect.poll(ask).toBeGreaterThan(before);
    }
    await expect
      .poll(() => host.logged.map(({ message }) => message))
      .toEqual(['ldap servers not found again in DNS']);
  });

  test('at the beginning is unavailable, and the next call asks again', async () => {
    dns.zone[secure] = null;
    const current = list();
    await expect(current(never)).rejects.toMatchObject({ code: 'unavailable' });
    dns.zone[secure] = [on('a', 636)];
    expect(await current(never)).toHaveLength(1);
  });

  test('a domain without servers is for the administrator', async () => {
    await expect(list()(never)).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining(plain),
    });
  });
});

describe('attack: a forged answer of DNS names a server with a good certificate for another name', () => {
  const evil = { name: 'ldap.evil.com', port: 636, priority: 0 };

  test('it is left out, and told', async () => {
    dns.zone[secure] = [evil, { ...on('a', 636), priority: 9 }];
    expect(await list()(never)).toEqual([{ host: 'a.corp.example.com', port: 636 }]);
    expect(host.logged).toMatchObject([{ fields: { servers: ['ldap.evil.com'] } }]);
  });

  test('alone it leaves nobody to ask', async () => {
    dns.zone[secure] = [evil];
    await expect(list()(never)).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('srv.targets'),
    });
  });

  test('it replaces nothing later', async () => {
    dns.zone[secure] = [on('a', 636)];
    const current = list();
    const known = await current(never);
    dns.zone[secure] = [evil];
    host.advance(FIVE_MINUTES);
    await current(never);
    await expect.poll(() => host.logged).toHaveLength(1);
    expect(await current(never)).toEqual(known);
  });

  test('a domain that the configuration names is no stranger', async () => {
    dns.zone[secure] = [evil];
    const srv = { domain: 'corp.example.com', targets: ['evil.com'] };
    expect(await list({ srv })(never)).toHaveLength(1);
  });
});

test('listed servers are in the order of the list, on the usual port', async () => {
  const listed = list({ srv: undefined, host: ['b.example.com', 'a.example.com:1636', '[::1]'] });
  expect(await listed(never)).toEqual([
    { host: 'b.example.com', port: 636 },
    { host: 'a.example.com', port: 1636 },
    { host: '::1', port: 636 },
  ]);
});
