/** How much of a directory's answer is read before we hang up: a broken or hostile server must not eat the broker. */
export const limits = {
  /** One LDAP message. A person's entry with 20,000 `memberOf` values is about 2 MB. */
  messageBytes: 8 * 1024 * 1024,
  /** Values, names and all else in one LDAP message. */
  messageElements: 100_000,
  /** Controls of one answer. */
  controls: 16,
  /** Everything that is read for one sign-in, refresh or check on one server. */
  workBytes: 64 * 1024 * 1024,
  /** What may still come for a request that was abandoned. A server that goes on for longer sends for ever. */
  lateBytes: 8 * 1024 * 1024,
  /** Abandoned requests of one connection whose late answers are still known. */
  abandoned: 1_000,
  /** Entries of one search, over all its pages. */
  entries: 10_000,
  /** Parts of the tree on other servers, of one search. A large forest has a few dozen. */
  references: 1_000,
  /** Values of one attribute that comes in parts, and parts that it may come in. */
  attributeValues: 100_000,
  rangeParts: 1_000,
  /** Pages of one search: a server that sends empty pages for ever is cut off. */
  pages: 1_000,
  pageSize: 500,
  /** Group searches of one person under way at once. */
  concurrentSearches: 16,
  /** Searches of all people under way at once on one connection. OpenLDAP hangs up at 100 on an anonymous one. */
  connectionSearches: 64,
  /** Connections to one server for searches in pages, beside the one that all share. */
  pagingConnections: 8,
  /** What waits for a turn on one server, before the next is refused. */
  waiting: 10_000,
  /** Groups that one search asks about. Their names are part of it: some directories take no more than 256 KB. */
  groupsPerSearch: 100,
  /** Groups of one person, nested ones included. */
  groups: 10_000,
  usernameBytes: 256,
  passwordBytes: 1024,
} as const;
