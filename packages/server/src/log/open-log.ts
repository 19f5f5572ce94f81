/** The log of the process: pino, one JSON object a line, or lines for people. */
import type { LogConfig } from '@gatehouse/config';
import type { Log } from '@gatehouse/connector-kit';
import { type DestinationStream, pino } from 'pino';
import { causes } from './causes.ts';
import { prettyLines } from './pretty-lines.ts';

export interface LogDestination extends DestinationStream {
  readonly isTTY?: boolean;
}

export function openLog(config: LogConfig, destination: LogDestination): Log {
  const stream = config.format === 'pretty' ? prettyLines(destination) : destination;
  return pino(
    {
      level: config.level,
      // Neither host name nor process id: the collector knows them.
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: causes },
      // A second line of defence behind the rule that only named fields are logged.
      redact: { paths: secretFields.flatMap((name) => [name, `*.${name}`]), remove: true },
    },
    stream,
  );
}

// Not `code`: that is the reason code of our own errors.
const secretFields = ['password', 'secret', 'token', 'cookie', 'authorization', 'assertion', 'memo'];
