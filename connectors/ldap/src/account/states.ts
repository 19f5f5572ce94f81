/** What may stand between a right password and a sign-in, and how a person and a log are told. */
import { ConnectorError } from '@gatehouse/connector-kit';

export type AccountState =
  | 'password expired'
  | 'password to be changed'
  | 'account disabled'
  | 'account expired'
  | 'account not yet valid'
  | 'account locked'
  | 'outside the logon hours'
  | 'not from this computer';

/** A state, and what in the directory says so: for the log. */
export interface Finding {
  readonly state: AccountState;
  readonly because: string;
}

/** `account disabled ("userAccountControl" of the entry)` */
export function spelled({ state, because }: Finding): string {
  return `${state} (${because})`;
}

/** For somebody whose password was right: nobody else may learn which accounts exist, and how they are. */
export function refuse(dn: string, finding: Finding, passwordChangeUrl?: string): ConnectorError {
  const { state } = finding;
  const link = isAboutPassword(state) ? passwordChangeUrl : undefined;
  return new ConnectorError('denied', {
    reason: `${dn}: ${spelled(finding)}`,
    personMessage: `${sentences[state]} ${advice(state, link)}`,
    ...(link !== undefined && { personLink: link }),
  });
}

/** From outside this is a wrong password; the log has the reason. */
export function refuseInSilence(dn: string, reason: string): ConnectorError {
  return new ConnectorError('denied', { reason: `the directory refused ${dn}: ${reason}` });
}

const sentences: Readonly<Record<AccountState, string>> = {
  'password expired': 'Your password has expired.',
  'password to be changed': 'Your password has to be changed before you can sign in.',
  'account disabled': 'Your account is disabled.',
  'account expired': 'Your account has expired.',
  'account not yet valid': 'Your account is not active yet.',
  'account locked': 'Your account is locked.',
  'outside the logon hours': 'Your account cannot be used at this time of day.',
  'not from this computer': 'Your account can be used on certain computers only.',
};

function isAboutPassword(state: AccountState): boolean {
  return state === 'password expired' || state === 'password to be changed';
}

function advice(state: AccountState, link: string | undefined): string {
  if (!isAboutPassword(state)) return 'Please ask your administrator.';
  if (link !== undefined) return `Please change it at ${link} and sign in again.`;
  return 'Please change it on your computer, or ask your administrator.';
}
