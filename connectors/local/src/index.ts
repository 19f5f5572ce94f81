/**
 * The `local` connector: accounts with a password that Gatehouse itself keeps.
 *
 * It owns how a password is hashed and checked. It must not know where the accounts are kept: the
 * composition root hands it a `LocalDirectory`.
 */
export { createLocalConnector, type LocalConnectorOptions } from './definition.ts';
export { type LocalAccount, type LocalDirectory, normalizeEmail } from './directory.ts';
export { hashPassword } from './hash-password.ts';
export type { HashQueueLimits } from './hash-queue.ts';
export { checkPasswordHash } from './password-hash.ts';
