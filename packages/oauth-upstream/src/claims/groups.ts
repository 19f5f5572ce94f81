/** Groups out of claims, in the forms that upstreams give them: a list, one text, objects with a name. */
import { ConnectorError, type Json } from '@gatehouse/connector-kit';
import { z } from 'zod';
import { type ClaimPath, type Claims, claimAt, claimPath, pathText } from './path.ts';
import { wrongForm } from './values.ts';

const source = z.strictObject({
  claim: claimPath.describe('The claim that has the groups.'),
  separator: z
    .string()
    .min(1)
    .optional()
    .describe('Where the claim is one text with several groups: what stands between them.'),
  nameKey: z
    .string()
    .min(1)
    .default('name')
    .describe('Where the claim is a list of objects: the key that has the name of the group.'),
  prefix: z.string().default('').describe('Written before each group of this claim.'),
  suffix: z.string().default('').describe('Written behind each group of this claim.'),
  required: z
    .boolean()
    .default(false)
    .describe('Refuse a sign-in without this claim, where the upstream always sends it.'),
});
export type GroupSource = z.output<typeof source>;

/** A claim, or several with what shall be made of them; a list of sources once it is read. */
export const groupSources = z.union([
  claimPath.transform((claim): GroupSource[] => [
    { claim, nameKey: 'name', prefix: '', suffix: '', required: false },
  ]),
  z.array(source).min(1),
]);

/** Each once, in the order of the upstream. @throws ConnectorError `bad_response` */
export function groupsIn(claims: Claims, sources: readonly GroupSource[]): readonly string[] {
  return [...new Set(sources.flatMap((one) => groupsOf(claims, one)))];
}

function groupsOf(claims: Claims, from: GroupSource): readonly string[] {
  const value = claimAt(claims, from.claim);
  if (value === undefined || value === null) {
    if (from.required) throw absent(from.claim);
    return [];
  }
  const { prefix, suffix } = from;
  return namesIn(value, from)
    .filter((name) => name.trim() !== '')
    .map((name) => `${prefix}${name}${suffix}`);
}

/** The attack: a form that we do not expect passes for "no groups", and a rule that denies a group lets people in. */
function namesIn(value: Json, from: GroupSource): readonly string[] {
  if (typeof value === 'string') return from.separator === undefined ? [value] : split(value, from.separator);
  if (Array.isArray(value)) return value.map((item) => nameOf(item, from));
  throw wrongForm(from.claim, 'a list of groups', value);
}

function split(text: string, separator: string): readonly string[] {
  return text.split(separator).map((part) => part.trim());
}

function nameOf(item: Json, { claim, nameKey }: GroupSource): string {
  if (typeof item === 'string') return item;
  const name = claimAt({ item }, ['item', nameKey]);
  if (typeof name === 'string') return name;
  throw wrongForm(claim, `a list of names, or of objects with "${nameKey}"`, item);
}

function absent(claim: ClaimPath): ConnectorError {
  const reason = `the upstream sent no claim "${pathText(claim)}", which is required`;
  return new ConnectorError('bad_response', { reason });
}
