/** A `ConnectorHost` that keeps what it was told. */
import type { ConnectorHost } from '../host.ts';
import { type LogEntry, recordingLog } from './recording-log.ts';

export interface TestHost extends ConnectorHost {
  readonly logged: readonly LogEntry[];
  /** The address of each request made with `fetch`. */
  readonly fetched: readonly string[];
  readonly changes: readonly Change[];
  /** The clock stands still; this moves it. */
  advance(milliseconds: number): void;
}

export interface Change {
  readonly upstreamIds: readonly string[] | 'everybody';
  readonly how: string;
  readonly upstreamSessions?: readonly string[];
}

export interface TestHostOptions {
  readonly id?: string;
  /** Where the clock stands. */
  readonly now?: Date;
  readonly fetch?: typeof fetch;
}

export function testHost(options: TestHostOptions = {}): TestHost {
  const logged: LogEntry[] = [];
  const fetched: string[] = [];
  const changes: Change[] = [];
  const used = new Map<string, number>();
  const send = options.fetch ?? fetch;
  let now = (options.now ?? new Date('2026-01-01T12:00:00Z')).getTime();
  return {
    id: options.id ?? 'test',
    log: recordingLog(logged),
    logged,
    fetched,
    changes,
    now: () => new Date(now),
    advance(milliseconds) {
      now += milliseconds;
    },
    fetch(input, init) {
      fetched.push(input instanceof Request ? input.url : String(input));
      // As the broker's own: a redirect is an answer.
      return send(input, { ...init, redirect: init?.redirect === 'error' ? 'error' : 'manual' });
    },
    async once(key, until) {
      if ((used.get(key) ?? Number.NEGATIVE_INFINITY) > now) return false;
      used.set(key, until.getTime());
      return true;
    },
    async changed(upstreamIds, how, upstreamSessions) {
      changes.push({ upstreamIds, how, ...(upstreamSessions && { upstreamSessions }) });
    },
  };
}
