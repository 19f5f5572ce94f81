/** `GET /connectors/<id>/frontchannel-logout`: the same, in a frame of the upstream's own sign-out page. */
import type { Arrival, Reply } from '@gatehouse/connector-kit';
import type { Provider } from '../provider.ts';

/**
 * OpenID Connect Front-Channel Logout 1.0, section 2. Nothing is signed: whoever knows the name of a session can end it
 * (and it names no person), so it is there by `frontchannelLogout` alone. No cookie is needed, which a frame has not.
 */
export async function frontchannel({ config, host }: Provider, { params }: Arrival): Promise<Reply> {
  const [issuers, sessions] = [params.getAll('iss'), params.getAll('sid')];
  const [sid, more] = sessions;
  const isOurs = issuers.length <= 1 && (issuers[0] ?? config.issuer) === config.issuer;
  const headers = { 'cache-control': 'no-store', 'content-type': 'text/plain; charset=utf-8' };
  if (!isOurs || more !== undefined || sid === undefined || sid.length < shortest || sid.length > longest) {
    return { status: 400, headers, body: 'There is not one `sid` of this provider.' };
  }
  await host.changed([], 'signedOut', [sid]);
  return { status: 200, headers, body: 'Signed out.' };
}

/** Characters. Attack: sessions that are numbered, and everybody is signed out by counting. */
const shortest = 16;
const longest = 255;
