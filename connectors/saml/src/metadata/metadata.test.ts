import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { ConnectorError } from '@gatehouse/connector-kit';
import { testHost } from '@gatehouse/connector-kit/testing';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { listen } from '../../../../tests/support/hostile/listen.ts';
import { bareCertificate, makeSamlKeys, type SamlKeys } from '../../../../tests/support/hostile/saml-keys.ts';
import { signPart } from '../../../../tests/support/hostile/saml-sign.ts';
import { configSchema, type SamlConfig } from '../config.ts';
import { ServiceProvider } from '../service-provider.ts';
import { idpKeys, jane, ourKeys, play, strangersKeys } from '../testing/played-provider.ts';
import { ownMetadata } from './own-metadata.ts';
import { readMetadata } from './read-metadata.ts';

const entityId = 'https://idp.example.com/saml';
const weakKeys = makeSamlKeys('weak.example', 1024);
const bareOf = (certificate: string) => bareCertificate({ key: '', certificate });
const now = testHost().now().getTime();

interface Written {
  readonly keys?: readonly SamlKeys[];
  readonly attributes?: string;
  readonly id?: string;
}

function describeIdp({ keys = [idpKeys], attributes = '', id = entityId }: Written = {}): string {
  const descriptors = keys.map(
    (pair) =>
      `<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${bareCertificate(pair)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`,
  );
  const at = (name: string, binding: string) =>
    `<md:${name} Binding="urn:oasis:names:tc:SAML:2.0:bindings:${binding}" Location="https://idp.example.com/${name}/${binding}"/>`;
  return [
    `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" ID="_m" entityID="${id}"${attributes}>`,
    '<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">',
    ...descriptors,
    at('SingleLogoutService', 'HTTP-Redirect'),
    at('SingleSignOnService', 'HTTP-POST'),
    at('SingleSignOnService', 'HTTP-Redirect'),
    '</md:IDPSSODescriptor></md:EntityDescriptor>',
  ].join('');
}

/** Each with these attributes, the outermost first. */
function inGroups(xml: string, attributes: readonly string[]): string {
  return attributes.reduceRight(
    (inner, each) =>
      `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"${each}>${inner}</md:EntitiesDescriptor>`,
    xml,
  );
}

const anyone = { entityId: undefined, certificates: undefined, now };
const signed = (xml: string, keys = ourKeys) => signPart(xml, 'EntityDescriptor', keys);

describe('metadata of an identity provider', () => {
  test('says who it is, where to sign in and out, and with which keys it signs', () => {
    const { idp } = readMetadata(describeIdp({ keys: [idpKeys, strangersKeys] }), anyone);
    expect(idp.entityId).toBe(entityId);
    expect(idp.certificates).toHaveLength(2);
    expect(idp.signOn.map(({ binding }) => binding)).toEqual(['redirect', 'post']);
    expect(idp.logout).toEqual([
      { binding: 'redirect', url: 'https://idp.example.com/SingleLogoutService/HTTP-Redirect' },
    ]);
  });

  // Attack: the key that anybody may have encrypts only; a short one, or one of another kind, is announced for others.
  test('says with which keys it signs, and not with which it does not', () => {
    const all = describeIdp({ keys: [idpKeys, weakKeys] }).replace(
      '</md:IDPSSODescriptor>',
      (end) =>
        `${describeIdp({ keys: [strangersKeys] })
          .match(/<md:KeyDescriptor.*<\/md:KeyDescriptor>/)?.[0]
          .replace('"signing"', '"encryption"')}${end}`,
    );
    expect(readMetadata(all, anyone).idp.certificates.map(bareOf)).toEqual([bareCertificate(idpKeys)]);
  });

  // Attack: whoever has a key of the authority, or of another of its customers who signs for it, signs as the provider.
  test('says with which key it signs, and not with which its certificate was signed', () => {
    const leaf = makeSamlKeys('leaf.example', 2048, idpKeys);
    const authority = `</ds:X509Certificate><ds:X509Certificate>${bareCertificate(idpKeys)}</ds:X509Certificate>`;
    const chain = describeIdp({ keys: [leaf] }).replace('</ds:X509Certificate>', () => authority);
    expect(readMetadata(chain, anyone).idp.certificates.map(bareOf)).toEqual([bareCertificate(leaf)]);
  });

  test('may have comments, which people write', () => {
    expect(readMetadata(`<!-- ours -->${describeIdp()}`, anyone).idp.entityId).toBe(entityId);
  });

  test('may begin with the mark that some editors write', () => {
    expect(readMetadata(`\ufeff${describeIdp()}`, anyone).idp.entityId).toBe(entityId);
  });

  // Attack: each beginning of a comment is searched for its end, a hundred thousand times through half a megabyte.
  test('cannot keep the server busy with comments that nobody ends', () => {
    const before = performance.now();
    expect(() => readMetadata('<!--'.repeat(200_000), anyone)).toThrow(/comment that nobody ends/);
    expect(() => readMetadata('<!--'.repeat(2_000_000), anyone)).toThrow(/characters/);
    expect(performance.now() - before).toBeLessThan(5_000);
  });

  test('of several providers is read for the one that is named', () => {
    const both = `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">${describeIdp().replace(' ID="_m"', '')}${describeIdp({ id: 'https://other' }).replace(' ID="_m"', '')}</md:EntitiesDescriptor>`;
    expect(() => readMetadata(both, anyone)).toThrow(/describes several/);
    expect(readMetadata(both, { ...anyone, entityId: 'https://other' }).idp.entityId).toBe('https://other');
    expect(() => readMetadata(both, { ...anyone, entityId: 'https://third' })).toThrow(/does not describe/);
  });

  test('says how long it counts, in years as in seconds, and the shortest counts', () => {
    const xml = inGroups(describeIdp({ attributes: ' cacheDuration="P1DT2H"' }), [
      ' validUntil="2026-06-01T00:00:00Z"',
      ' validUntil="2026-03-01T00:00:00Z" cacheDuration="P0Y0M30DT0H0M0.000S"',
    ]);
    const { validUntil, cacheDuration } = readMetadata(xml, anyone);
    expect(new Date(validUntil).toISOString()).toBe('2026-03-01T00:00:00.000Z');
    expect(cacheDuration).toBe(26 * 3_600_000);
  });

  type Row = readonly [string, string, RegExp];
  const refused: readonly Row[] = [
    ['past its end', describeIdp({ attributes: ' validUntil="2025-01-01T00:00:00Z"' }), /validUntil/],
    // Attack: old metadata of a federation is served again, whose provider has lost its key since.
    ...[0, 1, 2].map(
      (at): Row => [
        `in a group that is past its end, ${at} groups further in`,
        inGroups(describeIdp(), ['', '', ''].with(at, ' validUntil="2025-01-01T00:00:00Z"')),
        /validUntil/,
      ],
    ),
    ...['soon', 'P', 'PT', '-P1D', '1h'].map(
      (written): Row => [
        `that counts for "${written}"`,
        describeIdp({ attributes: ` cacheDuration="${written}"` }),
        /not a duration/,
      ],
    ),
    ['with a DOCTYPE', `<!DOCTYPE a>${describeIdp()}`, /document type/],
    ['without a key', describeIdp({ keys: [] }), /no certificate/],
    ['with a key that can be broken', describeIdp({ keys: [weakKeys] }), /2048 bits/],
    [
      'of a service provider',
      describeIdp().replaceAll('IDPSSODescriptor', 'SPSSODescriptor'),
      /does not describe/,
    ],
    ['that is a web page', '<html><body>Sign in</body></html>', /not SAML 2.0 metadata/],
    ['that is empty', '', /not well-formed|no root/],
  ];
  test.each(refused)('is refused when it is metadata %s', (_, xml, reason) => {
    expect(() => readMetadata(xml, anyone)).toThrow(reason);
  });

  test('whose address to sign in at is a script has none', () => {
    const xml = describeIdp().replaceAll('https://idp.example.com/SingleSignOn', 'javascript:alert(1)//');
    expect(readMetadata(xml, anyone).idp.signOn).toEqual([]);
  });
});

// Attack: whoever is on the way to the metadata puts a key of their own into it.
describe('metadata that has to be signed', () => {
  const certificates = [ourKeys.certificate];

  test('is read when it is', () => {
    expect(readMetadata(signed(describeIdp()), { ...anyone, certificates }).idp.entityId).toBe(entityId);
  });

  test.each([
    ['is not signed', describeIdp(), /not signed/],
    ['is signed by somebody else', signed(describeIdp(), strangersKeys), /not configured/],
    ['was changed', signed(describeIdp()).replace('use="signing"', 'use="Signing"'), /does not fit/],
    [
      'is wrapped into metadata that is not',
      describeIdp({ keys: [strangersKeys] })
        .replace(' ID="_m"', ' ID="_n"')
        .replace('</md:EntityDescriptor>', `${signed(describeIdp())}</md:EntityDescriptor>`),
      /not signed/,
    ],
  ])('is refused when it %s', (_, xml, reason) => {
    expect(() => readMetadata(xml, { ...anyone, certificates })).toThrow(reason);
  });
});

describe('a provider that publishes its metadata', () => {
  let published = describeIdp();
  let status = 200;
  let asked = 0;
  const server = createServer((_, response) => {
    asked += 1;
    response.writeHead(status).end(published);
  });
  const listening = listen(server);
  afterAll(async () => (await listening).stop());
  beforeEach(async () => {
    await (await listening).start();
    published = describeIdp();
    status = 200;
    asked = 0;
  });

  const open = async () => {
    const { url } = await listening;
    return play({ idp: undefined, metadata: { url: `${url}/metadata`, refresh: '1h' } });
  };

  test('is asked once for many sign-ins, and again when an hour has passed', async () => {
    const played = await open();
    await Promise.all([played.begin(), played.begin(), played.begin()]);
    expect(asked).toBe(1);
    played.host.advance(3_600_001);
    await played.begin();
    expect(asked).toBe(2);
    await played.connector.close?.();
  });

  test('is asked sooner where it says so itself, but not more than once a minute', async () => {
    published = describeIdp({ attributes: ' cacheDuration="PT10M"' });
    const played = await open();
    await played.begin();
    played.host.advance(599_000);
    await played.begin();
    expect(asked).toBe(1);
    played.host.advance(2_000);
    published = describeIdp({ attributes: ' cacheDuration="PT0S"' });
    await played.begin();
    expect(asked).toBe(2);
    await played.begin();
    expect(asked).toBe(2);
    played.host.advance(61_000);
    await played.begin();
    expect(asked).toBe(3);
    await played.connector.close?.();
  });

  // Attack: whoever took the key keeps us from reading the metadata in which it is gone.
  test('signs nobody in when its web server is dead and what it said is past its end', async () => {
    published = describeIdp({ attributes: ' validUntil="2026-01-01T18:00:00Z"' });
    const played = await open();
    const { finish, good } = await played.begin();
    await (await listening).stop();
    played.host.advance(7 * 3_600_000);
    const error = await finish(good()).catch((thrown: unknown) => thrown);
    assert.ok(ConnectorError.is(error));
    expect(error.code).toBe('unavailable');
    await played.connector.close?.();
  });

  // Attack: metadata that takes seconds to be canonicalized; meanwhile nobody could sign in, by any connector.
  test('is read beside the server, which goes on answering', async () => {
    const { url } = await listening;
    const metadata = { url: `${url}/metadata`, certificates: ourKeys.certificate };
    const many = '<md:e a="" b=""/>'.repeat(20_000);
    published = signed(describeIdp()).replace('</md:EntityDescriptor>', `${many}</md:EntityDescriptor>`);
    const played = play({ idp: undefined, metadata });
    let longest = 0;
    let last = performance.now();
    const beat = () => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    };
    const pulse = setInterval(beat, 10);
    await expect(played.begin()).rejects.toThrow(/does not fit|TimeoutError/);
    clearInterval(pulse);
    beat();
    expect(longest).toBeLessThan(1_500);
    await played.connector.close?.();
  }, 20_000);

  test('signs people in while its web server is dead, if it was asked before', async () => {
    const played = await open();
    await played.begin();
    await (await listening).stop();
    played.host.advance(3_600_001);
    const { finish, good } = await played.begin();
    expect((await finish(good())).upstreamId).toBe(jane.id);
    await played.connector.close?.();
  });

  test.each([
    ['answers with an error', 503],
    ['is not there', 404],
  ])('makes a sign-in `unavailable` when it %s and nothing is known of it', async (_, code) => {
    status = code;
    const played = await open();
    const error = await played.begin().catch((thrown: unknown) => thrown);
    assert.ok(ConnectorError.is(error));
    expect(error.code).toBe('unavailable');
    await played.connector.close?.();
  });

  test('may take a new key: the first answer that is signed with it asks for the metadata', async () => {
    const played = await open();
    await played.begin();
    played.host.advance(61_000);
    const { finish, good } = await played.begin();
    published = describeIdp({ keys: [strangersKeys] });
    expect((await finish(good({ keys: strangersKeys }))).upstreamId).toBe(jane.id);
    expect(asked).toBe(2);
    await played.connector.close?.();
  });

  test('announces a new key beside the old one: both count', async () => {
    published = describeIdp({ keys: [idpKeys, strangersKeys] });
    const played = await open();
    for (const keys of [idpKeys, strangersKeys]) {
      const { finish, good } = await played.begin();
      expect((await finish(good({ keys }))).upstreamId).toBe(jane.id);
    }
    await played.connector.close?.();
  });

  test('is not asked more than once a minute, whatever strangers send', async () => {
    const played = await open();
    await played.begin();
    played.host.advance(61_000);
    const { finish, good } = await played.begin();
    for (let tries = 0; tries < 5; tries += 1) {
      await finish(good({ keys: ourKeys })).catch(() => undefined);
    }
    expect(asked).toBe(2);
    await played.connector.close?.();
  });
});

describe('our own metadata', () => {
  const callbackUrl = new URL('https://us/callback/corp');
  const idp = { entityId, ssoUrl: 'https://idp.example.com', certificates: idpKeys.certificate };
  const metadataOf = (config: SamlConfig) =>
    ownMetadata(config, new ServiceProvider(config, 'https://us', 'corp'), callbackUrl);

  test('names us, where answers go, and how to encrypt', () => {
    const config = configSchema.parse({ idp, decryption: ourKeys, signed: 'assertion' });
    const xml = metadataOf(config);
    expect(xml).toContain('entityID="https://us/connectors/corp/metadata"');
    expect(xml).toContain('Location="https://us/callback/corp"');
    expect(xml).toContain('WantAssertionsSigned="true"');
    expect(xml).toContain(bareCertificate(ourKeys));
    expect(xml).not.toContain('PRIVATE');
  });

  test('is signed where requests are', () => {
    const xml = metadataOf(configSchema.parse({ idp, signing: ourKeys }));
    expect(xml).toContain('AuthnRequestsSigned="true"');
    expect(xml).toMatch(/^<md:EntityDescriptor[^>]*><ds:Signature/);
  });
});
