/** A `Log` that keeps its lines. */
import type { Log, LogFields } from '../log.ts';

export interface LogEntry {
  readonly level: keyof Log;
  readonly fields: LogFields;
  readonly message: string;
}

/** @param lines where they are kept */
export function recordingLog(lines: LogEntry[] = []): Log & { readonly lines: readonly LogEntry[] } {
  const keep = (level: keyof Log) => (fields: LogFields, message: string) => {
    lines.push({ level, fields, message });
  };
  return { lines, debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') };
}
