/** The directory's clock against ours: accounts expire, and locks end, by its time. */
import type { Check } from '@gatehouse/connector-kit';
import type { RootEntry } from './root-entry.ts';

/** Seconds. Kerberos, and with it the domain itself, fails beyond five minutes. */
const TOO_FAR = 60;

/** No line where the directory does not tell the time. */
export function checkClock({ currentTime }: RootEntry, now: Date): readonly Check[] {
  if (currentTime === undefined) return [];
  const ahead = Math.round((currentTime.getTime() - now.getTime()) / 1000);
  const apart = Math.abs(ahead);
  const line = { name: 'clock', ok: true, facts: { secondsAhead: ahead } };
  if (apart <= 2) return [{ ...line, detail: 'the same as here' }];
  const detail = `the directory is ${apart} seconds ${ahead > 0 ? 'ahead of' : 'behind'} this machine`;
  if (apart <= TOO_FAR) return [{ ...line, detail }];
  const advice = 'Let both machines keep the time by NTP: accounts and locks end at the wrong moment.';
  return [{ ...line, detail, advice }];
}
