/** That a server shows what it has: without this, not to find somebody says nothing. */
import type { Identity, Trace } from '@gatehouse/connector-kit';
import type { LdapConfig } from '../config.ts';
import { sameDn } from '../dn.ts';
import { describe, unavailable } from '../errors.ts';
import { allOf, anyOf, both, configuredFilter, equals, present } from '../filters.ts';
import type { State } from '../people/identity.ts';
import { searchFew } from '../search.ts';
import type { Session } from '../session.ts';
import { resultCode } from '../wire/result-code.ts';

/**
 * Each base can be read, and people are seen below each of them, who have an id of the same kind and pass the filter.
 * @throws ConnectorError `unavailable` otherwise
 */
export async function proveVisible(
  session: Session,
  config: LdapConfig,
  identity: Identity<State>,
  trace: Trace,
): Promise<void> {
  for (const base of config.userSearch.baseDn) {
    await proveBase(session, base, trace);
    await proveOthers(session, config, { base, idAttribute: identity.state.idAttribute }, trace);
  }
  await proveNotHidden(session, config, identity, trace);
}

/** An alias or a referral in its place would show nobody, or the people of another tree. */
async function proveBase(session: Session, base: string, trace: Trace): Promise<void> {
  const query = {
    base,
    scope: 'base' as const,
    filter: configuredFilter(undefined),
    attributes: ['objectClass'],
  };
  const { result, entries } = await session.search(query);
  trace.step('ldap base', { base, result: describe(result), found: entries.length });
  const [entry] = entries;
  const classes = entry?.texts('objectClass').map((name) => name.toLowerCase()) ?? [];
  if (result.code !== resultCode.success || entry === undefined) {
    throw unavailable(
      `the person was not found on ${session.server}, but "${base}" cannot be read either: ${describe(result)}`,
    );
  }
  if (classes.includes('alias') || classes.includes('referral')) {
    throw unavailable(
      `the person was not found on ${session.server}, but "${base}" only points to another place`,
    );
  }
}

async function proveOthers(
  session: Session,
  { userSearch: { scope, filter: configured, username } }: LdapConfig,
  { base, idAttribute }: { readonly base: string; readonly idAttribute: string },
  trace: Trace,
): Promise<void> {
  const named = both(configured, anyOf(username.map(present)));
  // With the id in the filter: who may no longer search by it finds nobody, too.
  const filter = idAttribute === 'DN' ? named : allOf([named, present(idAttribute)]);
  const { result, entries } = await session.search({
    base,
    scope,
    filter,
    attributes: ['1.1'],
    sizeLimit: 2,
  });
  trace.step('ldap other people', { base, result: describe(result), found: entries.length });
  const complete = result.code === resultCode.success || result.code === resultCode.sizeLimitExceeded;
  if (complete && entries.some((entry) => !sameDn(entry.dn, base))) return;
  throw unavailable(
    `the person was not found on ${session.server}, but nobody else can be seen below "${base}" either`,
  );
}

/** An entry of the same name whose id we may not read can be this person. */
async function proveNotHidden(
  session: Session,
  { userSearch: { baseDn, scope, username } }: LdapConfig,
  { state: { idAttribute }, username: name }: Identity<State>,
  trace: Trace,
): Promise<void> {
  if (idAttribute === 'DN') return;
  const filter = anyOf(username.map((attribute) => equals(attribute, name)));
  for (const base of baseDn) {
    const found = await searchFew(session, { base, scope, filter, attributes: [idAttribute] }, trace);
    const hidden = found.find((entry) => entry.bytes(idAttribute).length === 0);
    if (hidden !== undefined) {
      throw unavailable(
        `the person was not found on ${session.server}, but "${idAttribute}" of ${hidden.dn} cannot be read`,
      );
    }
  }
}
