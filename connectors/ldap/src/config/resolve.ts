/** From what was written to what is used: presets and defaults filled in. Pure. */
import { domainSuffix } from '../dn.ts';
import type { Options } from './options.ts';
import { type Preset, presets } from './presets.ts';

const noPreset: Preset = {};
const membersByDn = [{ userAttribute: 'DN', groupAttribute: 'member' }];

export function resolve(written: Options) {
  const preset = written.preset === undefined ? noPreset : presets[written.preset];
  const username = written.userSearch.username ?? [...(preset.username ?? [])];
  return {
    ...written,
    host: written.host ?? [],
    userSearch: {
      ...written.userSearch,
      filter: written.userSearch.filter ?? preset.filter,
      username,
    },
    attributes: resolveAttributes(written, preset, username),
    ...resolveGroups(written, preset),
    kerberos: resolveKerberos(written, preset),
  };
}

function resolveAttributes(
  { attributes, insecureIdFromDn }: Options,
  { attributes: known }: Preset,
  [firstTyped]: readonly string[],
) {
  return {
    ...attributes,
    id: attributes.id ?? (insecureIdFromDn ? undefined : known?.id),
    username: attributes.username ?? known?.username ?? firstTyped,
    displayName: attributes.displayName ?? known?.displayName ?? 'cn',
    email: attributes.email ?? known?.email ?? 'mail',
    emailVerified: attributes.emailVerified ?? known?.emailVerified ?? true,
  };
}

/** A principal of Active Directory is the account name, whatever `userPrincipalName` says. */
function resolveKerberos({ kerberos }: Options, { attributes: known }: Preset) {
  if (kerberos === undefined) return undefined;
  const { nameAttribute = known?.username ?? 'uid', principalAttribute, ...rest } = kerberos;
  const person =
    principalAttribute === undefined
      ? { attribute: nameAttribute, holds: 'name' as const }
      : { attribute: principalAttribute, holds: 'principal' as const };
  return { ...rest, person };
}

function resolveGroups({ groupSearch, memberOf, tokenGroups, userSearch }: Options, preset: Preset) {
  const named = {
    filter: preset.groupFilter,
    nameAttribute: preset.groupNameAttribute ?? 'cn',
  };
  const none = groupSearch === undefined && memberOf === undefined && tokenGroups === undefined;
  const search = groupSearch && {
    ...groupSearch,
    filter: groupSearch.filter ?? named.filter,
    nameAttribute: groupSearch.nameAttribute ?? named.nameAttribute,
    userMatchers: (groupSearch.userMatchers ?? preset.userMatchers ?? membersByDn).map((matcher) => ({
      recursionGroupAttribute: undefined,
      inChain: false,
      ...matcher,
    })),
    ignoreReferrals: groupSearch.ignoreReferrals ?? false,
  };
  const ofPerson = memberOf ?? (none && preset.groups === 'memberOf' ? memberOfDefaults : undefined);
  const token = tokenGroups ?? (none && preset.groups === 'tokenGroups' ? tokenGroupsDefaults : undefined);
  return {
    groupSearch: search,
    memberOf: ofPerson && {
      ...ofPerson,
      baseDn: ofPerson.baseDn ?? groupBases(userSearch.baseDn, preset),
      filter: ofPerson.filter ?? named.filter,
      nameAttribute: ofPerson.nameAttribute ?? named.nameAttribute,
    },
    tokenGroups: token && {
      ...token,
      baseDn: token.baseDn ?? [...new Set(userSearch.baseDn.map(domainOf))],
      filter: token.filter ?? named.filter,
      nameAttribute: token.nameAttribute ?? named.nameAttribute,
    },
  };
}

type Written<Way extends 'memberOf' | 'tokenGroups'> = NonNullable<Options[Way]>;
const memberOfDefaults: Written<'memberOf'> = {
  attribute: 'memberOf',
  nested: false,
  primaryGroup: false,
  maxDepth: 16,
};
const tokenGroupsDefaults: Written<'tokenGroups'> = { attribute: 'tokenGroups' };

function groupBases(bases: readonly string[], { groupContainer }: Preset): string[] | undefined {
  if (groupContainer === undefined) return undefined;
  return [...new Set(bases.map((base) => `${groupContainer},${domainOf(base)}`))];
}

/** `OU=People,DC=corp,DC=example` is in `dc=corp,dc=example`. */
export function domainOf(dn: string): string {
  return domainSuffix(dn) ?? dn;
}
