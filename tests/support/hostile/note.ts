/** A row of the table that `npm run test:hostile` prints: what was tried, and how it ended. */
import type { TestContext } from 'vitest';

export interface HostileRow {
  readonly peer: 'SAML' | 'OpenID' | 'GitHub';
  /** Default: the title of the test. */
  readonly attack?: string;
  readonly expected: string;
  /** How it was refused, in the words of the log. Absent as long as nothing was answered. */
  readonly seen?: string;
}

declare module 'vitest' {
  interface TaskMeta {
    hostile?: HostileRow;
  }
}

/** Before the attack with what is expected of it, and after it with what was seen, whatever that was. */
export function note({ task }: Pick<TestContext, 'task'>, row: HostileRow): void {
  task.meta.hostile = row;
}
