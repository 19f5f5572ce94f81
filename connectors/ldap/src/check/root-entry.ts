/** What the directory says about itself (RFC 4512, section 5.1). */
import type { Check } from '@gatehouse/connector-kit';
import { present } from '../filters.ts';
import type { Searches } from '../session.ts';
import { attempt } from './attempt.ts';
import { sample } from './sample.ts';

const PAGED_RESULTS = '1.2.840.113556.1.4.319';

export function checkRootEntry(searches: Searches): Promise<Check> {
  const attributes = ['vendorName', 'namingContexts', 'supportedControl'];
  const query = { base: '', scope: 'base', filter: present('objectClass'), attributes } as const;
  return attempt(
    'root entry',
    async () => {
      const root = (await sample(searches, query)).entries[0];
      const contexts = root?.texts('namingContexts') ?? [];
      const paging = root?.texts('supportedControl').includes(PAGED_RESULTS) ?? false;
      const vendor = root?.text('vendorName') ?? 'a directory that does not name its vendor';
      const holds = contexts.join(', ') || 'nothing that it names';
      return { detail: `${vendor}; it holds ${holds}`, facts: { contexts, paging } };
    },
    () => 'Gatehouse works without it. If the next lines are good, nothing is wrong.',
  );
}
