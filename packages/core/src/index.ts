/**
 * The rules of the broker: who is let in, what their subject, groups and claims are, when a refresh is honoured,
 * which key signs.
 *
 * It owns decisions. It must not know HTTP, SQL or YAML, and it is told what time it is.
 */
export type { Client } from './clients/client.ts';
export {
  BrokerError,
  type BrokerErrorOptions,
  type ErrorCode,
  type ErrorEntry,
  errorTable,
  type LogLevel,
} from './errors.ts';
export type { GroupFilter, GroupMapping, GroupPattern, IdentityRules } from './identity/rules.ts';
export * from './ports/index.ts';
export type { Seal } from './seal/seal.ts';
