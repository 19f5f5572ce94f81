/** From what was checked to an identity, by the names that the configuration gives the attributes. */
import { createHash } from 'node:crypto';
import { ConnectorError, type Identity } from '@gatehouse/connector-kit';
import { z } from 'zod';
import type { SamlConfig } from './config.ts';
import { nameIdFormats } from './names.ts';
import { misfit, quote } from './refusal.ts';
import type { Attribute } from './response/attributes.ts';
import type { Checked } from './response/check-response.ts';
import type { NameId } from './response/subject.ts';
import { withoutLayout } from './xml/elements.ts';

/** There is nothing to ask a provider about somebody who has signed in. */
export type SamlState = null;

/** What a logout has to name: kept with the browser session. */
export const sessionForm = z.strictObject({
  nameId: z.strictObject({
    value: z.string(),
    format: z.string(),
    nameQualifier: z.string().exactOptional(),
    spNameQualifier: z.string().exactOptional(),
  }),
  sessionIndex: z.string().exactOptional(),
});

/**
 * A session of the provider, as the broker knows it. A `SessionIndex` may be a small number that many people have at once
 * (SAML 2.0 core, section 2.7.2, so that it tells nothing of them): it names a session together with the NameID only.
 */
export function sessionOf({ value }: NameId, sessionIndex: string): string {
  return createHash('sha256')
    .update(JSON.stringify([value, sessionIndex]))
    .digest('base64url');
}

export function identityOf(checked: Checked, config: SamlConfig): Identity<SamlState> {
  const { attributes: names } = config;
  const first = (name: string | undefined) => valuesOf(checked.attributes, name)?.[0];
  const upstreamId = idOf(checked, config);
  const email = first(names.email);
  const displayName = first(names.displayName);
  const { at, context, sessionIndex } = checked.authentication;
  return {
    upstreamId,
    username: usernameOf(checked, config) ?? email ?? upstreamId,
    ...(displayName !== undefined && { displayName }),
    ...(email !== undefined && { email: { address: email, verified: config.emailVerified } }),
    groups: groupsOf(checked, config),
    authenticated: { at: new Date(at), ...(context !== undefined && { acr: context }) },
    ...(sessionIndex !== undefined && { upstreamSession: sessionOf(checked.nameId, sessionIndex) }),
    state: null,
    sessionState: { nameId: { ...checked.nameId }, ...(sessionIndex !== undefined && { sessionIndex }) },
  };
}

function idOf({ nameId, attributes }: Checked, config: SamlConfig): string {
  const { attributes: names } = config;
  if (names.id === undefined) return idFromNameId(nameId, config);
  const values = valuesOf(attributes, names.id) ?? missing('id', names.id, attributes);
  const [id, ...more] = new Set(values);
  if (id === undefined) misfit(`the attribute ${quote(names.id)} (attributes.id) is empty`);
  if (more.length > 0) misfit(`the attribute ${quote(names.id)} (attributes.id) has several values`);
  return id;
}

/**
 * Attack: somebody is given the address, or the user name, of a person who has left, and with it the person's place.
 * Only a persistent NameID is never given to somebody else (SAML 2.0 core, section 8.3.7).
 */
function idFromNameId({ value, format }: NameId, { insecureNameIdAsId, nameIdFormat }: SamlConfig): string {
  if (format === nameIdFormats.persistent && !insecureNameIdAsId) return value;
  if (insecureNameIdAsId && format !== nameIdFormats.transient) {
    requireAsked(format, nameIdFormat);
    return value;
  }
  return misfit(
    `the NameID has the format ${quote(format)} and may be somebody else's tomorrow: let the identity provider send a persistent one, or an id in an attribute that attributes.id names`,
  );
}

/** What leaves the choice to the provider, or was asked for in the hope of something better. */
const open: ReadonlySet<string | null> = new Set([null, nameIdFormats.unspecified, nameIdFormats.persistent]);

/**
 * Attack: the request travels through a browser, which puts another format in; then the user name that somebody has
 * chosen comes where the address was asked for, and it is another person's address.
 */
function requireAsked(format: string, asked: string | null): void {
  if (open.has(asked) || format === asked) return;
  misfit(
    `the NameID has the format ${quote(format)}, and ${quote(asked ?? '')} was asked for (nameIdFormat)`,
  );
}

function usernameOf({ attributes }: Checked, { attributes: names }: SamlConfig): string | undefined {
  if (names.username === undefined) return undefined;
  return valuesOf(attributes, names.username)?.[0] ?? missing('username', names.username, attributes);
}

function groupsOf(
  { attributes }: Checked,
  { attributes: names, groupsDelimiter, groupsRequired }: SamlConfig,
): readonly string[] {
  if (names.groups === undefined) return [];
  refuseLink(attributes);
  const values = valuesOf(attributes, names.groups);
  if (values === undefined) return groupsRequired ? missing('groups', names.groups, attributes) : [];
  const split = groupsDelimiter === undefined ? values : values.flatMap((one) => one.split(groupsDelimiter));
  return [...new Set(split.map(withoutLayout).filter((group) => group !== ''))];
}

/** With more than 150 groups, Entra ID names the place of the list instead of the groups. */
const linkInstead = 'http://schemas.microsoft.com/claims/groups.link';

function refuseLink(attributes: readonly Attribute[]): void {
  if (!attributes.some(({ name }) => name === linkInstead)) return;
  throw new ConnectorError('misconfigured', {
    reason:
      'the person is in more groups than Entra ID puts into an assertion (150), and it sent a link instead: choose "Groups assigned to the application" there',
  });
}

/** All values of all attributes of that name; undefined if there is none. `Name` counts before `FriendlyName`. */
function valuesOf(
  attributes: readonly Attribute[],
  wanted: string | undefined,
): readonly string[] | undefined {
  if (wanted === undefined) return undefined;
  const byName = attributes.filter(({ name }) => name === wanted);
  const found = byName.length > 0 ? byName : attributes.filter(({ friendlyName }) => friendlyName === wanted);
  return found.length === 0 ? undefined : found.flatMap(({ values }) => values);
}

/** Names, and no values: those are about a person. */
function missing(option: string, wanted: string, attributes: readonly Attribute[]): never {
  const sent = attributes.slice(0, 40).map(({ name }) => quote(name));
  return misfit(
    `there is no attribute ${quote(wanted)} (attributes.${option}); the identity provider sends ${sent.join(', ') || 'none'}`,
  );
}
