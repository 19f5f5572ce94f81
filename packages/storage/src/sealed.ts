/** What a sealed column is bound to: table, column and row, so that a value cannot be moved to another place. */
export type SealedColumn =
  | 'identities.state_sealed'
  | 'logins.memo_sealed'
  | 'arrivals.arrival_sealed'
  | 'tries.offer_sealed'
  | 'tries.arrival_sealed'
  | 'tries.findings_sealed'
  | 'upstream_sessions.state_sealed'
  | 'signing_keys.private_jwk_sealed'
  | 'secrets.value_sealed';

export function purposeOf(column: SealedColumn, row: string): string {
  return `${column}:${row}`;
}
