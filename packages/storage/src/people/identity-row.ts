/** An identity as columns, and back. */
import type { Authenticated, Identity, Json } from '@gatehouse/connector-kit';
import { BrokerError, type Gone, openJson, type Seal, type StoredIdentity, sealJson } from '@gatehouse/core';
import type { Row } from '../database/database.ts';
import { bytes, date, dateOrNull, flag, present, text, textOrNull, texts } from '../database/row.ts';
import { purposeOf } from '../sealed.ts';
import { isStorable } from '../storable.ts';

/** For a SELECT that names the table `i`; the alias keeps it apart from what it is read together with. */
export const identityColumns = `
  i.subject AS i_subject, i.connector_id AS i_connector_id, i.upstream_id AS i_upstream_id,
  i.username AS i_username, i.display_name AS i_display_name, i.email AS i_email,
  i.email_verified AS i_email_verified, i.groups AS i_groups, i.has_authenticated AS i_has_authenticated,
  i.authenticated_at AS i_authenticated_at, i.authenticated_acr AS i_authenticated_acr,
  i.authenticated_amr AS i_authenticated_amr, i.upstream_session AS i_upstream_session,
  i.state_sealed AS i_state_sealed, i.checked_at AS i_checked_at, i.stale_since AS i_stale_since,
  i.gone_at AS i_gone_at, i.gone_reason AS i_gone_reason, i.gone_since AS i_gone_since,
  i.gone_until AS i_gone_until, i.gone_proof AS i_gone_proof, i.last_login_at AS i_last_login_at`;

/** Null where an outer join found nobody. */
export function readIdentity(row: Row, seal: Seal): StoredIdentity | null {
  const subject = textOrNull(row, 'i_subject');
  if (subject === null) return null;
  return {
    subject,
    connectorId: text(row, 'i_connector_id'),
    identity: readUpstream(row, subject, seal),
    checkedAt: date(row, 'i_checked_at'),
    lastLoginAt: date(row, 'i_last_login_at'),
    ...present({ staleSince: dateOrNull(row, 'i_stale_since'), gone: readGone(row) }),
  };
}

/** The later columns are empty where an older version has written the row, beside this one. */
function readGone(row: Row): Gone | null {
  const at = dateOrNull(row, 'i_gone_at');
  if (at === null) return null;
  return {
    at,
    since: dateOrNull(row, 'i_gone_since') ?? at,
    until: dateOrNull(row, 'i_gone_until') ?? new Date(at.getTime() + day),
    reason: text(row, 'i_gone_reason'),
    proof: textOrNull(row, 'i_gone_proof') === 'stated' ? 'stated' : 'absent',
  };
}

const day = 86_400_000;

function readUpstream(row: Row, subject: string, seal: Seal): Identity<Json> {
  const email = textOrNull(row, 'i_email');
  return {
    upstreamId: text(row, 'i_upstream_id'),
    username: text(row, 'i_username'),
    groups: texts(row, 'i_groups'),
    state: openJson(seal, bytes(row, 'i_state_sealed'), purposeOf('identities.state_sealed', subject)),
    ...present({
      displayName: textOrNull(row, 'i_display_name'),
      upstreamSession: textOrNull(row, 'i_upstream_session'),
    }),
    ...(email !== null && { email: { address: email, verified: flag(row, 'i_email_verified') } }),
    ...(flag(row, 'i_has_authenticated') && { authenticated: readAuthenticated(row) }),
  };
}

function readAuthenticated(row: Row): Authenticated {
  return present({
    at: dateOrNull(row, 'i_authenticated_at'),
    acr: textOrNull(row, 'i_authenticated_acr'),
    amr: row.i_authenticated_amr === null ? null : texts(row, 'i_authenticated_amr'),
  });
}

/**
 * The values of the columns upstream_id to state_sealed, in the order of the table.
 * @throws BrokerError when a text cannot be stored: a changed character could be another person or another group
 */
export function upstreamValues(subject: string, identity: Identity<Json>, seal: Seal): readonly unknown[] {
  refuseUnstorable(identity);
  const { email, authenticated } = identity;
  return [
    identity.upstreamId,
    identity.username,
    storableOrNull(identity.displayName),
    email?.address ?? null,
    email?.verified ?? null,
    identity.groups,
    authenticated?.at ?? null,
    authenticated?.acr ?? null,
    authenticated?.amr ?? null,
    authenticated !== undefined,
    identity.upstreamSession ?? null,
    sealJson(seal, identity.state, purposeOf('identities.state_sealed', subject)),
  ];
}

/** A name for show alone, by which nobody is told apart: one that cannot be stored is none. */
function storableOrNull(name: string | undefined): string | null {
  return name !== undefined && isStorable(name) ? name : null;
}

function refuseUnstorable(identity: Identity<Json>): void {
  const { authenticated, email } = identity;
  const named = {
    upstreamId: [identity.upstreamId],
    username: [identity.username],
    email: [email?.address ?? ''],
    groups: identity.groups,
    acr: [authenticated?.acr ?? ''],
    amr: authenticated?.amr ?? [],
    upstreamSession: [identity.upstreamSession ?? ''],
  };
  for (const [field, values] of Object.entries(named)) {
    if (values.every(isStorable)) continue;
    throw new BrokerError('bad_upstream_response', {
      reason: `the upstream's ${field} holds a NUL character or is not well-formed Unicode`,
    });
  }
}
