/** What the pages of a try work with. */
import type { Tries } from '@gatehouse/core';
import type { Issuer } from '../http/issuer.ts';
import type { FormTokens } from '../login/form-tokens.ts';
import type { Site } from '../pages/site.ts';

export interface TryRoom {
  readonly issuer: Issuer;
  readonly site: Site;
  readonly tries: Tries;
  readonly formTokens: FormTokens;
}

export function tryPath({ base }: Pick<Issuer, 'base'>, id: string, ...steps: readonly string[]): string {
  return [`${base}/try`, ...[id, ...steps].map(encodeURIComponent)].join('/');
}

/** What the administrator opens in a browser. */
export function tryAddress(issuer: Issuer, id: string): string {
  return `${issuer.origin}${tryPath(issuer, id)}`;
}
