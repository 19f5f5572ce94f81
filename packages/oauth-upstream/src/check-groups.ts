/** For `connector check`: from which claims groups are read. That there are none is the slip that nothing else tells. */
import type { Check } from '@gatehouse/connector-kit';
import type { GroupSource } from './claims/groups.ts';
import { pathText } from './claims/path.ts';

export function checkGroups(sources: readonly GroupSource[]): Check {
  const name = 'groups';
  if (sources.length > 0) {
    return {
      name,
      ok: true,
      detail: `from ${sources.map(({ claim }) => `"${pathText(claim)}"`).join(', ')}`,
    };
  }
  const advice =
    'If people are to have some, write the claim that has them as `claims.groups`; `connector try` shows all that are sent.';
  return { name, ok: true, detail: 'none are read', advice };
}
