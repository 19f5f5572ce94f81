/** What the options are made of, each with a message that says how to write it. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isPlainHttp } from '@gatehouse/connector-kit';
import { z } from 'zod';
import { nameIdFormats } from '../names.ts';
import { fewestBits, isTrustedKey } from '../signature/trusted-key.ts';

export const text = z.string().min(1, 'is empty').max(1000);

export const url = z.string().superRefine((value, context) => {
  const parsed = URL.parse(value);
  const fault =
    parsed === null || !/^https?:$/.test(parsed.protocol)
      ? 'is not an address, such as "https://idp.example.com/sso"'
      : parsed.username !== '' || parsed.hash !== ''
        ? 'has a user name or a fragment in it'
        : undefined;
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
});

/** Of what Gatehouse asks itself, and believes. */
export const secureUrl = url.refine(
  (value) => !isPlainHttp(value),
  'is not HTTPS: whoever is on the way could put in keys of their own',
);

const howToRead = 'to read it from a file write { fromFile: /path/to/file.pem }';

/** Identity providers hand the base64 alone out as often as PEM. */
export const pem = z.string().transform((written, context) => {
  try {
    return new X509Certificate(asPem(written)).toString();
  } catch {
    context.addIssue({ code: 'custom', message: `is not a certificate; ${howToRead}` });
    return z.NEVER;
  }
});

/** Of somebody whose signatures are to be believed. */
export const signerPem = pem.superRefine((certificate, context) => {
  if (isTrustedKey(certificate)) return;
  context.addIssue({ code: 'custom', message: `has no RSA key of ${fewestBits} bits or more` });
});

function asPem(written: string): string {
  if (written.includes('-----BEGIN')) return written;
  return `-----BEGIN CERTIFICATE-----\n${written.replace(/\s/g, '')}\n-----END CERTIFICATE-----\n`;
}

export const pemKey = z.string().superRefine((written, context) => {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(written);
    if (asymmetricKeyType !== 'rsa' || (asymmetricKeyDetails?.modulusLength ?? 0) < 2048) {
      context.addIssue({ code: 'custom', message: 'is not an RSA key of 2048 bits or more' });
    }
  } catch {
    context.addIssue({ code: 'custom', message: `is not a private key without a passphrase; ${howToRead}` });
  }
});

/** One, or a list of them; a list in any case when it was read. */
export function oneOrMore<T extends z.ZodType>(one: T) {
  return z.union([one.transform((value): z.output<T>[] => [value]), z.array(one).min(1).max(10)], {
    error: ({ errors, input }) => messageOf(errors[Array.isArray(input) ? 1 : 0]),
  });
}

/** What the variant that was meant has to say; "Invalid input" helps nobody. */
function messageOf(issues: readonly z.core.$ZodIssue[] | undefined): string | undefined {
  const [issue] = issues ?? [];
  const [position] = issue?.path ?? [];
  return typeof position === 'number' ? `at number ${position + 1}: ${issue?.message}` : issue?.message;
}

/** Milliseconds. */
export function duration(fallback: string) {
  const message = 'is not a duration, such as "30s", "5m" or "1h"';
  return z
    .string(message)
    .regex(/^\d{1,5}[smh]$/, message)
    .transform((written) => {
      const unit = { s: 1_000, m: 60_000, h: 3_600_000 }[written.slice(-1)] ?? 1_000;
      return Number.parseInt(written, 10) * unit;
    })
    .prefault(fallback);
}

const shortNames: ReadonlyMap<string, string> = new Map(Object.entries(nameIdFormats));

/** Null: none is asked for. */
export const nameIdFormat = z
  .string()
  .default('persistent')
  .transform((written, context) => {
    if (written === 'any') return null;
    const name = shortNames.get(written) ?? written;
    if (name.startsWith('urn:')) return name;
    const known = [...shortNames.keys()].join(', ');
    context.addIssue({
      code: 'custom',
      message: `is none of ${known}, any, and no name that begins with "urn:"`,
    });
    return z.NEVER;
  });
