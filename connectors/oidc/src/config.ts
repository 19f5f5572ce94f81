/** The `config:` of an `oidc` connector. Secrets and files (`{ fromEnv }`, `{ fromFile }`) arrive here as strings. */
import type { HttpNeeds } from '@gatehouse/connector-kit';
import { httpNeedsFor } from '@gatehouse/oauth-upstream';
import type { z } from 'zod';
import { refuseConflicts } from './config/conflicts.ts';
import { options } from './config/options.ts';
import { resolve } from './config/resolve.ts';

export const configSchema = options.superRefine(refuseConflicts).transform(resolve);

export type OidcConfig = z.output<typeof configSchema>;

/** What the operator wrote, and nothing that a discovery document says. */
export function httpNeeds(config: OidcConfig): HttpNeeds {
  const { issuer, discoveryUrl, endpoints, graph, workspaceGroups } = config;
  const written = [issuer, discoveryUrl, ...Object.values(endpoints), graph?.url, workspaceGroups?.url];
  return httpNeedsFor(written, config);
}
