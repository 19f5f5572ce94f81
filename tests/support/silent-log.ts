/** For tests that do not look at the log. Those that do use `recordingLog` of the connector kit. */
import type { Log } from '@gatehouse/connector-kit';

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
