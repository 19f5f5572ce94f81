/** What a hostile OpenID Connect provider may try, one lie a row. */
import type { OidcCase } from './oidc-case.ts';
import { answerCases } from './oidc-cases-answers.ts';
import { formCases, userinfoCases } from './oidc-cases-claims.ts';
import { documentCases } from './oidc-cases-documents.ts';
import { partyCases } from './oidc-cases-parties.ts';
import { signatureCases } from './oidc-cases-signatures.ts';
import { timeCases } from './oidc-cases-times.ts';
import { transportCases } from './oidc-cases-transport.ts';

export const oidcCases: readonly OidcCase[] = [
  ...documentCases(),
  ...answerCases(),
  ...partyCases(),
  ...timeCases(),
  ...signatureCases(),
  ...formCases(),
  ...userinfoCases(),
  ...transportCases(),
];
