/** From what was written to what is used: presets and defaults filled in. Pure. */
import type { ClaimMapping, GroupSource } from '@gatehouse/oauth-upstream';
import type { Options } from './options.ts';
import { type Preset, presets } from './presets.ts';

const noPreset: Preset = {};

export function resolve(written: Options) {
  const preset = written.preset === undefined ? noPreset : presets[written.preset];
  const issuer = written.issuer ?? preset.issuer?.replace('{tenant}', written.tenant ?? '') ?? '';
  const offlineAccess =
    written.refresh !== 'never' && (written.offlineAccess ?? preset.offlineAccess ?? false);
  return {
    ...written,
    issuer,
    discoveryUrl: written.discoveryUrl ?? `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
    scopes: scopesOf(written, preset, offlineAccess),
    parameters: parametersOf(written, preset),
    prompt: written.prompt ?? (written.refresh === 'never' ? undefined : preset.prompt),
    userinfo: written.userinfo ?? preset.userinfo ?? false,
    claims: claimsOf(written, preset),
    leftWhen: preset.leftWhen ?? [],
    plainHttp: written.insecureHttp || isPlainAnywhere(written, issuer),
  };
}

function scopesOf({ scopes, graph }: Options, preset: Preset, offlineAccess: boolean): readonly string[] {
  const asked = scopes ?? ['profile', 'email', ...(preset.scopes ?? [])];
  const forGroups = graph === undefined ? [] : [`${graph.url}/GroupMember.Read.All`];
  return [...new Set(['openid', ...asked, ...forGroups, ...(offlineAccess ? ['offline_access'] : [])])];
}

function parametersOf(
  { parameters, hostedDomains, refresh }: Options,
  preset: Preset,
): Readonly<Record<string, string>> {
  const [only, second] = hostedDomains;
  const hint = only === undefined ? {} : { hd: second === undefined ? only : '*' };
  return { ...(refresh === 'never' ? {} : preset.parameters), ...hint, ...parameters };
}

function claimsOf({ claims, graph, workspaceGroups }: Options, { claims: known }: Preset): ClaimMapping {
  const asked = graph?.when === 'always' || workspaceGroups !== undefined;
  return {
    id: claims.id ?? known?.id ?? 'sub',
    username: claims.username ?? known?.username ?? ['preferred_username', 'email'],
    displayName: claims.displayName ?? known?.displayName ?? ['name'],
    email: claims.email,
    emailVerified: claims.emailVerified ?? known?.emailVerified ?? 'email_verified',
    assumeEmailVerified: claims.insecureAssumeEmailVerified,
    groups: asked ? [] : (claims.groups ?? knownGroups(known?.groups)),
  };
}

function knownGroups(claim: NonNullable<Preset['claims']>['groups']): readonly GroupSource[] {
  if (claim === undefined) return [];
  return [{ claim, nameKey: 'name', prefix: '', suffix: '', required: false }];
}

/** Whatever is plain here was allowed: it is on this computer. */
function isPlainAnywhere({ endpoints, discoveryUrl }: Options, issuer: string): boolean {
  return [issuer, discoveryUrl, ...Object.values(endpoints)].some((url) => url?.startsWith('http:'));
}
