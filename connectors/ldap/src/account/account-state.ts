/** How an account is, as its entry tells: for the ways to sign in without a bind, and for refreshes. */
import type { Entry } from '../entry.ts';
import type { AccountState, Finding } from './states.ts';
import { numberIn, timeIn, truthIn } from './status-values.ts';

interface Rule {
  readonly state: AccountState;
  readonly attribute: string;
  holds(entry: Entry, now: Date): boolean;
}

/** In the order in which a person should hear of it. Who does not have, or not show, an attribute says nothing by it. */
const rules: readonly Rule[] = [
  // Active Directory ([MS-ADTS] 2.2.16), and its small sister AD LDS
  flag('account disabled', 'userAccountControl', 0x2n),
  truth('account disabled', 'msDS-UserAccountDisabled'),
  // OpenLDAP's ppolicy: a lock that only an administrator takes away
  rule('account disabled', 'pwdAccountLockedTime', (entry) =>
    isYearZero(timeIn(entry, 'pwdAccountLockedTime')),
  ),
  // 389 Directory Server, FreeIPA
  truth('account disabled', 'nsAccountLock'),

  rule('account expired', 'accountExpires', hasExpired),
  rule('account expired', 'pwdEndTime', (entry, now) => isPast(timeIn(entry, 'pwdEndTime'), now)),
  rule('account expired', 'krbPrincipalExpiration', kerberosExpired('krbPrincipalExpiration')),
  rule('account expired', 'shadowExpire', shadowExpired),
  rule('account not yet valid', 'pwdStartTime', (entry, now) => isAhead(timeIn(entry, 'pwdStartTime'), now)),

  flag('account locked', 'msDS-User-Account-Control-Computed', 0x10n),
  rule('account locked', 'lockoutTime', mayBeLockedOut),
  rule('account locked', 'pwdAccountLockedTime', lockedByPolicy),
  rule('account locked', 'accountUnlockTime', (entry, now) =>
    isAhead(timeIn(entry, 'accountUnlockTime'), now),
  ),

  flag('password expired', 'msDS-User-Account-Control-Computed', 0x800000n),
  rule('password expired', 'krbPasswordExpiration', kerberosExpired('krbPasswordExpiration')),
];

/** What is asked of the directory with each person; operational attributes come only by name. */
export const statusAttributes: readonly string[] = [...new Set(rules.map(({ attribute }) => attribute))];

/**
 * All that stands in the way, most lasting first. Empty: nothing.
 * @throws ConnectorError `misconfigured` for a value that cannot be read
 */
export function accountState(entry: Entry, now: Date): readonly Finding[] {
  return rules
    .filter((rule) => rule.holds(entry, now))
    .map(({ state, attribute }) => ({ state, because: `"${attribute}" of the entry` }));
}

function rule(state: AccountState, attribute: string, holds: Rule['holds']): Rule {
  return { state, attribute, holds };
}

function flag(state: AccountState, attribute: string, bit: bigint): Rule {
  return rule(state, attribute, (entry) => ((numberIn(entry, attribute) ?? 0n) & bit) !== 0n);
}

function truth(state: AccountState, attribute: string): Rule {
  return rule(state, attribute, (entry) => truthIn(entry, attribute) === true);
}

const never = 0x7fff_ffff_ffff_ffffn;

/** Units of 100 ns since 1601; 0 and the largest number are "never" ([MS-ADA1] 2.1). */
function hasExpired(entry: Entry, now: Date): boolean {
  const expires = numberIn(entry, 'accountExpires') ?? never;
  return expires !== 0n && expires !== never && expires <= fileTime(now);
}

function fileTime(time: Date): bigint {
  return (BigInt(time.getTime()) + 11_644_473_600_000n) * 10_000n;
}

/** The time of the lock stays after it has run out. It counts only where the directory does not compute the rest. */
function mayBeLockedOut(entry: Entry): boolean {
  const computed = numberIn(entry, 'msDS-User-Account-Control-Computed');
  return computed === undefined && (numberIn(entry, 'lockoutTime') ?? 0n) !== 0n;
}

/** How long the lock lasts is in a policy that we do not see: it counts until the next sign-in takes it away. */
function lockedByPolicy(entry: Entry, now: Date): boolean {
  const since = timeIn(entry, 'pwdAccountLockedTime');
  return since !== undefined && !isYearZero(since) && since <= now;
}

/** slapo-ppolicy(5): `000001010000Z`. */
function isYearZero(time: Date | undefined): boolean {
  return time?.getUTCFullYear() === 0;
}

/** MIT's KDC writes "never" as the beginning of 1970. */
function kerberosExpired(attribute: string): Rule['holds'] {
  return (entry, now) => {
    const time = timeIn(entry, attribute);
    return time?.getTime() !== 0 && isPast(time, now);
  };
}

/** Days since 1970 (shadow(5)); a negative number is "never". */
function shadowExpired(entry: Entry, now: Date): boolean {
  const day = numberIn(entry, 'shadowExpire') ?? -1n;
  return day >= 0n && BigInt(now.getTime()) >= day * 86_400_000n;
}

function isPast(time: Date | undefined, now: Date): boolean {
  return time !== undefined && time <= now;
}

function isAhead(time: Date | undefined, now: Date): boolean {
  return time !== undefined && time > now;
}
