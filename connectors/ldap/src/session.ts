/**
 * A directory session: one server, for one piece of work. What is read and checked there belongs together. It has
 * nothing to do with the sessions of people.
 */
import type { Page, SearchAnswer, SearchQuery } from './wire/connection.ts';
import type { Result } from './wire/response.ts';

/** Searches as the service account. A result is what the directory says; without an answer they throw. */
export interface Searches {
  search(query: SearchQuery, page?: Page): Promise<SearchAnswer>;
  /** The same, and the same answer for all who ask it at the same time: for what belongs to no one person. */
  searchTogether(query: SearchQuery): Promise<SearchAnswer>;
  /** For a search in pages: no other one is on the same connection, as OpenLDAP keeps one page cookie for each. */
  inPages<T>(work: (searches: Pick<Searches, 'search'>) => Promise<T>): Promise<T>;
}

export interface Session extends Searches {
  /** `host:port`, for the log. */
  readonly server: string;
  /** A bind on a connection that is never searched on: a directory would answer with that person's rights. */
  bind(dn: string, password: string): Promise<Result>;
}
