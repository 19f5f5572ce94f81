/**
 * The answers of RFC 4511's grammar (section 4, appendix B), the page cookie of RFC 2696, and the password policy of
 * draft-behera-ldap-password-policy-11 (section 6.2), as data.
 */
import { Ber, ProtocolOperation } from 'ldapts';

export type Shape = { readonly tag: number; readonly optional?: boolean } & (
  | { readonly kind: 'bytes' }
  /** One to four bytes: a whole number, or a truth value. */
  | { readonly kind: 'number' }
  /** Elements of one shape, as many as there are. */
  | { readonly kind: 'list'; readonly of: Shape }
  /** One of these, and nothing else. */
  | { readonly kind: 'choice'; readonly of: readonly Shape[] }
  /** Elements in this order. Unknown ones may follow (RFC 4511, section 4) unless it is `exact`. */
  | { readonly kind: 'record'; readonly parts: readonly Shape[]; readonly exact?: boolean }
);

export const SEQUENCE = Ber.Sequence | Ber.Constructor;
export const CONTROLS = ProtocolOperation.LDAP_CONTROLS;

export const integer: Shape = { kind: 'number', tag: Ber.Integer };
const octets: Shape = { kind: 'bytes', tag: Ber.OctetString };
const enumerated: Shape = { kind: 'number', tag: Ber.Enumeration };
const critical: Shape = { kind: 'number', tag: Ber.Boolean, optional: true };

const list = (tag: number, of: Shape): Shape => ({ kind: 'list', tag, of });
const record = (tag: number, ...parts: Shape[]): Shape => ({ kind: 'record', tag, parts });

/** Exact, because ldapts would take what follows for the next attribute. */
const attribute: Shape = {
  kind: 'record',
  tag: SEQUENCE,
  parts: [octets, list(ProtocolOperation.LBER_SET, octets)],
  exact: true,
};
const result = (tag: number): Shape => record(tag, enumerated, octets, octets);

/** What an LDAPMessage is made of: its number, one of these, and perhaps controls. */
export const operations: readonly Shape[] = [
  record(ProtocolOperation.LDAP_RES_SEARCH_ENTRY, octets, list(SEQUENCE, attribute)),
  list(ProtocolOperation.LDAP_RES_SEARCH_REF, octets),
  result(ProtocolOperation.LDAP_RES_BIND),
  result(ProtocolOperation.LDAP_RES_SEARCH),
  result(ProtocolOperation.LDAP_RES_EXTENSION),
];
export const controls = list(CONTROLS, record(SEQUENCE, octets, critical, { ...octets, optional: true }));
export const pageValue = record(SEQUENCE, integer, octets);

const number = (tag: number): Shape => ({ kind: 'number', tag });
/** A warning, an error, both or neither. Its own tags are those of a context: `a0` a choice of two, `81` a number. */
export const policyValue: Shape = {
  kind: 'record',
  tag: SEQUENCE,
  parts: [
    { kind: 'choice', tag: 0xa0, of: [number(0x80), number(0x81)], optional: true },
    { ...number(0x81), optional: true },
  ],
  exact: true,
};
