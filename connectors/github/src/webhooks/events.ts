/** What the events mean for people who are signed in. */
import { z } from 'zod';

export interface Learned {
  readonly ids: readonly string[];
  readonly how: 'recheck' | 'gone';
}

const person = z.object({ id: z.int().positive() });
const nobody: Learned = { ids: [], how: 'recheck' };

const organization = z.object({ action: z.string(), membership: z.object({ user: person }).optional() });
const membership = z.object({ action: z.string(), member: person });
const authorization = z.object({ action: z.literal('revoked'), sender: person });

/**
 * Null: not an event that we know, or of another shape. Who left an organisation is asked about, not thrown out: another
 * one may let them in. Events about a team as a whole name no people; those are asked about when their time comes.
 */
export function learnedFrom(event: string, payload: unknown): Learned | null {
  switch (event) {
    case 'organization': {
      const read = organization.safeParse(payload);
      return read.success ? recheck(read.data.membership?.user) : null;
    }
    case 'membership': {
      const read = membership.safeParse(payload);
      return read.success ? recheck(read.data.member) : null;
    }
    case 'github_app_authorization': {
      const read = authorization.safeParse(payload);
      return read.success ? { ids: [String(read.data.sender.id)], how: 'gone' } : null;
    }
    case 'team':
    case 'ping':
      return nobody;
    default:
      return null;
  }
}

function recheck(user: { readonly id: number } | undefined): Learned {
  return user === undefined ? nobody : { ids: [String(user.id)], how: 'recheck' };
}
