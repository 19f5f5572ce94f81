/** The domains that people may write before their name: `CORP\\jane`. */
import type { Check } from '@gatehouse/connector-kit';
import type { Directory } from '../directory.ts';
import { Domains } from '../people/domains.ts';
import type { Searches } from '../session.ts';
import { attempt } from './attempt.ts';
import { noReport } from './no-report.ts';
import type { RootEntry } from './root-entry.ts';

/** No line for directories without domains. Read anew: what the running connector remembers may be an hour old. */
export async function checkDomains(
  searches: Searches,
  { config, now }: Directory,
  { vendor }: RootEntry,
): Promise<readonly Check[]> {
  if (vendor !== 'active-directory') return [];
  const line = await attempt(
    'domains',
    async () => {
      const domains = await new Domains(config, now).list(searches, noReport);
      const facts = { domains: domains.map(({ netbios, base }) => ({ netbios, base })) };
      if (domains.length > 0) {
        return { detail: domains.map(({ netbios, base }) => `${netbios} is ${base}`).join(', '), facts };
      }
      const advice =
        'Nobody can type `CORP\\jane`: set `preset: active-directory`, let the account read CN=Partitions, or write `userSearch.netbiosDomains`.';
      return { detail: 'none is known', facts, advice };
    },
    () =>
      'Let the service account read CN=Partitions of the configuration, or write `userSearch.netbiosDomains`.',
  );
  return [line];
}
