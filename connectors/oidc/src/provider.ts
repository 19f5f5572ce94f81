/** What the upstream says about itself (OIDC Discovery 1.0), its keys, and a client for each call. */
import { type Call, ConnectorError, type ConnectorHost } from '@gatehouse/connector-kit';
import { failureOf, openClient, readable, upstreamFetch } from '@gatehouse/oauth-upstream';
import * as client from 'openid-client';
import type { OidcConfig } from './config.ts';
import { discoveryDocument } from './discovery-document.ts';

/** How long a discovery document is believed. Keys have their own time, and an unknown one is asked for at once. */
const discoveryLifetime = 3_600_000;
/** How long an old one serves before the upstream is asked for it again in vain. */
const discoveryPause = 60_000;

interface Discovered {
  readonly metadata: client.ServerMetadata;
  /** When it is asked for again. */
  readonly until: number;
}

export class Provider {
  readonly config: OidcConfig;
  readonly host: ConnectorHost;
  #discovered: Discovered | undefined;
  #keys: client.ExportedJWKSCache | undefined;

  constructor(config: OidcConfig, host: ConnectorHost) {
    this.config = config;
    this.host = host;
  }

  /** Asks when first needed and again after a failure; an old answer is better than none, and than waiting for one. */
  async metadata(call: Pick<Call, 'signal'>): Promise<client.ServerMetadata> {
    const known = this.#discovered;
    const now = this.host.now().getTime();
    if (known !== undefined && now < known.until) return known.metadata;
    try {
      const metadata = await this.discover(call);
      this.#discovered = { metadata, until: now + discoveryLifetime };
      return metadata;
    } catch (error) {
      if (known === undefined) throw error;
      // Unless another call has found a new one meanwhile.
      if (this.#discovered === known) this.#discovered = { ...known, until: now + discoveryPause };
      if (call.signal.aborted) throw error;
      this.host.log.warn({ error }, 'discovery document could not be read again, the last one stays');
      return known.metadata;
    }
  }

  /** @throws ConnectorError */
  async discover(call: Pick<Call, 'signal'>): Promise<client.ServerMetadata> {
    const { config, host } = this;
    const asked = `the discovery document (${config.discoveryUrl})`;
    try {
      const found = await client.discovery(new URL(config.discoveryUrl), config.clientId, {}, client.None(), {
        [client.customFetch]: upstreamFetch(host, call),
        execute: config.plainHttp ? [client.allowInsecureRequests] : [],
      });
      return this.#checked({ ...found.serverMetadata() });
    } catch (error) {
      throw failureOf(error, { asked });
    }
  }

  /** Ends with the call; verifies the signature of every ID token, also of those that came straight over TLS. */
  async client(call: Pick<Call, 'signal'>): Promise<client.Configuration> {
    const { config, host } = this;
    const metadata = await this.metadata(call);
    const { clientId, clockTolerance, plainHttp } = config;
    const opened = await openClient({
      host,
      call,
      metadata,
      clientId,
      credentials: config,
      clockTolerance,
      plainHttp,
    });
    client.enableNonRepudiationChecks(opened);
    if (this.#keys !== undefined) client.setJwksCache(opened, this.#keys);
    return opened;
  }

  /** The keys that a call has fetched serve the next one. */
  keepKeys(used: client.Configuration): void {
    this.#keys = client.getJwksCache(used) ?? this.#keys;
  }

  /** Attack: an issuer that speaks for another one (OIDC Discovery 1.0, section 4.3). Letter by letter. */
  #checked(document: object): client.ServerMetadata {
    const { issuer, endpoints, algorithms } = this.config;
    const read = discoveryDocument.safeParse(withoutNulls(document));
    if (!read.success) throw malformed(read.error);
    if (read.data.issuer !== issuer) throw otherIssuer(read.data.issuer, issuer);
    return {
      ...read.data,
      ...(endpoints.authorization && { authorization_endpoint: endpoints.authorization }),
      ...(endpoints.token && { token_endpoint: endpoints.token }),
      ...(endpoints.keys && { jwks_uri: endpoints.keys }),
      ...(endpoints.userinfo && { userinfo_endpoint: endpoints.userinfo }),
      ...(endpoints.endSession && { end_session_endpoint: endpoints.endSession }),
      // Attack: the client's secret, sent to the alias that the document names, past the address that was written.
      mtls_endpoint_aliases: {
        ...read.data.mtls_endpoint_aliases,
        ...(endpoints.token && { token_endpoint: endpoints.token }),
        ...(endpoints.userinfo && { userinfo_endpoint: endpoints.userinfo }),
      },
      // Attack: `none`, or HS256 with the public key for a secret. What the upstream names is no permission.
      id_token_signing_alg_values_supported: algorithms,
      userinfo_signing_alg_values_supported: algorithms,
    };
  }
}

/** Some write `null` for what they do not have. */
function withoutNulls(document: object): object {
  return Object.fromEntries(Object.entries(document).filter(([, value]) => value !== null));
}

function otherIssuer(found: string, expected: string): ConnectorError {
  const reason = `the discovery document is of the issuer "${readable(found)}", and \`issuer\` says "${expected}"`;
  return new ConnectorError('misconfigured', { reason });
}

function malformed({
  issues,
}: {
  issues: readonly { readonly path: readonly PropertyKey[] }[];
}): ConnectorError {
  const members = issues.map(({ path }) => String(path[0])).join(', ');
  return new ConnectorError('bad_response', { reason: `the discovery document is malformed: ${members}` });
}
