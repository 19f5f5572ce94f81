/** Where a sign-in finds groups, and what it calls them, whichever way is configured. */
import type { LdapConfig } from '../config.ts';

export interface GroupWay {
  /** Under which option it is configured; `groupSearch` where none is, for the advice. */
  readonly option: 'groupSearch' | 'memberOf' | 'tokenGroups';
  readonly bases: readonly string[];
  readonly scope: 'one' | 'sub';
  readonly filter: string | undefined;
  readonly nameAttribute: string;
}

/** Without bases of its own it is the whole directory. */
export function groupWayOf(config: LdapConfig, roots: readonly string[]): GroupWay {
  const { groupSearch, memberOf, tokenGroups } = config;
  if (groupSearch !== undefined) {
    const { baseDn: bases, scope, filter, nameAttribute } = groupSearch;
    return { option: 'groupSearch', bases, scope, filter, nameAttribute };
  }
  const way = memberOf ?? tokenGroups;
  const option = memberOf !== undefined ? 'memberOf' : 'tokenGroups';
  if (way === undefined) {
    return { option: 'groupSearch', bases: [], scope: 'sub', filter: undefined, nameAttribute: 'cn' };
  }
  const { baseDn = roots, filter, nameAttribute } = way;
  return { option, bases: baseDn, scope: 'sub', filter, nameAttribute };
}
