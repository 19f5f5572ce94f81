/** Tokens that end with the browser session they come from (`refreshTokenLifetime: session`). */
import type { default as Provider, Session } from 'oidc-provider';

interface Bound {
  readonly expiresWithSession?: boolean | undefined;
  readonly sessionUid?: string | undefined;
  readonly accountId?: string | undefined;
}

/**
 * The library also compares the session's grant, which would end the first sign-in of a client with its second one:
 * each of ours has a grant of its own. So it is told to leave the question to us.
 */
export const oursToAnswer = { ignoreSessionBinding: true } as const;

export async function outlivesSession(provider: Provider, token: Bound): Promise<boolean> {
  if (!token.expiresWithSession || token.sessionUid === undefined) return true;
  const session: Session | undefined = await provider.Session.findByUid(token.sessionUid);
  return session !== undefined && session.accountId === token.accountId;
}
