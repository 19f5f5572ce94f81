/** Options that do not go together. */
import type { z } from 'zod';

interface Written {
  readonly idp?: unknown;
  readonly metadata?: { readonly url?: unknown; readonly xml?: unknown } | undefined;
  readonly attributes: { readonly groups?: unknown };
  readonly groupsDelimiter?: unknown;
  readonly groupsRequired: boolean;
  readonly requireEncryption: boolean;
  readonly decryption?: unknown;
  readonly clockSkew: number;
}

const longestSkew = 300_000;

export function refuseConflicts(written: Written, context: z.RefinementCtx): void {
  const fault = (path: readonly string[], message: string) =>
    context.addIssue({ code: 'custom', path: [...path], message });
  const { idp, metadata } = written;
  if ((idp === undefined) === (metadata === undefined)) {
    fault([], 'needs the identity provider: either `metadata` or `idp`');
  }
  if (metadata && (metadata.url === undefined) === (metadata.xml === undefined)) {
    fault(['metadata'], 'needs either `url` or `xml`');
  }
  if (written.attributes.groups === undefined) {
    if (written.groupsDelimiter !== undefined) fault(['groupsDelimiter'], 'needs `attributes.groups`');
    if (written.groupsRequired) fault(['groupsRequired'], 'needs `attributes.groups`');
  }
  if (written.requireEncryption && written.decryption === undefined) {
    fault(['requireEncryption'], 'needs `decryption`');
  }
  if (written.clockSkew > longestSkew) fault(['clockSkew'], 'is more than five minutes');
}
