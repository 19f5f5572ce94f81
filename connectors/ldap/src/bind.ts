/** Binds: as the person who typed a password, and as nobody. */
import { randomUUID } from 'node:crypto';
import type { ConnectorError } from '@gatehouse/connector-kit';
import { type BindAnswer, readBindAnswer } from './account/bind-answer.ts';
import type { LdapConfig } from './config.ts';
import { describe, unavailable } from './errors.ts';
import type { Session } from './session.ts';
import type { Result } from './wire/response.ts';
import { isOutage, resultCode } from './wire/result-code.ts';

/**
 * Throws for an outage only, which is told to whoever typed the password: it is the whole directory's, and an unknown
 * name meets it too (`bindDecoy`).
 *
 * Attack: "not without TLS", "locked", or a code that nobody knows, where an unknown name gets "wrong", tells a guesser
 * which names exist. All of that is `refused` without a finding, which looks like a wrong password from outside.
 */
export async function bindPerson(session: Session, dn: string, password: string): Promise<BindAnswer> {
  const result = await session.bind(dn, password);
  if (isOutage(result)) throw outage(result);
  switch (result.code) {
    case resultCode.success:
    case resultCode.invalidCredentials:
      return readBindAnswer(result);
    // An entry without a password, or one that was deleted a moment ago: no password is right.
    case resultCode.inappropriateAuthentication:
    case resultCode.noSuchObject:
      return { verdict: 'wrong' };
    default:
      return { verdict: 'refused', reason: whyRefused(result) };
  }
}

function whyRefused(result: Result): string {
  const wantsMore =
    result.code === resultCode.strongerAuthRequired || result.code === resultCode.confidentialityRequired;
  return wantsMore ? `it wants TLS or a stronger bind: ${describe(result)}` : describe(result);
}

/**
 * The bind that an unknown name costs, so that it takes as long as a wrong password. Whatever the directory says about
 * it is not believed; only an outage shows, as it would for a known name.
 */
export async function bindDecoy(session: Session, config: LdapConfig, password: string): Promise<BindAnswer> {
  const result = await session.bind(nobody(config), password);
  if (isOutage(result)) throw outage(result);
  return { verdict: 'wrong' };
}

/** Whether the directory lets in somebody who does not exist: then its "yes" means nothing. */
export async function acceptsAnybody(session: Session, config: LdapConfig): Promise<boolean> {
  const result = await session.bind(nobody(config), randomUUID());
  return result.code === resultCode.success;
}

/** An entry that does not exist. A name that does would be locked by our tries. */
function nobody(config: LdapConfig): string {
  return `cn=gatehouse-nobody-${randomUUID()},${config.userSearch.baseDn[0]}`;
}

function outage(result: Result): ConnectorError {
  return unavailable(`the directory could not check a password: ${describe(result)}`);
}
