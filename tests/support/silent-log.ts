import type { Log } from '@gatehouse/connector-kit';

/** For tests that do not look at the log. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
