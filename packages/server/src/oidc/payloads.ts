/**
 * What of the library's payloads is stored, and how it is made whole again.
 *
 * The library writes secrets into payloads: a session's id is its cookie, an interaction repeats that cookie and its
 * own, an `id_token_hint` is a token that clusters accept. The store has ids as SHA-256 only, so a copy of the
 * database must not find them here.
 */
import type { Json } from '@gatehouse/connector-kit';
import type { ProtocolRecord, RecordKind } from '@gatehouse/core';
import { decodeJwt } from 'jose';
import type { AdapterPayload } from 'oidc-provider';

type Payload = Record<string, unknown>;

export function toRecord(
  kind: RecordKind,
  payload: AdapterPayload,
  lifetime: number,
  now: Date,
): ProtocolRecord {
  const { jti: _id, exp, grantId, accountId, clientId, consumed: _consumed, ...rest } = payload;
  const expiresAt = exp === undefined ? new Date(now.getTime() + lifetime * 1000) : new Date(exp * 1000);
  const sessionUid = kind === 'session' ? payload.uid : payload.sessionUid;
  const { upstreamSession } = payload;
  return {
    payload: withoutSecrets(kind, rest) as { readonly [key: string]: Json },
    expiresAt,
    ...(grantId !== undefined && { grantId }),
    ...(accountId !== undefined && { subject: accountId }),
    ...(clientId !== undefined && { clientId }),
    ...(sessionUid !== undefined && { sessionUid }),
    ...(kind === 'session' && typeof upstreamSession === 'string' && { upstreamSession }),
  };
}

/** @param id what it was found by; absent for a session found by its public id, which nobody may save again */
export function toPayload(
  record: ProtocolRecord,
  id: string | undefined,
  resumeUrl: (uid: string) => string,
) {
  const payload: Payload = {
    ...record.payload,
    exp: Math.floor(record.expiresAt.getTime() / 1000),
    ...(id !== undefined && { jti: id }),
    ...(record.grantId !== undefined && { grantId: record.grantId }),
    ...(record.subject !== undefined && { accountId: record.subject }),
    ...(record.clientId !== undefined && { clientId: record.clientId }),
    ...(record.upstreamSession !== undefined && { upstreamSession: record.upstreamSession }),
    ...(record.consumedAt && { consumed: Math.floor(record.consumedAt.getTime() / 1000) }),
  };
  if (payload.kind === 'Interaction' && id !== undefined) payload.returnTo = resumeUrl(id);
  return payload as AdapterPayload;
}

function withoutSecrets(kind: RecordKind, payload: Payload): Payload {
  if (kind !== 'interaction') return compact(payload);
  const { returnTo: _address, deviceCode: _device, parJti: _par, session, params, ...rest } = payload;
  return compact({ ...rest, session: withoutCookie(session), params: withoutHint(params) });
}

function withoutCookie(session: unknown): unknown {
  if (typeof session !== 'object' || session === null) return session;
  const { cookie: _cookie, ...rest } = session as Payload;
  return rest;
}

/** Of an `id_token_hint`, which was verified when it came, only whom it names is kept. */
function withoutHint(params: unknown): unknown {
  const { id_token_hint: hint, ...rest } = (params ?? {}) as Payload;
  return typeof hint === 'string' ? { ...rest, id_token_hint: hintedSubject(hint) } : rest;
}

/** A second interaction of the same request has the subject already. */
export function hintedSubject(hint: string): string {
  return hint.includes('.') ? String(decodeJwt(hint).sub) : hint;
}

/** JSON has no `undefined`. */
function compact(payload: Payload): Payload {
  return JSON.parse(JSON.stringify(payload));
}
