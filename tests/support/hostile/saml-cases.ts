/** Every bad answer of a SAML identity provider, or of somebody who plays one, with the refusal that is expected. */
import type { ConnectorErrorCode } from '@gatehouse/connector-kit';
import { conditionCases } from './saml-cases-conditions.ts';
import { cryptographyCases } from './saml-cases-cryptography.ts';
import { encryptionCases } from './saml-cases-encryption.ts';
import { fieldCases } from './saml-cases-fields.ts';
import { textCases } from './saml-cases-text.ts';
import { wellFormedCases } from './saml-cases-well-formed.ts';
import { wrappingCases } from './saml-cases-wrapping.ts';
import type { AnswerOptions, ReadRequest, SamlIdp } from './saml-idp.ts';
import type { SamlKeys } from './saml-keys.ts';

export interface HostileStage {
  readonly idp: SamlIdp;
  readonly request: ReadRequest;
  /** Keys that the connector does not trust. */
  readonly stranger: SamlKeys;
  /** The keys with which the connector decrypts. */
  readonly ours: SamlKeys;
  readonly now: Date;
  good(options?: AnswerOptions): string;
}

export interface HostileCase {
  /** What the table calls it. */
  readonly name: string;
  readonly group: string;
  /** The XML that is posted. */
  answer(stage: HostileStage): string;
  readonly refusal: RegExp;
  readonly code?: ConnectorErrorCode;
}

export const hostileCases: readonly HostileCase[] = [
  ...wrappingCases,
  ...textCases,
  ...wellFormedCases,
  ...cryptographyCases,
  ...encryptionCases,
  ...fieldCases,
  ...conditionCases,
];
