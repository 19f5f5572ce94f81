/** From a person of the played upstream to an identity. */
import type { Authenticated, Identity } from '@gatehouse/connector-kit';
import type { Person } from './config.ts';

/** Stands for a refresh token that the upstream replaces at every use. */
export type MockState = { readonly rotation: number };

export function identityOf(
  person: Person,
  state: MockState,
  authenticated: Authenticated | undefined,
): Identity<MockState> {
  return {
    upstreamId: person.id,
    username: person.username,
    ...(person.displayName !== undefined && { displayName: person.displayName }),
    ...(person.email !== undefined && { email: { address: person.email, verified: person.emailVerified } }),
    groups: [...person.groups, ...generated(person.generatedGroups)],
    ...(authenticated && { authenticated }),
    state,
  };
}

function generated(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `generated-${String(index + 1).padStart(5, '0')}`);
}
