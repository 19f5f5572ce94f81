/** Where a claim stands: its name, or a way into nested claims. */
import type { Json } from '@gatehouse/connector-kit';
import { z } from 'zod';

export type Claims = Readonly<Record<string, Json>>;

export const claimPath = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)], {
  error: 'is not a claim, such as "email", "realm_access.roles" or ["https://example.com/roles"]',
});
export type ClaimPath = z.output<typeof claimPath>;

/**
 * A claim that has the whole text for a name comes first (`https://example.com/groups` is one name), then the dots
 * are taken for steps. A list is taken step by step.
 */
export function claimAt(claims: Claims, path: ClaimPath): Json | undefined {
  if (typeof path === 'string' && Object.hasOwn(claims, path)) return claims[path];
  const steps = typeof path === 'string' ? path.split('.') : path;
  return steps.reduce<Json | undefined>(stepInto, claims);
}

function stepInto(from: Json | undefined, step: string): Json | undefined {
  if (typeof from !== 'object' || from === null || Array.isArray(from)) return undefined;
  return Object.hasOwn(from, step) ? (from as Claims)[step] : undefined;
}

export function pathText(path: ClaimPath): string {
  return typeof path === 'string' ? path : path.join(' › ');
}
