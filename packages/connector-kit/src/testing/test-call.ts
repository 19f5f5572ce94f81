/** A `RefreshCall` (and so a `Call`) that keeps what it was told, and can be ended. */
import type { RefreshCall } from '../call.ts';
import type { Json } from '../json.ts';
import { type LogEntry, recordingLog } from './recording-log.ts';

export interface TestCall<State> extends RefreshCall<State> {
  readonly logged: readonly LogEntry[];
  readonly steps: readonly { readonly name: string; readonly facts: Readonly<Record<string, Json>> }[];
  /** Every state that was saved, in order. */
  readonly saved: readonly State[];
  /** What the broker does when the person goes away. */
  end(): void;
}

export function testCall<State = never>(): TestCall<State> {
  const logged: LogEntry[] = [];
  const steps: { name: string; facts: Readonly<Record<string, Json>> }[] = [];
  const saved: State[] = [];
  const controller = new AbortController();
  return {
    signal: controller.signal,
    log: recordingLog(logged),
    trace: {
      step(name, facts = {}) {
        steps.push({ name, facts });
      },
    },
    async saveState(state) {
      saved.push(state);
    },
    logged,
    steps,
    saved,
    end() {
      controller.abort(new Error('the person has gone away'));
    },
  };
}
