/** Proves the configuration against the upstream, as far as that goes without a person. */
import { type Call, type Check, ConnectorError } from '@gatehouse/connector-kit';
import { attempt, checkClientAuthentication, checkGroups } from '@gatehouse/oauth-upstream';
import type { Upstream } from './upstream.ts';

export async function check(upstream: Upstream, call: Call): Promise<readonly Check[]> {
  const opened = () => upstream.client(call);
  const asked = await Promise.all([
    checkClientAuthentication(opened, upstream.config, undefined),
    userinfo(upstream, call),
  ]);
  return [...asked, checkGroups(upstream.mapping.groups)];
}

/** Nobody has this token, and an upstream that takes it would take anything. */
async function userinfo(upstream: Upstream, call: Call): Promise<Check> {
  const advice = 'Compare `userinfoUrl` with the documentation of the upstream.';
  const { line } = await attempt('userinfo', advice, async () => {
    const opened = await upstream.client(call);
    const claims = await upstream.userinfo(opened, 'gatehouse-asks-whether-this-is-checked', call);
    if (claims === undefined) return { detail: 'refuses a token that nobody has' };
    throw new ConnectorError('misconfigured', { reason: 'it answers to a token that nobody has' });
  });
  return line;
}
