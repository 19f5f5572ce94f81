/** Options: which servers, how the connection is secured, who searches, and how long anything may take. */
import { z } from 'zod';
import { parseHost } from '../host.ts';
import { accountDn, duration, oneOrMore, pem } from './fields.ts';

const host = z.string().superRefine((text, context) => {
  const { fault } = parseHost(text, 636);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
});

const domain = z
  .string()
  .regex(/^(?!\.)[A-Za-z0-9_.-]+$/, 'is not the name of a domain, such as "corp.example.com"');

const srv = z.strictObject({
  domain: domain.describe(
    'The servers are those of `_ldap._tcp.<domain>` (`_ldaps._tcp` first, without `startTls`). A name that begins with `_` is asked for as it is.',
  ),
  targets: z
    .array(domain)
    .default([])
    .describe(
      'Other domains in which the servers may be. Whoever can forge a DNS answer could name a server of their own.',
    ),
});

const timeouts = z.strictObject({
  connect: duration('5s').describe('To connect, TLS included.'),
  bind: duration('5s').describe('To answer a bind.'),
  search: duration('10s').describe('To answer a search.'),
  call: duration('15s').describe('For a whole sign-in, refresh or check.'),
});

const pool = z.strictObject({
  binds: z
    .int()
    .min(1)
    .max(1000)
    .default(16)
    .describe(
      'Connections to one server on which passwords are checked at once; others wait for their turn.',
    ),
  idle: duration('60s').describe('After that an unused connection is closed.'),
});

export const connection = {
  host: oneOrMore(host)
    .optional()
    .describe(
      '`ldap.example.com` or `ldap.example.com:3269`, or several: the first that answers is asked. The port is 636, or 389 with `startTls` or without TLS.',
    ),
  srv: z
    .union([domain.transform((name) => ({ domain: name, targets: [] as string[] })), srv])
    .optional()
    .describe('Instead of `host`: the domain whose servers are found by DNS (RFC 2782).'),
  startTls: z
    .boolean()
    .default(false)
    .describe('Begin without TLS, and secure the connection before anything is said.'),
  insecureNoTls: z.boolean().default(false).describe('No TLS at all: every password can be read on the way.'),
  insecureSkipTlsVerify: z
    .boolean()
    .default(false)
    .describe('Accept any certificate: anybody can play the directory.'),
  ca: pem
    .optional()
    .describe('The certificate authority, as PEM or `{ fromFile }`; it replaces the public ones.'),
  clientCert: pem.optional().describe('A certificate of ours, where the directory asks for one.'),
  clientKey: pem.optional().meta({ secret: true, description: 'The private key of `clientCert`.' }),
  saslExternal: z
    .boolean()
    .default(false)
    .describe('The service account is whom `clientCert` names (SASL EXTERNAL), instead of `bindDn`.'),
  bindDn: accountDn
    .optional()
    .describe('The service account that searches. Without it, searches are anonymous.'),
  bindPassword: z
    .string()
    .min(1, 'is empty')
    .optional()
    .meta({ secret: true, description: 'The password of `bindDn`.' }),
  pool: pool.prefault({}),
  timeouts: timeouts.prefault({}),
};
