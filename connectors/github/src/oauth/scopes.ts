/** What an OAuth app asks the person for. A GitHub App has permissions instead, which stand on its own page. */
import type { GithubConfig } from '../config.ts';

export function scopesOf({ app, orgs, loadAllGroups }: GithubConfig): readonly string[] {
  if (app === 'github') return [];
  return orgs !== undefined || loadAllGroups ? ['read:org', 'user:email'] : ['user:email'];
}

/** Each with the ones that include it: https://docs.github.com/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps */
const wider: Readonly<Record<string, readonly string[]>> = {
  'read:org': ['read:org', 'write:org', 'admin:org'],
  'user:email': ['user:email', 'user'],
};

/** @param granted as GitHub writes them: `read:org,user:email` */
export function missingScopes(config: GithubConfig, granted: string): readonly string[] {
  const has = new Set(granted.split(/[\s,]+/));
  return scopesOf(config).filter((scope) => !(wider[scope] ?? [scope]).some((one) => has.has(one)));
}
