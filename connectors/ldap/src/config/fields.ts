/** What the options are made of: names, DNs, filters, durations, each with a message that says how to write it. */
import { z } from 'zod';
import { isDn } from '../dn.ts';
import { parseFilter } from '../filters.ts';

export const attributeName = z
  .string()
  .regex(/^([A-Za-z][A-Za-z0-9-]*|\d+(\.\d+)+)$/, 'is not the name of an attribute, such as "uid" or "mail"');

export const dn = distinguishedName('is not a distinguished name, such as "ou=people,dc=example,dc=com"');

/** Active Directory would take `CORP\\svc` and `svc@corp.example.com` as well: that is how its people write an account. */
export const accountDn = distinguishedName(
  'is not a distinguished name, such as "cn=gatehouse,ou=services,dc=example,dc=com"; in Active Directory `Get-ADUser <account>` shows it',
);

/** The pattern is for editors. */
function distinguishedName(fault: string) {
  return z
    .string()
    .regex(/^[^=,]+=/, { error: fault, abort: true })
    .refine(isDn, fault);
}

export const filter = z.string().superRefine((text, context) => {
  const fault = parseFilter(text).fault;
  if (fault !== undefined) context.addIssue({ code: 'custom', message: `is not an LDAP filter: ${fault}` });
});

export const pem = z
  .string()
  .regex(
    /-----BEGIN [A-Z ]+-----/,
    'is not PEM; to read it from a file write { fromFile: /path/to/file.pem }',
  );

export const scope = z
  .enum(['sub', 'one'])
  .default('sub')
  .describe('`sub`: the whole tree below the base; `one`: one level.');

/** One, or a list of them; a list in any case when it was read. */
export function oneOrMore<T extends z.ZodType>(one: T) {
  return z.union([one.transform((value): z.output<T>[] => [value]), z.array(one).min(1)], {
    error: ({ errors, input }) => messageOf(errors[Array.isArray(input) ? 1 : 0]),
  });
}

/** What the variant that was meant has to say; "Invalid input" helps nobody. */
function messageOf(issues: readonly z.core.$ZodIssue[] | undefined): string | undefined {
  const [issue] = issues ?? [];
  if (issue === undefined) return undefined;
  const [position] = issue.path;
  return typeof position === 'number' ? `at number ${position + 1}: ${issue.message}` : issue.message;
}

const milliseconds = z
  .string()
  .regex(/^[1-9]\d{0,5}(ms|s|m)$/, 'is not a duration, such as "500ms", "5s" or "1m"')
  .transform((text) => {
    const unit = /[a-z]+$/.exec(text)?.[0];
    return Number.parseInt(text, 10) * (unit === 'm' ? 60_000 : unit === 's' ? 1000 : 1);
  });

export function duration(fallback: string) {
  return milliseconds.prefault(fallback);
}
