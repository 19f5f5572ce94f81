import { describe, expect, test } from 'vitest';
import { bareCertificate, makeSamlKeys } from '../../../tests/support/hostile/saml-keys.ts';
import { configSchema } from './config.ts';
import { idpKeys } from './testing/played-provider.ts';

const idp = { entityId: 'https://idp', ssoUrl: 'https://idp/sso', certificates: idpKeys.certificate };
const faultsOf = (written: unknown) =>
  (configSchema.safeParse(written).error?.issues ?? []).map(({ message }) => message).join('; ');

describe('the configuration', () => {
  test('takes a certificate as PEM, and as the base64 that providers show', () => {
    const bare = configSchema.parse({ idp: { ...idp, certificates: bareCertificate(idpKeys) } });
    expect(bare.idp?.certificates).toEqual(configSchema.parse({ idp }).idp?.certificates);
  });

  test.each([
    ['nothing', {}, /either `metadata` or `idp`/],
    ['both', { idp, metadata: { url: 'https://idp/metadata' } }, /either `metadata` or `idp`/],
    ['metadata from nowhere', { metadata: {} }, /either `url` or `xml`/],
    ['metadata without TLS', { metadata: { url: 'http://idp.example.com/metadata' } }, /is not HTTPS/],
    ['no certificate', { idp: { ...idp, certificates: [] } }, /./],
    ['a key for a certificate', { idp: { ...idp, certificates: idpKeys.key } }, /not a certificate/],
    ['an address that is a script', { idp: { ...idp, ssoUrl: 'javascript:alert(1)' } }, /not an address/],
    ['an unknown format', { idp, nameIdFormat: 'mail' }, /is none of persistent/],
    ['a delimiter without groups', { idp, groupsDelimiter: ';' }, /needs `attributes.groups`/],
    ['encryption without a key', { idp, requireEncryption: true }, /needs `decryption`/],
    ['a number for a duration', { idp, clockSkew: 5 }, /is not a duration, such as/],
    ['an hour of skew', { idp, clockSkew: '1h' }, /more than five minutes/],
    ['a slip of the pen', { idp, atributes: {} }, /atributes/],
  ])('is refused with %s', (_, written, fault) => {
    expect(faultsOf(written)).toMatch(fault);
  });

  test('takes metadata without TLS from this computer', () => {
    expect(faultsOf({ metadata: { url: 'http://127.0.0.1:8080/metadata' } })).toBe('');
  });

  test('takes no RSA key that can be broken, ours or theirs', () => {
    const { key, certificate } = makeSamlKeys('weak.example', 1024);
    expect(faultsOf({ idp, signing: { key, certificate } })).toMatch(/2048 bits/);
    expect(faultsOf({ idp: { ...idp, certificates: [certificate] } })).toMatch(/2048 bits/);
    const metadata = { url: 'https://idp/metadata', certificates: certificate };
    expect(faultsOf({ metadata })).toMatch(/2048 bits/);
  });

  test('knows the short names of NameID formats', () => {
    const format = (nameIdFormat: string) => configSchema.parse({ idp, nameIdFormat }).nameIdFormat;
    expect(format('emailAddress')).toBe('urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress');
    expect(format('urn:example:own')).toBe('urn:example:own');
    expect(format('any')).toBeNull();
  });
});
