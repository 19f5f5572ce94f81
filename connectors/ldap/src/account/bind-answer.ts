/**
 * What the answer to somebody's bind says: about the password, and about the account behind it.
 *
 * Attack: a sentence such as "your account is disabled" after a wrong password tells a guesser which names exist. So a
 * state is told only where the directory says it after it has compared the password, and to nobody else. Which that is:
 *
 * - Active Directory: each of its codes but 775 (locked) and 525 (nobody by that name). Samba, too: a lock is looked at
 *   before the password, all else after it.
 * - Whatever comes with a success.
 * - OpenLDAP's `ppolicy`, 389 and FreeIPA: "expired" comes after the comparison; "locked" takes its place, and an account
 *   that is inactivated or locked in 389 has results of its own (53, 19). Of other servers one does not know: a claim.
 * - Netscape's own control for "expired" comes from OpenLDAP for a locked account, and alone proves nothing.
 */
import { describe } from '../errors.ts';
import type { PasswordPolicy } from '../wire/controls.ts';
import type { Result } from '../wire/response.ts';
import { resultCode } from '../wire/result-code.ts';
import type { AccountState, Finding } from './states.ts';

export type BindAnswer = Right | { readonly verdict: 'wrong' } | Refused;

export interface Right {
  readonly verdict: 'right';
  /** The password has expired, and may be used as often as this after now. */
  readonly graceLogins?: number;
}

export interface Refused {
  readonly verdict: 'refused';
  /** For the log. */
  readonly reason: string;
  /** There where the password was proved right. */
  readonly finding?: Finding;
  /** The same, if the server is one that compares the password before it says so. */
  readonly claim?: Finding;
}

/** For `success` and `invalidCredentials`; other results have nothing to say about a password. */
export function readBindAnswer(result: Result): BindAnswer {
  const { policy = {} } = result;
  return result.code === resultCode.success ? readSuccess(policy) : readRefusal(result, policy);
}

/** The password is right, but a directory may let it do nothing except be changed. */
function readSuccess(policy: PasswordPolicy): BindAnswer {
  const { error, graceLogins, expired = false } = policy;
  if (error !== undefined) {
    const state = policyErrors[error];
    const reason = `success with the password policy error ${error}`;
    return { verdict: 'refused', reason, ...(state && { finding: { state, because: reason } }) };
  }
  if (graceLogins !== undefined) return { verdict: 'right', graceLogins };
  if (!expired) return { verdict: 'right' };
  const because = 'success with the control 2.16.840.1.113730.3.4.4';
  return { verdict: 'refused', reason: because, finding: { state: 'password to be changed', because } };
}

function readRefusal(result: Result, { error, expired }: PasswordPolicy): BindAnswer {
  const said = describe(result);
  if (error !== undefined) {
    const reason = `${said}, password policy error ${error}`;
    return { verdict: 'refused', reason, ...(error === 0 && { claim: found('password expired', reason) }) };
  }
  if (expired === true) return { verdict: 'refused', reason: `${said}, expired or locked` };
  const code = activeDirectoryCode(result.message);
  if (code === undefined || code === wrongPassword || code === nobody) return { verdict: 'wrong' };
  const state = provingCodes[code];
  return { verdict: 'refused', reason: said, ...(state && { finding: found(state, `data ${code}`) }) };
}

function found(state: AccountState, because: string): Finding {
  return { state, because };
}

/** draft-behera-ldap-password-policy-11, section 6.2. The others are about changing a password. */
const policyErrors: Readonly<Record<number, AccountState>> = {
  0: 'password expired',
  1: 'account locked',
  2: 'password to be changed',
};

/** System error codes of Windows, as Active Directory writes them: in hexadecimal. */
const nobody = '525';
const wrongPassword = '52e';
const provingCodes: Readonly<Record<string, AccountState>> = {
  '530': 'outside the logon hours',
  '531': 'not from this computer',
  '532': 'password expired',
  '533': 'account disabled',
  '701': 'account expired',
  '773': 'password to be changed',
};

/**
 * `80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data 532, v4563`, and a NUL at the end.
 * Whatever is not exactly that is some other directory's text.
 */
function activeDirectoryCode(message: string): string | undefined {
  const form =
    /^[\dA-F]{8}: LdapErr: DSID-[\dA-F]{8}, comment: AcceptSecurityContext error, data ([\da-f]{1,8}), v[\da-f]{1,8}\0?$/;
  return form.exec(message)?.[1];
}
