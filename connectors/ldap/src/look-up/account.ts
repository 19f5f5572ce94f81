/** How the account of a person is: what would keep a right password from being enough. */
import type { Check } from '@gatehouse/connector-kit';
import { accountState } from '../account/account-state.ts';
import { type AccountState, spelled } from '../account/states.ts';
import { wordsOf } from '../check/attempt.ts';
import type { Directory } from '../directory.ts';
import type { Entry } from '../entry.ts';

export function checkAccount(entry: Entry, { now }: Pick<Directory, 'now'>): Check {
  const name = 'account';
  try {
    const findings = accountState(entry, now());
    const [first] = findings;
    if (first === undefined) return { name, ok: true, detail: 'nothing in the entry stands in the way' };
    const detail = findings.map(spelled).join(', ');
    return { name, ok: false, detail, advice: advice[first.state] };
  } catch (error) {
    const hint = 'Correct the value in the directory: nobody knows how the account is.';
    return { name, ok: false, detail: wordsOf(error), advice: hint };
  }
}

const advice: Readonly<Record<AccountState, string>> = {
  'account disabled': 'Enable the account in the directory.',
  'account expired': 'Set a later end of the account in the directory.',
  'account not yet valid': 'Wait, or set an earlier start of the account in the directory.',
  'account locked':
    'Unlock the account in the directory, or wait until the lock has run out: what the entry says may be older than that.',
  'password expired': 'The person has to change the password; `passwordChangeUrl` tells them where.',
  'password to be changed': 'The person has to change the password; `passwordChangeUrl` tells them where.',
  'outside the logon hours': 'The directory lets the account in at other hours only.',
  'not from this computer': 'The directory lets the account in from some computers only.',
};
