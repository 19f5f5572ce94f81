/** Who vouches for the servers that are asked, and which certificate of ours they are shown. */
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import type { HttpNeeds } from '@gatehouse/connector-kit';

/** Options of a TLS connection. Without a context, the public authorities vouch. */
export interface Tls {
  readonly secureContext?: SecureContext;
  /** Always said: a variable of the environment (`NODE_TLS_REJECT_UNAUTHORIZED`) decides otherwise. */
  readonly rejectUnauthorized: boolean;
}

export interface Trust {
  /** For the hosts of `HttpNeeds.urls`; what the connector's configuration says counts here alone. */
  readonly named: Tls;
  readonly others: Tls;
  readonly proxy: Tls;
}

/** @param operatorsCa PEM, beside the public authorities */
export function trustOf(needs: HttpNeeds, operatorsCa?: string): Trust {
  const known = operatorsCa === undefined ? undefined : [...getCACertificates('default'), operatorsCa];
  const others = tls(known);
  const { ca, clientCertificate, insecureSkipTlsVerify = false } = needs;
  const named = ca || clientCertificate ? tls(ca ?? known, clientCertificate) : others;
  return { named: { ...named, rejectUnauthorized: !insecureSkipTlsVerify }, others, proxy: others };
}

/** The context is made once: reading all public authorities anew costs more than the rest of a handshake. */
function tls(ca: string | string[] | undefined, client?: HttpNeeds['clientCertificate']): Tls {
  if (!ca && !client) return { rejectUnauthorized: true };
  const own = client && { cert: client.cert, key: client.key };
  const secureContext = createSecureContext({ minVersion: 'TLSv1.2', ...(ca && { ca }), ...own });
  return { secureContext, rejectUnauthorized: true };
}
