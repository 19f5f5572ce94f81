/** Which of a person's addresses counts. One that GitHub has not verified may be anybody's. */
import { ConnectorError } from '@gatehouse/connector-kit';
import { type Asker, ask } from '../api/ask.ts';
import { type Email, emails } from '../api/shapes.ts';
import type { GithubConfig } from '../config.ts';

export interface Address {
  readonly address: string;
  readonly verified: boolean;
}

/** Undefined: the person has none that is verified. The address on the public profile is not asked for. */
export async function readEmail(asker: Asker): Promise<Address | undefined> {
  // A person has some few; GitHub's own limit is far below a page of 100.
  const answer = await ask(asker, '/user/emails?per_page=100', emails);
  if (answer === null) {
    throw new ConnectorError('unavailable', { reason: 'GitHub does not show the e-mail addresses' });
  }
  return chooseEmail(answer.body, asker.upstream.config);
}

export function chooseEmail(
  all: readonly Email[],
  config: Pick<GithubConfig, 'preferredEmailDomain' | 'insecureTrustUnverifiedEmails'>,
): Address | undefined {
  const counting = all.filter(({ verified }) => verified || config.insecureTrustUnverifiedEmails);
  const { preferredEmailDomain: domain } = config;
  const preferred = domain === undefined ? undefined : counting.find(({ email }) => isIn(email, domain));
  const chosen = preferred ?? counting.find(({ primary }) => primary);
  return chosen && { address: chosen.email, verified: true };
}

/** Part by part, so that `*.example.com` is neither `example.com` nor `a.b.example.com`. */
function isIn(email: string, pattern: string): boolean {
  const parts = email
    .slice(email.lastIndexOf('@') + 1)
    .toLowerCase()
    .split('.');
  const wanted = pattern.toLowerCase().split('.');
  return (
    email.includes('@') &&
    parts.length === wanted.length &&
    wanted.every((part, index) => part === parts[index] || (part === '*' && parts[index] !== ''))
  );
}
