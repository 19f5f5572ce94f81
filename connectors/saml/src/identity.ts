/** From what was checked to an identity, by the names that the configuration gives the attributes. */
import { createHash } from 'node:crypto';
import { ConnectorError, type Identity } from '@gatehouse/connector-kit';
import { z } from 'zod';
import type { SamlConfig } from './config.ts';
import { idFromNameId, type Parties, requireQualifiers } from './name-id.ts';
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
  sessionIndex: z.string(),
});

/**
 * A session of the provider, as the broker knows it. A `SessionIndex` may be a small number that many people have at once
 * (SAML 2.0 core, section 2.7.2, so that it tells nothing of them): it names a session together with the NameID only, and
 * that within its qualifiers.
 */
export function sessionOf(
  { value, nameQualifier, spNameQualifier }: NameId,
  sessionIndex: string,
  { idp, sp }: Parties,
): string {
  const named = [nameQualifier ?? idp, spNameQualifier ?? sp, value, sessionIndex];
  return createHash('sha256').update(JSON.stringify(named)).digest('base64url');
}

/** @param sp our own entity id */
export function identityOf(checked: Checked, config: SamlConfig, sp: string): Identity<SamlState> {
  const { attributes: names } = config;
  const first = (name: string | undefined) => valuesOf(checked.attributes, name)?.[0]?.trim();
  const parties = { idp: checked.idp, sp };
  const upstreamId = idOf(checked, config, parties);
  const email = first(names.email);
  const displayName = first(names.displayName);
  const { at, context, sessionIndex, ends } = checked.authentication;
  return {
    upstreamId,
    username: usernameOf(checked, config) ?? email ?? upstreamId,
    ...(displayName !== undefined && { displayName }),
    ...(email !== undefined && { email: { address: email, verified: config.emailVerified } }),
    groups: groupsOf(checked, config),
    authenticated: { at: new Date(at), ...(context !== undefined && { acr: context }) },
    ...(sessionIndex !== undefined && { upstreamSession: sessionOf(checked.nameId, sessionIndex, parties) }),
    ...(ends !== undefined && { upstreamSessionEnds: new Date(ends) }),
    state: null,
    // Without a key of ours, or a name of the session, nobody is signed out there.
    ...(config.signing &&
      sessionIndex !== undefined && { sessionState: { nameId: { ...checked.nameId }, sessionIndex } }),
  };
}

function idOf({ nameId, attributes }: Checked, config: SamlConfig, parties: Parties): string {
  const { id: wanted } = config.attributes;
  if (wanted === undefined) return idFromNameId(nameId, config, parties);
  const found = named(attributes, wanted);
  if (found.length === 0) missing('id', wanted, attributes);
  for (const each of found.flatMap(({ nameIds = [] }) => nameIds)) requireQualifiers(each, config, parties);
  const [id, ...more] = new Set(found.flatMap(({ values }) => values));
  if (id === undefined) misfit(`the attribute ${quote(wanted)} (attributes.id) is empty`);
  if (more.length > 0) misfit(`the attribute ${quote(wanted)} (attributes.id) has several values`);
  return id;
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
  const split =
    groupsDelimiter === undefined
      ? values
      : values.flatMap((one) => one.split(groupsDelimiter).map(withoutLayout));
  return [...new Set(split.filter((group) => group !== ''))];
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

/** All values of all attributes of that name; undefined if there is none. */
function valuesOf(
  attributes: readonly Attribute[],
  wanted: string | undefined,
): readonly string[] | undefined {
  const found = wanted === undefined ? [] : named(attributes, wanted);
  return found.length === 0 ? undefined : found.flatMap(({ values }) => values);
}

/** `Name` counts before `FriendlyName`. */
function named(attributes: readonly Attribute[], wanted: string): readonly Attribute[] {
  const byName = attributes.filter(({ name }) => name === wanted);
  return byName.length > 0 ? byName : attributes.filter(({ friendlyName }) => friendlyName === wanted);
}

/** Names, and no values: those are about a person. */
function missing(option: string, wanted: string, attributes: readonly Attribute[]): never {
  const sent = attributes.slice(0, 40).map(({ name }) => quote(name));
  return misfit(
    `there is no attribute ${quote(wanted)} (attributes.${option}); the identity provider sends ${sent.join(', ') || 'none'}`,
  );
}
