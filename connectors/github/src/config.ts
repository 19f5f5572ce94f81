/** The `config:` of a `github` connector. Secrets and files (`{ fromEnv }`, `{ fromFile }`) arrive here as strings. */
import type { z } from 'zod';
import { refuseConflicts } from './config/conflicts.ts';
import { options } from './config/options.ts';

export const configSchema = options.superRefine(refuseConflicts);

export type GithubConfig = z.output<typeof configSchema>;
export type ListedOrg = NonNullable<GithubConfig['orgs']>[number];
export type ListedTeam = NonNullable<ListedOrg['teams']>[number];
