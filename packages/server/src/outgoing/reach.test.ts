import { HttpFailure, type HttpFailureKind } from '@gatehouse/connector-kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serveUpstream } from '../testing/upstream-server.ts';
import { failureIn, wayOut } from '../testing/way-out.ts';
import { kindOf } from './address-kind.ts';
import { guardedLookup, type LookupAll } from './guarded-lookup.ts';
import { Reach } from './reach.ts';

function verdict(reach: Reach, url: string): HttpFailureKind | 'goes' {
  try {
    reach.check(new URL(url));
    return 'goes';
  } catch (error) {
    return HttpFailure.in(error)?.kind ?? 'goes';
  }
}

describe('an address that the operator did not write', () => {
  const reach = new Reach({ urls: ['https://idp.example.com/metadata'] });

  // The attack: a discovery document that names the cloud's metadata service as its key set.
  it.each([
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0177.0.0.1/',
    'https://0/',
    'https://0.0.0.0/',
    'https://[::]/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[64:ff9b::127.0.0.1]/',
    'https://10.1.2.3:8443/',
    'https://192.168.0.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://[fe80::1]/',
    'https://[fd00:ec2::254]/',
    'https://①②⑦.0.0.1/',
    'https://localhost/',
    'https://LOCALHOST./',
    'https://idp.localhost/',
  ])('is refused where it is inside: %s', (url) => {
    expect(verdict(reach, url)).toBe('address');
  });

  it.each(['https://example.com/', 'https://1.1.1.1/', 'https://[2606:4700::1111]/'])(
    'is asked where it is outside: %s',
    (url) => expect(verdict(reach, url)).toBe('goes'),
  );

  it.each([
    'http://example.com/',
    'http://idp.example.com/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'data:,x',
  ])('is refused without TLS: %s', (url) => expect(verdict(reach, url)).toBe('plain_http'));
});

describe('an address that the operator wrote', () => {
  it('may be inside, on any port, with TLS', () => {
    const reach = new Reach({ urls: ['https://10.0.0.1/saml', 'https://[fd00::1]:8443'] });
    for (const url of ['https://10.0.0.1/', 'https://10.0.0.1:8443/x', 'https://[fd00::1]/']) {
      expect(verdict(reach, url)).toBe('goes');
    }
    expect(verdict(reach, 'https://10.0.0.2/')).toBe('address');
  });

  it('is asked without TLS on this computer alone, and at that very port', () => {
    const reach = new Reach({
      urls: [
        'http://127.0.0.1:8080/x',
        'http://localhost:8080',
        'http://[::1]:8080',
        'http://idp.corp.example',
      ],
    });
    for (const host of ['127.0.0.1', 'localhost', '[::1]']) {
      expect(verdict(reach, `http://${host}:8080/y`)).toBe('goes');
      expect(verdict(reach, `http://${host}:8081/y`)).toBe('plain_http');
    }
    expect(verdict(reach, 'http://idp.corp.example/')).toBe('plain_http');
  });

  it('is asked without TLS elsewhere by an option that says what it is', () => {
    const reach = new Reach({
      urls: ['http://idp.corp.example', 'https://other.corp.example'],
      insecureHttp: true,
    });
    expect(verdict(reach, 'http://idp.corp.example/')).toBe('goes');
    expect(verdict(reach, 'http://other.corp.example/')).toBe('plain_http');
  });

  it('may be a name that leads inside, but not one that leads to what no upstream has', () => {
    const reach = new Reach({ urls: ['https://idp.corp.example', 'https://169.254.1.1'] });
    expect(reach.allows('idp.corp.example', '10.0.0.1')).toBe(true);
    expect(reach.allows('idp.corp.example', '127.0.0.1')).toBe(true);
    expect(reach.allows('idp.corp.example', '169.254.169.254')).toBe(false);
    expect(reach.allows('169.254.1.1', '169.254.1.1')).toBe(true);
    expect(reach.allows('idp.corp.example.evil.example', '10.0.0.1')).toBe(false);
  });
});

describe('a name', () => {
  const answers =
    (...addresses: string[]): LookupAll =>
    (_name, _options, callback) =>
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );

  function lookUp(reach: Reach, lookup: LookupAll, name: string, all: boolean): Promise<readonly string[]> {
    return new Promise((resolve, reject) =>
      guardedLookup(reach, lookup)(name, { all }, (error, found) => {
        if (error) return reject(error);
        resolve(typeof found === 'string' ? [found] : found.map(({ address }) => address));
      }),
    );
  }

  it('is connected to at those of its addresses that are allowed, and at no other', async () => {
    const address = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.constantFrom('127.0.0.1', '10.0.0.1', '::1', '::ffff:10.0.0.1', '1.1.1.1'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(address, { maxLength: 5 }), fc.boolean(), async (addresses, all) => {
        const outside = addresses.filter((each) => kindOf(each) === 'public');
        const found = await lookUp(new Reach({}), answers(...addresses), 'up.example', all).catch(
          (error: unknown) => HttpFailure.in(error)?.kind,
        );
        const expected = all ? outside : outside.slice(0, 1);
        expect(found).toEqual(outside.length === 0 ? 'address' : expected);
      }),
    );
  });

  // DNS rebinding: the name is public when it is looked at and private when it is connected to.
  it('is looked up once for a connection, and what is checked is what is connected to', async () => {
    let asked = 0;
    await using upstream = await serveUpstream((_, response) => response.end('inside'));
    const lookup: LookupAll = (name, options, callback) => {
      asked += 1;
      answers('127.0.0.1')(name, options, callback);
    };
    await using out = wayOut({}, { lookup });
    const failure = await failureIn(out.fetch(`https://rebind.example:${upstream.port}/`));
    expect(failure).toEqual({
      kind: 'address',
      message: expect.stringMatching(/^rebind\.example has a private address/),
    });
    expect([asked, upstream.connections.count]).toEqual([1, 0]);
  });

  it('of the configuration leads inside', async () => {
    await using upstream = await serveUpstream((_, response) => response.end('inside'));
    const url = `http://idp.corp.example:${upstream.port}`;
    await using out = wayOut(
      { urls: [url], insecureHttp: true },
      { lookup: answers('169.254.169.254', '127.0.0.1') },
    );
    expect(await (await out.fetch(`${url}/x`)).text()).toBe('inside');
  });

  it.each([
    ['where nothing listens', 'ECONNREFUSED', 'nothing listens there'],
    ['that speaks no TLS', 'ERR_SSL_WRONG_VERSION_NUMBER', 'it does not speak TLS there'],
  ])('%s is told as such', async (_, code, words) => {
    const lookup: LookupAll = (_name, _options, callback) =>
      callback(Object.assign(new Error('failed'), { code }), []);
    await using out = wayOut({}, { lookup });
    expect((await failureIn(out.fetch('https://idp.example/x'))).message).toBe(
      `no whole answer from https://idp.example: ${words} (${code})`,
    );
  });

  it('that nobody knows is told as such', async () => {
    const lookup: LookupAll = (_name, _options, callback) =>
      callback(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }), []);
    await using out = wayOut({}, { lookup });
    expect(await failureIn(out.fetch('https://nowhere.example/x?y'))).toEqual({
      kind: 'unreachable',
      message: 'no whole answer from https://nowhere.example: its name is not known (ENOTFOUND)',
    });
  });
});
