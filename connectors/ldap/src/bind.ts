/** Binds: as the service account, as the person who typed a password, and as nobody. */
import { randomUUID } from 'node:crypto';
import { ConnectorError } from '@gatehouse/connector-kit';
import type { LdapConfig } from './config.ts';
import { describe, misconfigured, unavailable } from './errors.ts';
import type { Session } from './session.ts';
import type { LdapConnection } from './wire/connection.ts';
import type { Result } from './wire/response.ts';
import { resultCode } from './wire/result-code.ts';

/** Without `bindDn` the connection stays as it is: anonymous. */
export async function bindService(connection: LdapConnection, config: LdapConfig): Promise<void> {
  if (config.bindDn === undefined || config.bindPassword === undefined) return;
  const result = await connection.bind(config.bindDn, config.bindPassword);
  if (result.code === resultCode.success) return;
  if (isOutage(result)) throw unavailable(`the directory cannot bind now: ${describe(result)}`);
  throw misconfigured(`the directory refused the service account ${config.bindDn}: ${describe(result)}`);
}

export type Verdict = 'right' | 'wrong';

/**
 * Only an outage is told to whoever typed the password: it is the whole directory's, and an unknown name meets it too
 * (`bindDecoy`).
 *
 * Attack: locked, disabled, "not without TLS", or a code that nobody knows, where an unknown name gets "wrong", tells a
 * guesser which names exist. All of that is `denied` without a sentence, which looks like a wrong password from outside;
 * the log has the reason.
 */
export async function bindPerson(session: Session, dn: string, password: string): Promise<Verdict> {
  const result = await session.bind(dn, password);
  switch (result.code) {
    case resultCode.success:
      return 'right';
    case resultCode.invalidCredentials:
    // An entry without a password, or one that was deleted a moment ago: no password is right.
    case resultCode.inappropriateAuthentication:
    case resultCode.noSuchObject:
      return 'wrong';
    case resultCode.busy:
    case resultCode.unavailable:
      throw unavailable(`the directory could not check the password of ${dn}: ${describe(result)}`);
    default:
      throw new ConnectorError('denied', { reason: `the directory refused ${dn}: ${whyRefused(result)}` });
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
export async function bindDecoy(session: Session, config: LdapConfig, password: string): Promise<'wrong'> {
  const result = await session.bind(nobody(config), password);
  if (isOutage(result)) throw unavailable(`the directory could not check a password: ${describe(result)}`);
  return 'wrong';
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

function isOutage(result: Result): boolean {
  return result.code === resultCode.busy || result.code === resultCode.unavailable;
}
