/** Whether somebody may begin a session, or go on with one, as their entry tells. */
import type { Trace } from '@gatehouse/connector-kit';
import type { LdapConfig } from '../config.ts';
import type { Entry } from '../entry.ts';
import { accountState } from './account-state.ts';
import { type AccountState, type Finding, refuse, spelled } from './states.ts';

interface Judge {
  readonly config: LdapConfig;
  now(): Date;
}

/**
 * For somebody who has proved who they are. Some directories do not look at all of it when they check a password, and
 * a ticket comes without their word.
 *
 * @param settled what the directory itself has just decided about, which is newer than the entry
 * @throws ConnectorError `denied`, with a sentence for the person
 */
export function requireGoodStanding(
  entry: Entry,
  judge: Judge,
  trace: Trace,
  settled: readonly AccountState[] = [],
): void {
  const finding = findingsOf(entry, judge, trace).find(({ state }) => !settled.includes(state));
  if (finding !== undefined) throw refuse(entry.dn, finding, judge.config.passwordChangeUrl);
}

/** What ends the sessions of this person, if anything does. */
export function whatEnds(entry: Entry, judge: Judge, trace: Trace): Finding | undefined {
  return findingsOf(entry, judge, trace).find(({ state }) => ends(state, judge.config.onLocked));
}

/**
 * A password that has expired keeps somebody from signing in anew; whoever is signed in has shown it when it was good.
 * Attack: if a lock ended sessions, anybody could end those of others with a few wrong passwords.
 */
function ends(state: AccountState, onLocked: LdapConfig['onLocked']): boolean {
  if (state === 'account locked') return onLocked === 'refuse';
  return state !== 'password expired' && state !== 'password to be changed';
}

function findingsOf(entry: Entry, { now }: Judge, trace: Trace): readonly Finding[] {
  const findings = accountState(entry, now());
  if (findings.length > 0) trace.step('ldap account', { person: entry.dn, states: findings.map(spelled) });
  return findings;
}
