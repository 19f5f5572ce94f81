/** How a page names the person who is signed in. */
import { displayNameOf } from '@gatehouse/core';
import { currentUnit } from '../http/unit-of-work.ts';
import type { PendingSignIn } from '../oidc/oidc.ts';

export async function personOf({ subject }: PendingSignIn): Promise<string> {
  const stored = subject === undefined ? null : await currentUnit().identities.find(subject);
  if (stored === null) return 'your account';
  return displayNameOf(stored.identity) || stored.identity.email?.address || 'your account';
}
