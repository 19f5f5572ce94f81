/** Proves the configuration against the upstream, as far as that goes without a person. */
import { type Call, type Check, ConnectorError } from '@gatehouse/connector-kit';
import { attempt, checkClientAuthentication, checkGroups } from '@gatehouse/oauth-upstream';
import type * as client from 'openid-client';
import { z } from 'zod';
import { getJson } from '../get-json.ts';
import type { Provider } from '../provider.ts';

export async function check(provider: Provider, call: Call): Promise<readonly Check[]> {
  const { line, found } = await attempt('discovery', discoveryAdvice, async () => {
    return { detail: provider.config.discoveryUrl, metadata: await provider.discover(call) };
  });
  if (found === undefined) return [line];
  const { metadata } = found;
  const methods = metadata.token_endpoint_auth_methods_supported;
  const asked = await Promise.all([
    keys(provider, metadata, call),
    checkClientAuthentication(() => provider.client(call), provider.config, methods),
  ]);
  return [line, endpoints(provider, metadata), ...asked, ...offers(provider, metadata), groups(provider)];
}

const discoveryAdvice =
  'Open that address in a browser. `issuer` is to be as the document there has it, letter by letter, the slash at its end included; where the document is elsewhere, write its address as `discoveryUrl`.';

/** What a sign-in needs; the rest of the document is for others. */
function endpoints({ config }: Provider, metadata: client.ServerMetadata): Check {
  const needed = {
    authorization_endpoint: metadata.authorization_endpoint,
    token_endpoint: metadata.token_endpoint,
    jwks_uri: metadata.jwks_uri,
    ...(config.userinfo && { userinfo_endpoint: metadata.userinfo_endpoint }),
  };
  const missing = Object.entries(needed).flatMap(([name, url]) => (url === undefined ? [name] : []));
  if (missing.length === 0) return { name: 'endpoints', ok: true, detail: Object.keys(needed).join(', ') };
  return {
    name: 'endpoints',
    ok: false,
    detail: `the discovery document has no ${missing.join(', ')}`,
    advice:
      'Write what is missing under `endpoints`, or ask whether this is an OpenID Connect provider: for OAuth 2.0 alone there is `type: oauth2`.',
  };
}

const keySet = z.object({ keys: z.array(z.object({ kty: z.string(), use: z.string().optional() })) });

async function keys(provider: Provider, { jwks_uri }: client.ServerMetadata, call: Call): Promise<Check> {
  const advice =
    'Without the keys no ID token can be verified. Where they are at another host with a private address, write that address under `endpoints.keys`.';
  const { line } = await attempt('keys', advice, async () => {
    const url = URL.parse(jwks_uri ?? '');
    if (url === null) throw new ConnectorError('misconfigured', { reason: 'there is no address of keys' });
    const set = await getJson(provider.host, { url, headers: {}, form: keySet, call });
    const usable = set.keys.filter(({ kty, use = 'sig' }) => use === 'sig' && kty !== 'oct');
    if (usable.length === 0)
      throw new ConnectorError('misconfigured', { reason: 'there is no key to sign with' });
    return { detail: `${usable.length} to verify ID tokens with` };
  });
  return line;
}

/** Whether what we shall ask for is there at all, where the upstream says what it has. */
function offers({ config }: Provider, metadata: client.ServerMetadata): readonly Check[] {
  return [
    offered(
      'scopes',
      config.scopes,
      metadata.scopes_supported,
      'Take them out of `scopes`, or allow them at the upstream.',
    ),
    offered(
      'acr values',
      config.acrValues,
      metadata.acr_values_supported,
      'Take them out of `acrValues`, or set them up at the upstream.',
    ),
  ].filter((line) => line !== undefined);
}

function offered(
  name: string,
  wanted: readonly string[],
  supported: readonly string[] | undefined,
  advice: string,
): Check | undefined {
  if (supported === undefined || wanted.length === 0) return undefined;
  const missing = wanted.filter((one) => !supported.includes(one) && !one.includes('/'));
  if (missing.length === 0) return { name, ok: true, detail: wanted.join(' ') };
  return { name, ok: false, detail: `the upstream does not offer ${missing.join(', ')}`, advice };
}

function groups({ config: { graph, workspaceGroups, claims } }: Provider): Check {
  const name = 'groups';
  if (workspaceGroups !== undefined) return { name, ok: true, detail: 'from Google Workspace' };
  if (graph?.when === 'always') return { name, ok: true, detail: 'from Microsoft Graph' };
  return checkGroups(claims.groups);
}
