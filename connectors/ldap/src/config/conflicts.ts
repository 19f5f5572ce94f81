/** What cannot stand together, and what is missing. */
import type { z } from 'zod';
import type { Options } from './options.ts';
import { presets } from './presets.ts';

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

function refusePeople(
  { preset, userSearch, insecureIdFromDn, attributes }: Options,
  conflict: Conflict,
): void {
  if (preset === undefined && userSearch.username === undefined) {
    conflict(
      'userSearch.username',
      'is missing: which attribute do people type? `uid`, or choose a `preset`',
    );
  }
  if (insecureIdFromDn && attributes.id) conflict('insecureIdFromDn', 'cannot go with `attributes.id`');
}

function refuseGroups(config: Options, conflict: Conflict): void {
  const [, second] = (['groupSearch', 'memberOf', 'tokenGroups'] as const).filter((way) => config[way]);
  if (second !== undefined) {
    conflict(
      second,
      'is a second way to find groups: `groupSearch`, `memberOf` and `tokenGroups` exclude each other',
    );
  }
  const { preset, tokenGroups, userSearch } = config;
  const used =
    tokenGroups ?? (preset !== undefined && presets[preset].groups === 'tokenGroups' ? {} : undefined);
  if (used === undefined || config.groupSearch || config.memberOf || tokenGroups?.baseDn) return;
  const outside = userSearch.baseDn.find((base) => !/(^|,)\s*dc=/i.test(base));
  if (outside !== undefined) {
    conflict('tokenGroups', `needs a \`baseDn\`: "${outside}" does not end in the DC=… of a domain`);
  }
}
