/** One server of the directory, for one piece of work: what is read and checked there belongs together. */
import type { LdapConnection } from './wire/connection.ts';
import type { Result } from './wire/response.ts';

/** Searches as the service account. */
export type Searches = Pick<LdapConnection, 'search' | 'inTurn'>;

export interface Session extends Searches {
  /** `host:port`, for the log. */
  readonly server: string;
  /** A bind on a connection that is never searched on: a directory would answer with that person's rights. */
  bind(dn: string, password: string): Promise<Result>;
}
