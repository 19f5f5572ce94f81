/** Between a refresh token of the library and the offline session that stands for it. */
import type { Json } from '@gatehouse/connector-kit';
import type { OfflineSession } from '@gatehouse/core';
import type { RefreshToken } from 'oidc-provider';

/** Seconds. */
export interface OfflineLifetimes {
  readonly refreshIdle: number;
  readonly refreshMax: number;
}

const kept = ['scope', 'nonce', 'acr', 'amr', 'authTime', 'sid', 'sessionUid', 'expiresWithSession'] as const;

/** The idle lifetime slides with every use; the absolute one counts from the sign-in. */
export function offlineExpiry(
  createdAt: Date,
  usedAt: Date,
  { refreshIdle, refreshMax }: OfflineLifetimes,
): Date {
  return new Date(Math.min(usedAt.getTime() + refreshIdle * 1000, createdAt.getTime() + refreshMax * 1000));
}

export function offlinePayload(token: RefreshToken) {
  const { grantId, accountId: subject, clientId } = token;
  if (grantId === undefined || clientId === undefined) throw new Error('a refresh token without a grant');
  const entries = kept.map((name) => [name, token[name]]).filter(([, value]) => value !== undefined);
  return { grantId, subject, clientId, payload: Object.fromEntries(entries) as { [key: string]: Json } };
}

/** What the library's own `find` would have read. The value stands for the id: it is never shown as a `jti`. */
export function restored(session: OfflineSession, value: string, consumed: boolean) {
  const createdAt = seconds(session.createdAt);
  return {
    ...session.payload,
    jti: value,
    kind: 'RefreshToken',
    gty: 'authorization_code',
    iat: createdAt,
    iiat: createdAt,
    exp: seconds(session.expiresAt),
    grantId: session.grantId,
    accountId: session.subject,
    clientId: session.clientId,
    rotations: session.lineage.generation - 1,
    ...(consumed && { consumed: true }),
  };
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
