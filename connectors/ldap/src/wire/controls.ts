/**
 * The controls that come with an answer: the cookie of a page (RFC 2696), and what a directory knows about the password
 * that it checked (draft-behera-ldap-password-policy-11, section 6.2, and the two of Netscape's that were there before).
 *
 * The value of a control is an octet string for the grammar of the message: what is in it is checked by itself. A
 * control that we read comes once; what we do not know is left alone, but there are only so many.
 */
import { Ber, BerReader, type BerWriter, Control, PagedResultsControl, PasswordPolicyControl } from 'ldapts';
import { limits } from '../limits.ts';
import { pageValue, policyValue, SEQUENCE } from './grammar.ts';
import { ShapeCheck } from './shape-check.ts';
import { MalformedMessage, take } from './take.ts';

/** What came with the answer to a bind. Each may be missing. */
export interface PasswordPolicy {
  /** Of the draft: 0 expired, 1 locked, 2 to be changed. */
  readonly error?: number;
  /** How often the expired password may still be used. */
  readonly graceLogins?: number;
  /** Seconds until the password expires. */
  readonly secondsLeft?: number;
  /** Netscape: expired, or to be changed before anything else. */
  readonly expired?: boolean;
}

/** The values of those that we read, by OID. */
export type Controls = ReadonlyMap<string, Buffer>;

const netscape = { expired: '2.16.840.1.113730.3.4.4', expiring: '2.16.840.1.113730.3.4.5' } as const;
const known: ReadonlySet<string> = new Set([
  PagedResultsControl.type,
  PasswordPolicyControl.type,
  netscape.expired,
  netscape.expiring,
]);

export function readControls(content: Buffer): Controls {
  const found = new Map<string, Buffer>();
  const reader = new BerReader(content);
  for (let count = 1; reader.remain > 0; count += 1) {
    if (count > limits.controls) throw new MalformedMessage(`more than ${limits.controls} controls`);
    const control = new BerReader(take(reader, SEQUENCE));
    const oid = take(control, Ber.OctetString).toString('latin1');
    if (!known.has(oid)) continue;
    if (found.has(oid)) throw new MalformedMessage(`the control ${oid} is there twice`);
    if (control.peek() === Ber.Boolean) control.readBoolean();
    found.set(oid, take(control, Ber.OctetString));
  }
  return found;
}

/** Asks for the policy; a directory that does not know the control ignores it. */
export function askForPolicy(): Control {
  return new PolicyRequest(PasswordPolicyControl.type);
}

/**
 * "Not critical" is the default, and defaults are left out (RFC 4511, section 5.1). The library writes it; the servers
 * that are made from GLAuth's library take it for the value of the control, and crash: a sign-in would end them.
 */
class PolicyRequest extends Control {
  override write(writer: BerWriter): void {
    writer.startSequence();
    writer.writeString(this.type);
    writer.endSequence();
  }
}

export function pageCookie(controls: Controls): Buffer | undefined {
  const value = controls.get(PagedResultsControl.type);
  if (value === undefined) return undefined;
  new ShapeCheck().take(new BerReader(value), pageValue);
  const paged = new PagedResultsControl();
  paged.parse(new BerReader(value));
  return paged.value?.cookie;
}

export function passwordPolicy(controls: Controls): PasswordPolicy {
  const { error, timeBeforeExpiration, graceAuthNsRemaining } = draftPolicy(controls);
  const secondsLeft = timeBeforeExpiration ?? netscapeSeconds(controls);
  return {
    ...(error !== undefined && { error }),
    ...(graceAuthNsRemaining !== undefined && { graceLogins: graceAuthNsRemaining }),
    ...(secondsLeft !== undefined && { secondsLeft }),
    ...(controls.has(netscape.expired) && { expired: true }),
  };
}

function draftPolicy(controls: Controls): NonNullable<PasswordPolicyControl['value']> {
  const value = controls.get(PasswordPolicyControl.type);
  if (value === undefined) return {};
  new ShapeCheck().whole(value, policyValue);
  const policy = new PasswordPolicyControl();
  policy.parse(new BerReader(value));
  const numbers = Object.values(policy.value ?? {});
  if (numbers.some((number) => number < 0))
    throw new MalformedMessage('a number of a password policy is negative');
  return policy.value ?? {};
}

/** Digits, not BER. */
function netscapeSeconds(controls: Controls): number | undefined {
  const value = controls.get(netscape.expiring);
  if (value === undefined) return undefined;
  const digits = value.toString('latin1', 0, 11);
  if (!/^\d{1,10}$/.test(digits))
    throw new MalformedMessage('the time until a password expires is not a number');
  return Number(digits);
}
