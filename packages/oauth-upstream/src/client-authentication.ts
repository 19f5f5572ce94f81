/** How Gatehouse shows the upstream that it is the client that was registered there. */
import { X509Certificate } from 'node:crypto';
import { ConnectorError } from '@gatehouse/connector-kit';
import { importPKCS8 } from 'jose';
import * as client from 'openid-client';
import { z } from 'zod';
import { pem } from './fields.ts';

const clientAuthenticationMethods = [
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
  'tls_client_auth',
  'none',
] as const;
export type ClientAuthenticationMethod = (typeof clientAuthenticationMethods)[number];

export const clientFields = {
  clientId: z.string().min(1).describe('As the upstream calls this installation of Gatehouse.'),
  clientSecret: z
    .string()
    .min(1, 'is empty')
    .optional()
    .meta({ secret: true, description: 'The secret that the upstream gave for `clientId`.' }),
  clientKey: pem.optional().meta({
    secret: true,
    description: 'Instead of a secret: a private key (PKCS #8), for `private_key_jwt`.',
  }),
  clientKeyId: z.string().min(1).optional().describe('The `kid` under which the upstream knows `clientKey`.'),
  clientKeyAlgorithm: z
    .enum(['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'])
    .default('RS256')
    .describe('With which `clientKey` signs.'),
  clientCertificate: pem
    .optional()
    .describe('The certificate of `clientKey`, where the upstream knows the key by it (`x5t#S256`).'),
  tlsCertificate: pem.optional().describe('A certificate of ours, for `tls_client_auth`.'),
  tlsKey: pem.optional().meta({ secret: true, description: 'The private key of `tlsCertificate`.' }),
  clientAuthentication: z
    .enum(clientAuthenticationMethods)
    .optional()
    .describe('Default: what fits the secret or key and what the upstream says it takes.'),
};

export interface ClientCredentials {
  readonly clientSecret?: string | undefined;
  readonly clientKey?: string | undefined;
  readonly clientKeyId?: string | undefined;
  readonly clientKeyAlgorithm: string;
  readonly clientCertificate?: string | undefined;
  readonly tlsCertificate?: string | undefined;
  readonly clientAuthentication?: ClientAuthenticationMethod | undefined;
}

/** `client_secret_basic` where the upstream does not say (OIDC Discovery 1.0, section 3). */
export function methodFor(
  credentials: ClientCredentials,
  supported: readonly string[] | undefined,
): ClientAuthenticationMethod {
  const { clientAuthentication, clientKey, clientSecret, tlsCertificate } = credentials;
  if (clientAuthentication !== undefined) return clientAuthentication;
  if (clientKey !== undefined) return 'private_key_jwt';
  if (clientSecret === undefined) return tlsCertificate === undefined ? 'none' : 'tls_client_auth';
  const postOnly = supported?.includes('client_secret_post') && !supported.includes('client_secret_basic');
  return postOnly ? 'client_secret_post' : 'client_secret_basic';
}

/** @throws ConnectorError `misconfigured` for a key that cannot be read */
export async function clientAuth(
  credentials: ClientCredentials,
  metadata: client.ServerMetadata,
): Promise<client.ClientAuth> {
  const { clientSecret = '' } = credentials;
  switch (methodFor(credentials, metadata.token_endpoint_auth_methods_supported)) {
    case 'client_secret_basic':
      return client.ClientSecretBasic(clientSecret);
    case 'client_secret_post':
      return client.ClientSecretPost(clientSecret);
    case 'private_key_jwt':
      return signedAssertion(credentials, tokenEndpointFor(credentials, metadata));
    case 'tls_client_auth':
      return client.TlsClientAuth();
    case 'none':
      return client.None();
  }
}

/**
 * Where the assertion goes. Attack: an upstream that names another one's token endpoint as its own, and itself as the
 * alias of it, would be handed an assertion that is good over there.
 */
function tokenEndpointFor(
  { tlsCertificate }: ClientCredentials,
  { token_endpoint, mtls_endpoint_aliases }: client.ServerMetadata,
): string | undefined {
  const alias = tlsCertificate === undefined ? undefined : mtls_endpoint_aliases?.token_endpoint;
  return alias ?? token_endpoint;
}

async function signedAssertion(
  { clientKey = '', clientKeyId, clientKeyAlgorithm, clientCertificate }: ClientCredentials,
  audience: string | undefined,
): Promise<client.ClientAuth> {
  const key = await importPKCS8(clientKey, clientKeyAlgorithm).catch(() => {
    // Without the cause: a parser's message may quote what it read.
    const reason = `\`clientKey\` is not a private key in PKCS #8 for ${clientKeyAlgorithm} ("BEGIN PRIVATE KEY")`;
    throw new ConnectorError('misconfigured', { reason });
  });
  const thumbprint = clientCertificate && thumbprintOf(clientCertificate);
  return client.PrivateKeyJwt(clientKeyId === undefined ? key : { key, kid: clientKeyId }, {
    [client.modifyAssertion](header, payload) {
      if (thumbprint) header['x5t#S256'] = thumbprint;
      // What RFC 7523, section 3, names first; not all upstreams take their issuer there.
      if (audience !== undefined) payload.aud = audience;
    },
  });
}

function thumbprintOf(certificate: string): string {
  try {
    const digits = new X509Certificate(certificate).fingerprint256.replaceAll(':', '');
    return Buffer.from(digits, 'hex').toString('base64url');
  } catch (cause) {
    const reason =
      '`clientCertificate` cannot be read: it has to be one certificate in PEM ("BEGIN CERTIFICATE")';
    throw new ConnectorError('misconfigured', { reason, cause });
  }
}
