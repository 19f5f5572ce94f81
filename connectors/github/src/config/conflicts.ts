/** What does not go together. */
import type { z } from 'zod';
import type { Options } from './options.ts';

export function refuseConflicts(config: Options, context: z.RefinementCtx): void {
  const conflict = (path: (string | number)[], message: string) =>
    context.addIssue({ code: 'custom', path, message });

  if (config.ca !== undefined && config.host === undefined) {
    conflict(['ca'], 'needs `host`: github.com has a certificate of the public authorities');
  }
  if (config.insecureTrustUnverifiedEmails && config.host === undefined) {
    conflict(
      ['insecureTrustUnverifiedEmails'],
      'needs `host`: at github.com anybody may enter the address of anybody else',
    );
  }
  for (const [index, { name }] of (config.orgs ?? []).entries()) {
    if (config.orgs?.findIndex((other) => same(other.name, name)) !== index) {
      conflict(['orgs', index, 'name'], 'is listed twice; write all its teams in one place');
    }
  }
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
