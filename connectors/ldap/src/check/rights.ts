/** What the service account sees beyond names and groups, and whether it could do more than look. Active Directory only. */
import type { Check } from '@gatehouse/connector-kit';
import type { LdapConfig } from '../config.ts';
import type { Entry } from '../entry.ts';
import type { Searches } from '../session.ts';
import { attempt, type Outcome } from './attempt.ts';
import type { RootEntry } from './root-entry.ts';
import { allIn, samplePeople } from './sample.ts';

/** Without these a disabled, expired or locked account looks like any other. */
const states = ['userAccountControl', 'accountExpires', 'msDS-User-Account-Control-Computed'];
/** Constructed by the directory for whoever asks: the attributes of this entry that they could change. */
const writable = 'allowedAttributesEffective';
/** With one of these the account could sign in as somebody else, or give them groups. */
const dangerous = ['unicodepwd', 'userpassword', 'member', 'useraccountcontrol', 'serviceprincipalname'];

/** Nothing to say where the directory does not tell such things. */
export async function checkRights(
  searches: Searches,
  config: LdapConfig,
  { vendor }: RootEntry,
  people: boolean,
): Promise<readonly Check[]> {
  if (vendor !== 'active-directory' || !people) return [];
  const line = await attempt(
    'rights',
    async () => judge(allIn(await samplePeople(searches, config, [...states, writable]))),
    () => 'Let the service account read the entries of people.',
  );
  return [line];
}

function judge(people: readonly Entry[]): Outcome {
  const hidden = states.filter((name) => people.every((entry) => entry.bytes(name).length === 0));
  const changeable = [...new Set(people.flatMap((entry) => entry.texts(writable)))];
  const worst = changeable.filter((name) => dangerous.includes(name.toLowerCase()));
  const facts = { hidden, changeable: changeable.slice(0, 20) };
  if (people.length === 0) return { detail: 'nobody to try them on' };
  if (hidden.length > 0) {
    const advice = `Let the service account read ${hidden.join(', ')}: it cannot tell who is disabled, expired or locked.`;
    return { detail: 'the state of accounts cannot be seen', facts, advice };
  }
  if (worst.length > 0) {
    const advice = `It may change ${worst.join(', ')} of people, and needs to read only: take an ordinary account.`;
    return { detail: 'the state of accounts can be seen, and more be done', facts, advice };
  }
  return { detail: 'the state of accounts can be seen', facts };
}
