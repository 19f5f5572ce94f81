/** For whom, and until when: conditions and confirmations, wrong or missing, one at a time; all of it properly signed. */
import type { HostileCase } from './saml-cases.ts';
import { type Attributes, bearerMethod, type SamlDraft } from './saml-draft.ts';

const group = 'conditions';
type At = (seconds: number) => string;

function row(
  name: string,
  change: (draft: SamlDraft, at: At) => SamlDraft,
  refusal: RegExp,
  code?: HostileCase['code'],
): HostileCase {
  return {
    group,
    name,
    refusal,
    ...(code && { code }),
    answer: ({ good, now }) => {
      const at: At = (seconds) => new Date(now.getTime() + seconds * 1000).toISOString();
      return good({ change: (draft) => change(draft, at) });
    },
  };
}

function confirmed(draft: SamlDraft, change: Attributes): SamlDraft {
  const [first] = draft.confirmations;
  return { ...draft, confirmations: [{ method: bearerMethod, data: { ...first?.data, ...change } }] };
}

const oneTimeUse = '<saml:OneTimeUse/>';

export const conditionCases: readonly HostileCase[] = [
  row('no Conditions', (draft) => ({ ...draft, conditions: null }), /no Conditions/),
  row(
    'not valid yet',
    (draft, at) => ({ ...draft, conditions: { ...draft.conditions, NotBefore: at(120) } }),
    /NotBefore .* in the future/,
  ),
  row(
    'not valid any more',
    (draft, at) => ({ ...draft, conditions: { ...draft.conditions, NotOnOrAfter: at(-120) } }),
    /NotOnOrAfter of Conditions .* in the past/,
  ),
  row(
    'valid for ever',
    (draft) => ({ ...draft, conditions: { ...draft.conditions, NotOnOrAfter: null } }),
    /no NotOnOrAfter/,
  ),
  row(
    'valid from a moment that comes after its end, both within the skew',
    (draft, at) => ({ ...draft, conditions: { NotBefore: at(20), NotOnOrAfter: at(-20) } }),
    /end before they begin/,
  ),
  row('no audience', (draft) => ({ ...draft, audiences: [] }), /names no audience/),
  row('an empty audience', (draft) => ({ ...draft, audiences: [[]] }), /assertion is for nobody/),
  row(
    'another audience',
    (draft) => ({ ...draft, audiences: [['https://other.example']] }),
    /assertion is for/,
  ),
  row(
    'two restrictions, one of which we do not meet',
    (draft) => ({ ...draft, audiences: [...draft.audiences, ['https://other.example']] }),
    /assertion is for/,
  ),
  row(
    'an audience that only begins like ours',
    (draft) => ({ ...draft, audiences: [[`${draft.audiences[0]?.[0]}.evil.example`]] }),
    /assertion is for/,
  ),
  row(
    'a condition that nobody knows',
    (draft) => ({ ...draft, moreConditions: '<x:Only xmlns:x="urn:x"/>' }),
    /not understood/,
  ),
  row('OneTimeUse twice', (draft) => ({ ...draft, moreConditions: oneTimeUse + oneTimeUse }), /OneTimeUse/),
  row(
    'ProxyRestriction: not to be passed on',
    (draft) => ({ ...draft, moreConditions: '<saml:ProxyRestriction Count="0"/>' }),
    /passed on/,
    'misconfigured',
  ),
  row('no confirmation', (draft) => ({ ...draft, confirmations: [] }), /not confirmed/),
  row(
    'a holder of a key instead of a bearer',
    (draft) => ({
      ...draft,
      confirmations: draft.confirmations.map((one) => ({
        ...one,
        method: 'urn:oasis:names:tc:SAML:2.0:cm:holder-of-key',
      })),
    }),
    /not confirmed for whoever brings it/,
  ),
  row(
    'sender-vouches instead of a bearer',
    (draft) => ({
      ...draft,
      confirmations: draft.confirmations.map((one) => ({
        ...one,
        method: 'urn:oasis:names:tc:SAML:2.0:cm:sender-vouches',
      })),
    }),
    /not confirmed for whoever brings it/,
  ),
  row(
    'a confirmation without a method',
    (draft) => ({ ...draft, confirmations: draft.confirmations.map((one) => ({ ...one, method: null })) }),
    /no Method/,
  ),
  row(
    'a bearer without data',
    (draft) => ({ ...draft, confirmations: [{ method: bearerMethod, data: null }] }),
    /no SubjectConfirmationData/,
  ),
  row(
    'another Recipient',
    (draft) => confirmed(draft, { Recipient: 'https://other.example/callback' }),
    /Recipient is/,
  ),
  row('no Recipient', (draft) => confirmed(draft, { Recipient: null }), /no Recipient/),
  row(
    'a confirmation for another request',
    (draft) => confirmed(draft, { InResponseTo: '_of-somebody-else' }),
    /another request/,
  ),
  row(
    'a confirmation for no request',
    (draft) => confirmed(draft, { InResponseTo: null }),
    /no InResponseTo/,
  ),
  row(
    'a confirmation that is over',
    (draft, at) => confirmed(draft, { NotOnOrAfter: at(-120) }),
    /SubjectConfirmationData .* in the past/,
  ),
  row(
    'a confirmation without an end',
    (draft) => confirmed(draft, { NotOnOrAfter: null }),
    /no NotOnOrAfter/,
  ),
  row(
    "a bearer's confirmation with a NotBefore",
    (draft, at) => confirmed(draft, { NotBefore: at(-10) }),
    /has a NotBefore/,
  ),
  row(
    'a moment without a zone',
    (draft) => confirmed(draft, { NotOnOrAfter: '2036-01-01T00:00:00' }),
    /not a moment/,
  ),
];
