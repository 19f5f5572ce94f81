/** What we publish about ourselves, for the administrator of the identity provider (SAML 2.0 metadata, section 2.4.4). */
import type { SamlConfig } from '../config.ts';
import { bindings, ns } from '../names.ts';
import { signXml } from '../requests/sign.ts';
import type { ServiceProvider } from '../service-provider.ts';
import { type Tree, tree, writeXml } from '../xml/build.ts';

export const metadataType = 'application/samlmetadata+xml; charset=utf-8';

const namespaces = { md: ns.metadata, ds: ns.signature };

/** The ciphers that `response/decrypt.ts` opens: without them a provider takes what it likes. */
const ciphers = [
  `${ns.encryption11}aes256-gcm`,
  `${ns.encryption11}aes128-gcm`,
  `${ns.encryption}rsa-oaep-mgf1p`,
];

export function ownMetadata(config: SamlConfig, us: ServiceProvider, callbackUrl: URL): string {
  const { signing, decryption = [] } = config;
  const top = tree(
    'md:EntityDescriptor',
    { entityID: us.entityId, ...(signing && { ID: '_gatehouse' }) },
    tree(
      'md:SPSSODescriptor',
      {
        protocolSupportEnumeration: ns.protocol,
        AuthnRequestsSigned: String(signing !== undefined),
        WantAssertionsSigned: String(config.signed === 'assertion' || config.signed === 'both'),
      },
      signing && keyOf('signing', signing.certificate),
      ...decryption.map(({ certificate }) => keyOf('encryption', certificate, ciphers)),
      ...(['redirect', 'post'] as const).map((binding) =>
        tree('md:SingleLogoutService', { Binding: bindings[binding], Location: us.logoutUrl }),
      ),
      config.nameIdFormat === null ? undefined : tree('md:NameIDFormat', {}, config.nameIdFormat),
      tree('md:AssertionConsumerService', {
        Binding: bindings.post,
        Location: us.acs(callbackUrl),
        index: '0',
        isDefault: 'true',
      }),
    ),
  );
  const xml = writeXml(top, namespaces);
  return signing === undefined ? xml : signXml(xml, signing);
}

function keyOf(use: string, certificate: string, methods: readonly string[] = []): Tree {
  const bare = certificate.replace(/-----[A-Z ]+-----|\s/g, '');
  return tree(
    'md:KeyDescriptor',
    { use },
    tree('ds:KeyInfo', {}, tree('ds:X509Data', {}, tree('ds:X509Certificate', {}, bare))),
    ...methods.map((name) => tree('md:EncryptionMethod', { Algorithm: name })),
  );
}
