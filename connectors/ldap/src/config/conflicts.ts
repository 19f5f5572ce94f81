/** What cannot stand together, and what is missing. */
import type { z } from 'zod';
import { domainSuffix, isWithin } from '../dn.ts';
import type { Options } from './options.ts';
import { type Preset, presetNames, presets } from './presets.ts';

export function refuseConflicts(config: Options, context: z.RefinementCtx): void {
  const conflict = (path: string, message: string) =>
    context.addIssue({ code: 'custom', path: path.split('.'), message, input: config });
  refuseServers(config, conflict);
  refuseTls(config, conflict);
  refuseAccount(config, conflict);
  refusePeople(config, conflict);
  refuseGroups(config, conflict);
}

type Conflict = (path: string, message: string) => void;

function refuseServers({ host, srv }: Options, conflict: Conflict): void {
  if (host === undefined && srv === undefined) {
    conflict('host', 'is missing: name a server, or give the domain under `srv`');
  }
  if (host !== undefined && srv !== undefined) conflict('srv', 'and `host` exclude each other');
}

function refuseTls(config: Options, conflict: Conflict): void {
  if (config.insecureNoTls && config.startTls) conflict('startTls', 'cannot go with `insecureNoTls`');
  if (config.insecureNoTls && config.insecureSkipTlsVerify) {
    conflict('insecureSkipTlsVerify', 'has no meaning with `insecureNoTls`');
  }
  if (config.insecureNoTls && config.ca) conflict('ca', 'has no meaning with `insecureNoTls`');
  if ((config.clientCert === undefined) !== (config.clientKey === undefined)) {
    conflict('clientCert', 'and `clientKey` go together');
  }
}

function refuseAccount(config: Options, conflict: Conflict): void {
  if (config.bindDn !== undefined && config.bindPassword === undefined) {
    conflict('bindPassword', 'is missing; `bindDn` needs one');
  }
  if (config.bindPassword !== undefined && config.bindDn === undefined) {
    conflict('bindDn', 'is missing; whose password is it?');
  }
  if (!config.saslExternal) return;
  if (config.insecureNoTls || config.clientCert === undefined) {
    conflict('saslExternal', 'needs TLS, and a `clientCert` that names the service account');
  }
  if (config.bindDn !== undefined) conflict('bindDn', 'and `saslExternal` exclude each other');
}

function refusePeople(config: Options, conflict: Conflict): void {
  const { preset, userSearch, insecureIdFromDn, attributes } = config;
  if (preset === undefined && userSearch.username === undefined) {
    conflict(
      'userSearch.username',
      `is missing: which attribute do people type? \`uid\`, \`mail\`; or say what kind of directory it is: \`preset\` (${presetNames.join(', ')})`,
    );
  }
  if (insecureIdFromDn && attributes.id) conflict('insecureIdFromDn', 'cannot go with `attributes.id`');
  refuseDomains(userSearch, conflict);
}

function refuseDomains({ netbiosDomains, baseDn }: Options['userSearch'], conflict: Conflict): void {
  const names = Object.keys(netbiosDomains ?? {});
  const twice = names.find((name, index) => names.findIndex((other) => sameName(name, other)) < index);
  if (twice !== undefined) conflict('userSearch.netbiosDomains', `has "${twice}" twice; case does not count`);
  for (const [name, domain] of Object.entries(netbiosDomains ?? {})) {
    if (baseDn.some((base) => isWithin(base, domain) || isWithin(domain, base))) continue;
    conflict(
      'userSearch.netbiosDomains',
      `gives "${name}" a place where nobody is looked for: "${domain}" is neither below nor above a \`baseDn\``,
    );
  }
}

function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function refuseGroups(config: Options, conflict: Conflict): void {
  const [, second] = (['groupSearch', 'memberOf', 'tokenGroups'] as const).filter((way) => config[way]);
  if (second !== undefined) {
    conflict(
      second,
      'is a second way to find groups: `groupSearch`, `memberOf` and `tokenGroups` exclude each other',
    );
  }
  refuseUnknownSuffix(config, conflict);
}

/** What is filled in about the place of groups is made from the suffix. */
function refuseUnknownSuffix(config: Options, conflict: Conflict): void {
  const { preset, userSearch } = config;
  const outside = userSearch.baseDn.find((base) => domainSuffix(base) === undefined);
  if (outside === undefined) return;
  const known: Preset = preset === undefined ? {} : presets[preset];
  if (usesWithoutBase('tokenGroups', config, known)) {
    conflict('tokenGroups', `needs a \`baseDn\`: "${outside}" does not end in the DC=… of a domain`);
  }
  if (known.groupContainer !== undefined && usesWithoutBase('memberOf', config, known)) {
    conflict('memberOf', `needs a \`baseDn\`: "${outside}" does not end in the dc=… of the directory`);
  }
}

function usesWithoutBase(way: 'tokenGroups' | 'memberOf', config: Options, { groups }: Preset): boolean {
  const { groupSearch, memberOf, tokenGroups } = config;
  const chosen = config[way];
  if (chosen !== undefined) return chosen.baseDn === undefined;
  return groups === way && !groupSearch && !memberOf && !tokenGroups;
}
