/** What the steps of a sign-in work with; put together once, in `app.ts`. */
import type { Config } from '@gatehouse/config';
import type { Tries } from '@gatehouse/core';
import type { Connectors } from '../connectors/open-connector.ts';
import type { Issuer } from '../http/issuer.ts';
import type { Oidc } from '../oidc/oidc.ts';
import type { Site } from '../pages/site.ts';
import type { BegunSignIns } from './begun-sign-ins.ts';
import type { FailedAnswers } from './failed-answers.ts';
import type { FormTokens } from './form-tokens.ts';
import type { PasswordAttempts } from './password-attempts.ts';

export interface LoginRoom {
  readonly config: Pick<Config, 'sessions'>;
  readonly issuer: Issuer;
  readonly site: Site;
  readonly connectors: Connectors;
  /** Addresses of the operator's own pictures, by the connector's id. */
  readonly pictures: ReadonlyMap<string, string>;
  readonly oidc: Oidc;
  readonly formTokens: FormTokens;
  readonly attempts: PasswordAttempts;
  readonly begun: BegunSignIns;
  readonly failedAnswers: FailedAnswers;
  readonly tries: Tries;
  readonly now: () => Date;
}
