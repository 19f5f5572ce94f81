/** The small schemas that all sections share. Every sentence here is read by whoever wrote the configuration. */
import { BlockList, isIP } from 'node:net';
import { z } from 'zod';
import { Secret } from '../source/secret.ts';
import { durationPattern, parseDuration } from './duration.ts';

/** Never empty; no control characters, which would break the lines of logs and headers. */
export function text(options: { readonly max?: number } = {}) {
  const { max = 1024 } = options;
  return z
    .string({ error: 'must be text' })
    .min(1, { error: 'must not be empty' })
    .max(max, { error: `must not be longer than ${max} characters` })
    .refine((value) => !/\p{Cc}/u.test(value), { error: 'must not contain control characters' });
}

export interface DurationBounds {
  readonly min?: string;
  readonly max?: string;
}

/** In the file `10m`, after reading 600. */
export function duration({ min = '1s', max = '3650d' }: DurationBounds = {}) {
  const wrong = 'must be a duration such as 90s, 10m, 1h30m or 14d';
  const [least, most] = [parseDuration(min) ?? 0, parseDuration(max) ?? 0];
  return z
    .string({ error: wrong })
    .regex(durationPattern, { error: wrong, abort: true })
    .transform((value) => parseDuration(value) ?? 0)
    .refine((seconds) => seconds >= least, { error: `must be at least ${min}` })
    .refine((seconds) => seconds <= most, { error: `must be at most ${max}` })
    .meta({ kind: 'duration' });
}

export function wholeNumber(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}

export function flag() {
  return z.boolean({ error: 'must be true or false' });
}

export const maxEntries = 10_000;

export function list<T extends z.ZodType>(item: T) {
  return z
    .array(item, { error: 'must be a list' })
    .max(maxEntries, { error: `has more than ${maxEntries} entries` });
}

/** Relative paths begin at the folder of the configuration file. */
export function path() {
  return text().meta({ kind: 'path' });
}

/** `{ fromEnv }` or `{ fromFile }`, already replaced by what it stands for. */
export function secret() {
  return z
    .instanceof(Secret, { error: 'is a secret: write { fromEnv: NAME } or { fromFile: path } here' })
    .meta({ secret: true });
}

/** Part of every `sub`, and of addresses. Whoever comes from Dex has to keep theirs: capitals and `_` are common there. */
export function connectorId() {
  return text({ max: 64 }).regex(/^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/, {
    error: 'may have letters, digits and, between them, hyphens, dots and underscores',
  });
}

/** What fits into a scope (`audience:server:client_id:<id>`), a form field and a log line without escaping. */
export function clientId() {
  return text({ max: 128 }).regex(/^[A-Za-z0-9][A-Za-z0-9._~:/@-]*$/, {
    error: 'may have letters, digits and . _ ~ : / @ - and begins with a letter or digit',
  });
}

export function email() {
  return text({ max: 254 }).regex(/^[^\s@]+@[^\s@]+$/, { error: 'must be an e-mail address' });
}

export function group() {
  return text({ max: 512 }).refine((value) => value.trim() === value, {
    error: 'must not begin or end with a space',
  });
}

/** Exact, or with `*` for any run of characters. */
export function groupPattern() {
  return group()
    .refine((value) => !value.includes('**'), {
      error: 'has two * in a row; one already stands for any run of characters',
    })
    .meta({ kind: 'group pattern' });
}

export function addressRange() {
  return text()
    .refine(isAddressRange, { error: 'must be an IP address or a range such as 10.0.0.0/8' })
    .meta({ kind: 'address range' });
}

function isAddressRange(value: string): boolean {
  const [address = '', bits, ...rest] = value.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  if (bits === undefined) return true;
  if (!/^\d{1,3}$/.test(bits)) return false;
  try {
    new BlockList().addSubnet(address, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
    return true;
  } catch {
    return false;
  }
}

/** RFC 6454: scheme, host and port, exactly as a browser sends it. `*` harms nobody: no cookie counts there. */
export function origin() {
  return text()
    .refine(isOrigin, { error: 'must be an origin such as https://app.example.com, without a path, or *' })
    .meta({ kind: 'origin' });
}

function isOrigin(value: string): boolean {
  return value === '*' || (/^https?:/.test(value) && URL.canParse(value) && new URL(value).origin === value);
}
