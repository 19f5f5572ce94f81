/**
 * Which scopes a sign-in gets.
 *
 * The library drops what it does not know in silence, and `offline_access` unless the person is asked for consent.
 * Unknown scopes are an error here (a typing mistake must not turn into a token without groups), and
 * `offline_access` follows the client's `refreshTokens`: kubelogin, Argo CD and oauth2-proxy never ask for consent.
 */
import { AudienceRefused, audiencesOf, type Client, parseScopes } from '@gatehouse/core';
import { errors } from 'oidc-provider';

/**
 * @param requested the raw `scope` parameter
 * @throws InvalidScope (RFC 6749, section 4.1.2.1)
 */
export function scopesFor(
  requested: string,
  client: Client,
  clients: ReadonlyMap<string, Client>,
): readonly string[] {
  const { known, unknown } = parseScopes(requested);
  if (unknown.length > 0) throw new errors.InvalidScope('unrecognized scope(s)', printable(unknown));
  if (!known.includes('openid')) throw new errors.InvalidScope('missing required scope openid', 'openid');
  checkAudiences(known, client, clients);
  const others = known.filter((scope) => scope !== 'offline_access');
  return offlineFor(client, known) ? [...others, 'offline_access'] : others;
}

function offlineFor(client: Client, requested: readonly string[]): boolean {
  if (client.refreshTokens === 'requested') return requested.includes('offline_access');
  return client.refreshTokens === 'always';
}

function checkAudiences(
  scopes: readonly string[],
  client: Client,
  clients: ReadonlyMap<string, Client>,
): void {
  try {
    audiencesOf(scopes, client, (id) => clients.get(id));
  } catch (error) {
    if (!(error instanceof AudienceRefused)) throw error;
    throw new errors.InvalidScope('the client cannot request this audience', printable([error.scope]));
  }
}

/** RFC 6749, appendix A.4: what of a scope may be repeated in an answer. */
function printable(scopes: readonly string[]): string {
  return scopes
    .join(' ')
    .replaceAll(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, '?')
    .slice(0, 200);
}
