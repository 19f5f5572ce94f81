/** Whether somebody who has proved who they are may begin a session, as their entry tells. */
import type { LdapConfig } from '../config.ts';
import type { Entry } from '../entry.ts';
import { accountState } from './account-state.ts';
import { type AccountState, refuse } from './states.ts';

/**
 * Some directories do not look at all of it when they check a password, and a ticket comes without their word.
 *
 * @param settled what the directory itself has just decided about, which is newer than the entry
 * @throws ConnectorError `denied`, with a sentence for the person
 */
export function requireGoodStanding(
  entry: Entry,
  { config, now }: { readonly config: LdapConfig; now(): Date },
  settled: readonly AccountState[] = [],
): void {
  const finding = accountState(entry, now()).find(({ state }) => !settled.includes(state));
  if (finding !== undefined) throw refuse(entry.dn, finding, config.passwordChangeUrl);
}
