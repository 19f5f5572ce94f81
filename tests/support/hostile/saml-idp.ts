/** An identity provider for tests: reads our requests, and answers them well or as it is told to. */
import { inflateRawSync } from 'node:zlib';
import type { Arrival, Departure } from '@gatehouse/connector-kit';
import {
  assertionXml,
  goodDraft,
  responseXml,
  type SamlDraft,
  type SamlPerson,
  statusXml,
} from './saml-draft.ts';
import { makeSamlKeys, type SamlKeys } from './saml-keys.ts';
import { type EncryptOptions, encryptAssertion, type Part, type SignOptions, signPart } from './saml-sign.ts';

export interface ReadRequest {
  readonly xml: string;
  readonly id: string;
  readonly acs: string;
  readonly issuer: string;
  readonly fresh: boolean;
  readonly relayState: string;
}

export interface AnswerOptions {
  readonly signs?: 'response' | 'assertion' | 'both' | 'nothing';
  readonly keys?: SamlKeys;
  readonly sign?: SignOptions;
  readonly encryptTo?: SamlKeys;
  readonly encrypt?: EncryptOptions;
  change?(draft: SamlDraft): SamlDraft;
}

export class SamlIdp {
  readonly entityId: string;
  readonly keys: SamlKeys;
  readonly #now: () => Date;

  constructor(entityId: string, now: () => Date, keys = makeSamlKeys('idp.example')) {
    this.entityId = entityId;
    this.keys = keys;
    this.#now = now;
  }

  draft(request: ReadRequest, person: SamlPerson): SamlDraft {
    const { id, acs, issuer } = request;
    return goodDraft({ idp: this.entityId, audience: issuer, acs, request: id, now: this.#now() }, person);
  }

  /** The XML of an answer. */
  answer(request: ReadRequest, person: SamlPerson, options: AnswerOptions = {}): string {
    const good = this.draft(request, person);
    return this.write(options.change?.(good) ?? good, options);
  }

  write(draft: SamlDraft, options: AnswerOptions = {}): string {
    const { signs = 'assertion', keys = this.keys, sign, encryptTo } = options;
    const plain = assertionXml(draft);
    const ownSignature = signs === 'assertion' || signs === 'both';
    const signed = ownSignature ? signPart(plain, 'Assertion', keys, sign) : plain;
    const inner = encryptTo ? encryptAssertion(signed, encryptTo, options.encrypt) : signed;
    const response = responseXml(draft, inner);
    return signs === 'response' || signs === 'both' ? signPart(response, 'Response', keys, sign) : response;
  }

  /** Over whatever it is given. */
  sign(xml: string, part: Part, options?: SignOptions): string {
    return signPart(xml, part, this.keys, options);
  }

  /** The person pressed "Cancel", or something else kept the provider from answering. */
  refusal(request: ReadRequest, ...codes: readonly string[]): string {
    const draft = this.draft(request, { id: 'nobody', attributes: {} });
    return responseXml({ ...draft, status: statusXml(...codes) }, '');
  }
}

/** As a browser brings it. */
export function posted(xml: string, relayState: string): Arrival {
  const params = new URLSearchParams({
    SAMLResponse: Buffer.from(xml).toString('base64'),
    RelayState: relayState,
  });
  return { method: 'POST', params, headers: {} };
}

export function readRequest(departure: Departure): ReadRequest {
  const xml = requestXml(departure);
  const params =
    departure.method === 'POST' ? new URLSearchParams(departure.fields) : departure.url.searchParams;
  return {
    xml,
    id: /\sID="([^"]+)"/.exec(xml)?.[1] ?? '',
    acs: /AssertionConsumerServiceURL="([^"]+)"/.exec(xml)?.[1] ?? '',
    issuer: /<saml:Issuer[^>]*>([^<]+)</.exec(xml)?.[1] ?? '',
    fresh: /\sForceAuthn="true"/.test(xml),
    relayState: params.get('RelayState') ?? '',
  };
}

function requestXml(departure: Departure): string {
  if (departure.method === 'POST') {
    return Buffer.from(departure.fields.SAMLRequest ?? '', 'base64').toString('utf8');
  }
  const packed = Buffer.from(departure.url.searchParams.get('SAMLRequest') ?? '', 'base64');
  return inflateRawSync(packed).toString('utf8');
}
