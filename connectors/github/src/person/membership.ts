/**
 * Whether the person is in an organisation of the configuration.
 *
 * Attack: an organisation is renamed, somebody else takes the name, and with it everything that was meant for the first
 * one. Where the configuration has its number, that decides, and the name is only what people read.
 */
import { type Asker, ask } from '../api/ask.ts';
import { Refusal } from '../api/refusals.ts';
import { account, membership } from '../api/shapes.ts';
import type { ListedOrg } from '../config.ts';
import { ClosedOrg } from '../errors.ts';

export type Membership =
  | { readonly org: ListedOrg; readonly state: 'active'; readonly id: number }
  /** Invited, and has not accepted. */
  | { readonly org: ListedOrg; readonly state: 'pending' }
  | { readonly org: ListedOrg; readonly state: 'none' }
  /** GitHub shows nothing by this name, so that nothing is known about its members either. */
  | { readonly org: ListedOrg; readonly state: 'unknown' };

/** @throws ClosedOrg where the organisation does not let us look */
export async function membershipIn(asker: Asker, org: ListedOrg): Promise<Membership> {
  try {
    return await find(asker, org);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.kind === 'moved') return unknown(asker, org);
    if (['sso', 'unapproved', 'addresses'].includes(error.kind)) throw new ClosedOrg(org.name, error);
    throw error;
  }
}

async function find(asker: Asker, org: ListedOrg): Promise<Membership> {
  const byName = await askAbout(asker, org, org.name);
  if (byName !== null) return byName;
  if (org.id === undefined) {
    const there = await ask(asker, `/orgs/${org.name}`, account);
    return there === null ? unknown(asker, org) : { org, state: 'none' };
  }
  const now = await ask(asker, `/user/${org.id}`, account);
  if (now === null || now.body.id !== org.id) return unknown(asker, org);
  const { login } = now.body;
  if (login.toLowerCase() === org.name.toLowerCase()) return { org, state: 'none' };
  asker.call.log.warn({ org: org.name, now: login }, 'a github organisation was renamed');
  return (await askAbout(asker, org, login)) ?? { org, state: 'none' };
}

/** Null: not a member, or of another organisation than the one that is meant. */
async function askAbout(asker: Asker, org: ListedOrg, name: string): Promise<Membership | null> {
  const answer = await ask(asker, `/user/memberships/orgs/${encodeURIComponent(name)}`, membership);
  if (answer === null) return null;
  const { state, organization } = answer.body;
  if (org.id !== undefined && organization.id !== org.id) return null;
  if (state === 'active') return { org, state, id: organization.id };
  return { org, state: state === 'pending' ? 'pending' : 'none' };
}

function unknown(asker: Asker, org: ListedOrg): Membership {
  asker.call.log.warn({ org: org.name }, 'github shows no organisation of this name');
  return { org, state: 'unknown' };
}
