/** From a directory entry to an identity. */
import type { Identity } from '@gatehouse/connector-kit';
import type { LdapConfig } from '../config.ts';
import type { Entry } from '../entry.ts';
import { misconfigured } from '../errors.ts';
import { attributesForGroups } from '../groups/read-groups.ts';
import { idFromDn, knownIdAttributes, type PersonId, readId } from './ids.ts';

/** What finds the person again. A type, not an interface: only that is assignable to `Json`. */
export type State = {
  /** The attribute that the id was read from, or `DN`. */
  readonly idAttribute: string;
  /** The id as the directory holds it, in base64. */
  readonly id: string;
};

/** Operational attributes such as `entryUUID` are sent only to those who ask for them by name. */
export function personAttributes(config: LdapConfig): readonly string[] {
  const { attributes, userSearch } = config;
  return [
    ...new Set([
      ...idAttributes(config),
      usernameAttribute(config),
      ...userSearch.username,
      attributes.displayName,
      attributes.email,
      ...attributesForGroups(config),
    ]),
  ];
}

export function identityOf(
  entry: Entry,
  id: PersonId,
  groups: readonly string[],
  config: LdapConfig,
): Identity<State> {
  const username = entry.text(usernameAttribute(config));
  if (username === undefined) {
    throw misconfigured(
      `${entry.dn} has no "${usernameAttribute(config)}", which is \`attributes.username\``,
    );
  }
  const displayName = entry.text(config.attributes.displayName);
  const address = emailAddress(entry, username, config);
  return {
    upstreamId: id.text,
    username,
    ...(displayName === undefined ? {} : { displayName }),
    ...(address === undefined ? {} : { email: { address, verified: config.attributes.emailVerified } }),
    groups,
    state: stateOf(id),
  };
}

export function stateOf({ attribute, raw }: PersonId): State {
  return { idAttribute: attribute, id: raw.toString('base64') };
}

/** `stored` keeps the id of somebody who signed in before `attributes.id` was changed. */
export function personId(entry: Entry, config: LdapConfig, stored?: State): PersonId {
  const attributes = stored === undefined ? idAttributes(config) : [stored.idAttribute];
  const fromDn = stored === undefined ? config.insecureIdFromDn : stored.idAttribute === 'DN';
  return fromDn ? idFromDn(entry) : readId(entry, attributes);
}

function idAttributes(config: LdapConfig): readonly string[] {
  if (config.insecureIdFromDn) return [];
  return config.attributes.id === undefined ? knownIdAttributes : [config.attributes.id];
}

function usernameAttribute(config: LdapConfig): string {
  return config.attributes.username ?? config.userSearch.username[0] ?? 'uid';
}

function emailAddress(entry: Entry, username: string, config: LdapConfig): string | undefined {
  const { email, emailSuffix } = config.attributes;
  return emailSuffix === undefined ? entry.text(email) : `${username}@${emailSuffix}`;
}
