/** How much of a directory's answer is read before we hang up: a broken or hostile server must not eat the broker. */
export const limits = {
  /** One LDAP message. A person's entry with 20,000 `memberOf` values is about 2 MB. */
  messageBytes: 8 * 1024 * 1024,
  /** Values, names and all else in one LDAP message. */
  messageElements: 100_000,
  /** Controls of one answer. */
  controls: 16,
  /** Everything one connection reads in its life. */
  connectionBytes: 64 * 1024 * 1024,
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
  /** Group searches under way at once on one connection. */
  concurrentSearches: 16,
  /** Groups of one person, nested ones included. */
  groups: 10_000,
  usernameBytes: 256,
  passwordBytes: 1024,
} as const;
