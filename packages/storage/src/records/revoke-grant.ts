/** The end of a grant and of everything that stands on it. */
import { call, type Statement } from '../database/statement.ts';
import type { UnitPart } from '../unit/part.ts';
import { revokeAccessTokens } from './access-tokens.ts';
import { revokeCodes } from './authorization-codes.ts';
import { destroyGrant } from './grants.ts';

const endOfflineSessions: Statement = {
  name: 'offline_session_revoke',
  text: `
    UPDATE offline_sessions SET ended_at = $2, end_reason = 'revoked' WHERE grant_id = $1 AND ended_at IS NULL`,
};

/**
 * The order matters while another request exchanges the code or refreshes: it holds the row of the code or of the
 * offline session, so we wait for it there, and then see (and remove) what it made.
 */
export function revokeGrant({ writes, shelves, now }: UnitPart, grantId: string): void {
  const at = now();
  writes.decide([
    call(revokeCodes, grantId),
    call(endOfflineSessions, grantId, at),
    call(revokeAccessTokens, grantId),
    call(destroyGrant, grantId),
  ]);
  shelves.authorizationCode.change((_, code) => (code.grantId === grantId ? null : code));
  shelves.accessToken.change((_, token) => (token.grantId === grantId ? null : token));
  shelves.offlineSession.change((_, session) =>
    session.grantId === grantId && !session.ended
      ? { ...session, ended: { at, reason: 'revoked' } }
      : session,
  );
  shelves.grant.remove(grantId);
}
