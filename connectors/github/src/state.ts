/** What is kept of a sign-in for the next question to GitHub. The broker seals it. */
import type { SeenPages } from './api/seen.ts';

export type State = {
  readonly token: string;
  /** Of a GitHub App whose tokens expire: milliseconds since 1970, and what gets the next one. */
  readonly expires?: number;
  readonly refreshToken?: string;
  /** Answers that need not be sent again while they are the same. */
  readonly seen?: SeenPages;
};

export type Tokens = Omit<State, 'seen'>;
