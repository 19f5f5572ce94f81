/** What the options are made of, each with a message that says how to write it. */
import { z } from 'zod';

export const secret = z.string().min(1).max(1000).meta({ secret: true });

export const pem = z
  .string()
  .regex(
    /-----BEGIN [A-Z ]+-----/,
    'is not PEM; to read it from a file write { fromFile: /path/to/file.pem }',
  );

/** GitHub's ids; they stay far below what a number can hold exactly. */
export const id = z.int().positive();

export const orgName = z
  .string()
  .regex(
    /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98}[A-Za-z0-9_])?$/,
    'is not the name of an organisation, as it stands in the address of its page',
  );

export const teamName = z.string().trim().min(1).max(255);

const domain = /^(?:\*|[A-Za-z0-9-]+)(?:\.(?:\*|[A-Za-z0-9-]+))*\.[A-Za-z0-9-]+$/;

/** The last part is a word, or everybody's address would do. */
export const emailDomain = z
  .string()
  .max(253)
  .regex(domain, 'is not a domain, such as "example.com" or "*.example.com"');

/** A host, or for tests on this computer its address. */
export const githubHost = z
  .string()
  .max(300)
  .refine(
    (text) => originOf(text) !== null,
    'is not the name of a server, such as "github.example.com", without https:// and without a path',
  )
  // Attack: `github.com` for an Enterprise Server of one's own, where addresses may count that nobody has verified.
  .refine(
    (text) => !/(^|\.)github\.com(:\d+)?$/i.test(text),
    'is what is asked without `host`: leave it out for github.com',
  );

/** Null for what is neither a host nor an `http:` address of this computer. */
export function originOf(text: string): URL | null {
  if (/^http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/.test(text)) return URL.parse(text);
  if (!/^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::\d+)?$/.test(text)) return null;
  return URL.parse(`https://${text}`);
}
