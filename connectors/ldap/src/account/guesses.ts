/** Whether the directory may be shown what was typed for somebody. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Call } from '@gatehouse/connector-kit';
import type { LdapConfig } from '../config.ts';
import { sameDn } from '../dn.ts';
import type { Entry } from '../entry.ts';

export interface Credentials {
  readonly username: string;
  readonly password: string;
  /** Counts a try against an account; false where it has had too many. */
  readonly mayTry?: (account: string) => Promise<boolean>;
}

/**
 * The person, or null for whom the sign-in has to end, and to cost, as for nobody.
 *
 * Attack: `jane`, `CORP\jane`, `jane@corp.example.com` and Jane's address are one account, and each of them a budget of
 * its own. So tries are counted by the entry as well. Nobody is told: "too many" under a name that was typed once
 * would say that it is one of Jane's.
 */
export async function exceptGuesses(
  person: Entry | null,
  credentials: Credentials,
  config: LdapConfig,
  { log, trace }: Pick<Call, 'log' | 'trace'>,
): Promise<Entry | null> {
  const { username, mayTry = async () => true } = credentials;
  // Counted for nobody, too, as it takes its time.
  const allowed = await mayTry(person?.dn.toLowerCase() ?? `nobody by the name of ${username}`);
  const reason = allowed
    ? whyHopeless(person, credentials, config)
    : 'too many tries under its several names';
  if (person === null || reason === undefined) return person;
  trace.step('ldap password withheld', { person: person.dn, reason });
  log.warn({ person: person.dn, reason }, 'a typed password was not shown to the directory');
  return null;
}

/**
 * Attack: the name of the service account, and passwords until the directory locks it: then nobody signs in any more.
 * Its password is known here, so any other one is wrong already.
 */
function whyHopeless(
  person: Entry | null,
  { password }: Credentials,
  { bindDn, bindPassword }: LdapConfig,
): string | undefined {
  if (person === null || bindDn === undefined || bindPassword === undefined) return undefined;
  if (!sameDn(person.dn, bindDn) || timingSafeEqual(hashOf(password), hashOf(bindPassword))) return undefined;
  return 'it is the service account, whose password is another one';
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
