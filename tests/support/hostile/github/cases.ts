/** What a GitHub that fails, lies or is played by somebody else may send, one fault a row, and how it must end. */
import type { ConnectorErrorCode } from '@gatehouse/connector-kit';
import { answerCases } from './cases-answers.ts';
import { pageCases } from './cases-pages.ts';
import { peopleCases } from './cases-people.ts';
import { refreshCases } from './cases-refresh.ts';
import type { FakeGithub } from './fake-github.ts';
import type { Account, Org, Team } from './world.ts';

export interface GithubStage {
  readonly fake: FakeGithub;
  /** In `acme` and its 130 teams. */
  readonly octocat: Account;
  readonly acme: Org;
  readonly teams: readonly Team[];
  /** Somebody else's server: nothing may ever be asked of it. */
  readonly trap: string;
}

export interface GithubCase {
  readonly attack: string;
  /** Over the usual: `orgs: [acme]`. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly kind?: 'oauth' | 'github';
  /** Before the sign-in, or between it and the refresh. */
  arrange(stage: GithubStage): void;
  readonly ends: readonly [ConnectorErrorCode | 'gone' | 'current', RegExp];
  /** Only the broker's own time-outs end it. */
  readonly slow?: true;
  /** Seconds that the broker is told to wait; not a minute more. */
  readonly retryAfter?: number;
}

export const signInCases: readonly GithubCase[] = [...pageCases, ...answerCases, ...peopleCases];
export { refreshCases };
