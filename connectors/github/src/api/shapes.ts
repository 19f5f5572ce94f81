/** What is read of GitHub's answers. Ids are numbers that GitHub gives to nobody else; names can be given anew. */
import { z } from 'zod';

const id = z.int().positive();
const name = z.string().min(1).max(1000);

/** An organisation or a person. */
export const account = z.object({ id, login: name });
export type Account = z.output<typeof account>;

export const user = z.object({ id, login: name, name: z.string().max(1000).nullable().default(null) });
export type User = z.output<typeof user>;

export const emails = z
  .array(z.object({ email: name, primary: z.boolean(), verified: z.boolean() }))
  .max(1000);
export type Email = z.output<typeof emails>[number];

/** `state` is `active`, or `pending` for an invitation. */
export const membership = z.object({ state: name, organization: account });

const team = z.object({
  id,
  name,
  slug: name,
  parent: z.object({ id, slug: name }).nullable().default(null),
  organization: account,
});
export const oneTeam = team;
export type Team = z.output<typeof team>;

export const pageOfTeams = z.array(team).max(100);
export const pageOfOrgs = z.array(account).max(100);
