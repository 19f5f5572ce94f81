/** What the events mean for people who are signed in. */
import { z } from 'zod';

export type Learned =
  | { readonly ids: readonly string[] | 'everybody'; readonly how: 'recheck' }
  | { readonly ids: readonly string[]; readonly how: 'gone' };

const person = z.object({ id: z.int().positive() });
const nobody: Learned = { ids: [], how: 'recheck' };
const everybody: Learned = { ids: 'everybody', how: 'recheck' };

const organization = z.object({ action: z.string(), membership: z.object({ user: person }).optional() });
const membership = z.object({ action: z.string(), member: person });
const team = z.object({
  action: z.string(),
  changes: z.record(z.string(), z.unknown()).optional(),
});
const authorization = z.object({ action: z.literal('revoked'), sender: person });

/**
 * Null: not an event that we know, or of another shape. Who left an organisation is asked about, not thrown out: another
 * one may let them in. A team or an organisation as a whole names no people: then it is everybody who is asked about.
 */
export function learnedFrom(event: string, payload: unknown): Learned | null {
  switch (event) {
    case 'organization':
      return read(organization, payload, ofOrganization);
    case 'membership':
      return read(membership, payload, ({ member }) => recheck(member));
    case 'team':
      return read(team, payload, ofTeam);
    case 'github_app_authorization':
      return read(authorization, payload, ({ sender }) => ({ ids: [String(sender.id)], how: 'gone' }));
    case 'ping':
      return nobody;
    default:
      return null;
  }
}

function read<T extends z.ZodType>(
  form: T,
  payload: unknown,
  learn: (event: z.output<T>) => Learned,
): Learned | null {
  const { success, data } = form.safeParse(payload);
  return success ? learn(data) : null;
}

function ofOrganization({ action, membership: about }: z.output<typeof organization>): Learned {
  if (action === 'renamed' || action === 'deleted') return everybody;
  return about === undefined ? nobody : recheck(about.user);
}

/** A new description changes no group; who is in it is told by `membership`. */
function ofTeam({ action, changes = {} }: z.output<typeof team>): Learned {
  const isOther = action === 'deleted' || (action === 'edited' && ('name' in changes || 'parent' in changes));
  return isOther ? everybody : nobody;
}

function recheck({ id }: { readonly id: number }): Learned {
  return { ids: [String(id)], how: 'recheck' };
}
