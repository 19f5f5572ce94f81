/** Which options of the client's authentication cannot stand together, and which are missing. */
import type { ClientCredentials } from './client-authentication.ts';

type Conflict = (path: string, message: string) => void;

export function refuseCredentials(
  written: ClientCredentials & { readonly tlsKey?: string | undefined },
  conflict: Conflict,
): void {
  const { clientAuthentication: method, clientSecret, clientKey, tlsCertificate, tlsKey } = written;
  if (clientSecret !== undefined && clientKey !== undefined) {
    conflict('clientKey', 'and `clientSecret` exclude each other');
  }
  if ((tlsCertificate === undefined) !== (tlsKey === undefined)) {
    conflict('tlsKey', 'and `tlsCertificate` go together');
  }
  if (method?.startsWith('client_secret') && clientSecret === undefined)
    conflict('clientSecret', 'is missing');
  if (method === 'private_key_jwt' && clientKey === undefined) conflict('clientKey', 'is missing');
  if (method === 'tls_client_auth' && tlsCertificate === undefined) conflict('tlsCertificate', 'is missing');
  if (method === 'none' && (clientSecret ?? clientKey) !== undefined) {
    conflict('clientAuthentication', 'is `none`, and there is a secret or a key');
  }
}
