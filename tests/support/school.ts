/** SimpleSAMLphp as the connector `school`, and Gatehouse as its service provider. */
import type { SamlKeys } from './hostile/saml-keys.ts';
import type { SimpleSamlPhp } from './simplesamlphp.ts';

/** An entry of the configuration; the key of `ours` is expected in the environment, as `SAML_KEY`. */
export function schoolConnector(
  idp: SimpleSamlPhp,
  ours: SamlKeys,
  config: Readonly<Record<string, unknown>> = {},
) {
  return {
    id: 'school',
    type: 'saml',
    name: 'School',
    config: {
      metadata: { url: idp.metadataUrl },
      attributes: { username: 'uid', email: 'mail', displayName: 'displayName', groups: 'groups' },
      signing: { key: { fromEnv: 'SAML_KEY' }, certificate: ours.certificate },
      ...config,
    },
  };
}

/** @param more of what SimpleSAMLphp takes for a service provider */
export async function trustUs(
  idp: SimpleSamlPhp,
  issuer: string,
  { certificate }: SamlKeys,
  more: Readonly<Record<string, string | boolean>> = {},
): Promise<void> {
  const own = `${issuer}/connectors/school`;
  const certData = certificate.replace(/-----[A-Z ]+-----|\s/g, '');
  await idp.trust({
    entityId: `${own}/metadata`,
    acs: `${issuer}/callback/school`,
    logoutUrl: `${own}/logout`,
    more: { certData, ...more },
  });
}
