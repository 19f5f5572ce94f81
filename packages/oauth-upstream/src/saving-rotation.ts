/**
 * A rotated refresh token is stored as soon as it has arrived, before anything that came with it is looked at: if the
 * keys cannot be fetched, or the ID token is of no use, the old token is spent all the same.
 */
import * as client from 'openid-client';

/** From here on `save` is called with each other refresh token that this client is given. */
export function savingRotation(
  opened: client.Configuration,
  current: string,
  save: (refreshToken: string) => Promise<void>,
): void {
  const { token_endpoint, mtls_endpoint_aliases } = opened.serverMetadata();
  // As requests have them: written otherwise (`HTTPS:`, no slash, `:443`) an address is the same.
  const places = [token_endpoint, mtls_endpoint_aliases?.token_endpoint].map(
    (url) => URL.parse(url ?? '')?.href,
  );
  const send = opened[client.customFetch];
  if (send === undefined) throw new TypeError('this client was not opened here');
  let known = current;
  opened[client.customFetch] = async (url, init) => {
    const answer = await send(url, init);
    const rotated = places.includes(URL.parse(url)?.href) ? await refreshTokenIn(answer.clone()) : undefined;
    if (rotated !== undefined && rotated !== known) {
      await save(rotated);
      known = rotated;
    }
    return answer;
  };
}

async function refreshTokenIn(answer: Response): Promise<string | undefined> {
  if (answer.status !== 200) return undefined;
  const body: unknown = await answer.json().catch(() => null);
  if (typeof body !== 'object' || body === null || !('refresh_token' in body)) return undefined;
  const { refresh_token: token } = body;
  return typeof token === 'string' && token !== '' ? token : undefined;
}
