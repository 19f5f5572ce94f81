/** What a connector tells an administrator about somebody, or about a group: `connector check --user --group`. */
import type { Check } from './exchange.ts';
import type { Identity } from './identity.ts';

export interface LookUpRequest {
  /** What the person would type, or what the upstream calls them. */
  readonly username?: string;
  /** Names of groups as the upstream writes them: do they exist, and why is the person not in them? */
  readonly groups?: readonly string[];
}

export interface LookedUp<State> {
  /** What was asked, in order, and whatever would keep this person from signing in, as a line that is not `ok`. */
  readonly checks: readonly Check[];
  /** Absent: there is nobody, or more than one, by that name; the checks say so. */
  readonly person?: LookedUpPerson<State>;
  /** One for each name that was asked for, in that order. Absent: this upstream cannot tell. */
  readonly groups?: readonly LookedUpGroup[];
}

export interface LookedUpPerson<State> {
  /** The upstream's own name of the entry, such as a DN. */
  readonly entry: string;
  /** As the upstream has them. Never a password or its hash, nor a token. */
  readonly attributes: readonly LookedUpAttribute[];
  /** What a sign-in would yield if nothing stood in the way; absent where the entry does not make an identity. */
  readonly identity?: Identity<State>;
  /** Where the groups of the identity come from. */
  readonly memberships: readonly Membership[];
}

export interface LookedUpAttribute {
  readonly name: string;
  /** Bytes that are not text are written as text: a GUID, a SID, hex. */
  readonly values: readonly string[];
  /** Which option of the configuration reads it, or how a binary value is written. */
  readonly remark?: string;
}

export interface Membership {
  /** As in `Identity.groups`. */
  readonly group: string;
  readonly entry?: string;
  /** In a few words: "names the person in member", "inside cn=staff". */
  readonly how?: string;
}

export interface LookedUpGroup {
  readonly asked: string;
  /** Empty: the upstream has no group by this name. */
  readonly found: readonly FoundGroup[];
}

export interface FoundGroup {
  /** As the upstream writes it: it may differ in case from what was asked for. */
  readonly name: string;
  readonly entry?: string;
  /** Whether a sign-in would find it: not so outside the configured base, or where the filter leaves it out. */
  readonly counts: boolean;
  /** Direct ones. */
  readonly members?: number;
  /** Why it does not count, or why the person is not in it, and what to do; sentences for the administrator. */
  readonly remarks: readonly string[];
}
