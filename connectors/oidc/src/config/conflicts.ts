/** What cannot stand together, and what is missing. */
import { type GroupSource, refuseCredentials, refusePlainHttp } from '@gatehouse/oauth-upstream';
import type { z } from 'zod';
import type { Options } from './options.ts';
import { type Preset, presets } from './presets.ts';

export function refuseConflicts(options: Options, context: z.RefinementCtx): void {
  const conflict = (path: string, message: string) =>
    context.addIssue({ code: 'custom', path: path.split('.'), message, input: options });
  refuseIssuer(options, conflict);
  refusePlainHttp(addresses(options), options, conflict);
  refuseCredentials(options, conflict);
  refuseForeignOptions(options, conflict);
  refuseGroups(options, conflict);
}

type Conflict = (path: string, message: string) => void;

function refuseIssuer({ preset, issuer, tenant }: Options, conflict: Conflict): void {
  const known: Preset = preset === undefined ? {} : presets[preset];
  if (preset === 'microsoft' && issuer === undefined && tenant === undefined) {
    conflict('tenant', 'is missing: the directory (tenant) ID of your Microsoft Entra tenant');
  } else if (issuer === undefined && known.issuer === undefined) {
    conflict('issuer', 'is missing');
  }
  if (tenant !== undefined && issuer !== undefined) conflict('tenant', 'and `issuer` exclude each other');
  if (issuer !== undefined && known.issuerForm?.pattern.test(issuer) === false) {
    conflict('issuer', known.issuerForm.message);
  }
}

function addresses({ issuer, discoveryUrl, endpoints, graph, workspaceGroups }: Options) {
  return {
    issuer,
    discoveryUrl,
    ...Object.fromEntries(Object.entries(endpoints).map(([name, url]) => [`endpoints.${name}`, url])),
    'graph.url': graph?.url,
    'workspaceGroups.url': workspaceGroups?.url,
  };
}

function refuseForeignOptions(options: Options, conflict: Conflict): void {
  const { preset } = options;
  const belongs = (path: 'tenant' | 'graph' | 'workspaceGroups', to: string) => {
    if (options[path] !== undefined && preset !== to) conflict(path, `belongs to \`preset: ${to}\``);
  };
  belongs('tenant', 'microsoft');
  belongs('graph', 'microsoft');
  belongs('workspaceGroups', 'google');
  if (options.hostedDomains.length > 0 && preset !== 'google') {
    conflict('hostedDomains', 'belongs to `preset: google`');
  }
}

function refuseGroups({ graph, workspaceGroups, claims, hostedDomains }: Options, conflict: Conflict): void {
  if (graph?.when === 'overage' && graph.name !== 'id') {
    conflict(
      'graph.name',
      'must be `id` with `when: overage`: a token has ids, and people would have now these, now those',
    );
  }
  // Attack: too many groups for the token, and a rule about `entra:…` or about a role finds nothing to deny any more.
  if (graph?.when === 'overage' && claims.groups?.some(isChanged)) {
    conflict(
      'claims.groups',
      'must be one claim, with neither prefix nor suffix, with `when: overage`: Graph has ids alone, and they stand for all of it',
    );
  }
  if (graph?.when === 'always' && claims.groups !== undefined) {
    conflict('claims.groups', 'has no meaning where Graph is asked for everybody');
  }
  if (workspaceGroups !== undefined && claims.groups !== undefined) {
    conflict('claims.groups', 'has no meaning with `workspaceGroups`');
  }
  if (workspaceGroups !== undefined && hostedDomains.length === 0) {
    conflict('hostedDomains', 'is missing: groups can be asked for accounts of your own domains alone');
  }
}

function isChanged({ prefix, suffix }: GroupSource, _: number, all: readonly GroupSource[]): boolean {
  return all.length > 1 || prefix !== '' || suffix !== '';
}
