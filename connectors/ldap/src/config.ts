/** The `config:` of an `ldap` connector. Secrets and files (`{ fromEnv }`, `{ fromFile }`) arrive here as strings. */
import type { z } from 'zod';
import { refuseConflicts } from './config/conflicts.ts';
import { options } from './config/options.ts';
import { resolve } from './config/resolve.ts';

export const configSchema = options.superRefine(refuseConflicts).transform(resolve);

export type LdapConfig = z.output<typeof configSchema>;
export type GroupSearch = NonNullable<LdapConfig['groupSearch']>;
export type MemberOf = NonNullable<LdapConfig['memberOf']>;
export type Kerberos = NonNullable<LdapConfig['kerberos']>;
export type TokenGroups = NonNullable<LdapConfig['tokenGroups']>;
