/** `outgoing`: how the broker reaches the upstreams that it asks over HTTP. */
import { z } from 'zod';
import { duration, list, path, secret, text } from './primitives.ts';

const timeouts = z
  .strictObject({
    connect: duration({ max: '20s' }).prefault('5s').describe('To connect, TLS included.'),
    headers: duration({ max: '20s' }).prefault('10s').describe('Until an answer begins.'),
    silence: duration({ max: '20s' }).prefault('10s').describe('Between two parts of an answer.'),
    whole: duration({ max: '20s' })
      .prefault('15s')
      .describe('For a request and the whole of its answer. A sign-in may need several.'),
  })
  .prefault({})
  .describe('After these the upstream counts as unavailable.');

/** No secret, unless a user name and a password are in it. */
const proxy = z
  .union([text(), secret()])
  .superRefine((written, context) => {
    const fault = typeof written === 'string' ? faultOfText(written) : faultOf(written.reveal());
    if (fault !== null) context.addIssue({ code: 'custom', message: fault });
  })
  .transform((written) => (typeof written === 'string' ? written : written.reveal()));

function faultOfText(address: string): string | null {
  const fault = faultOf(address);
  if (fault !== null || new URL(address).password === '') return fault;
  return 'has a password in it: write { fromEnv: NAME } or { fromFile: path } here';
}

/** Empty: a secret that could not be read, which has been reported. */
function faultOf(address: string): string | null {
  if (address === '') return null;
  const isProxy =
    /^https?:\/\//.test(address) && URL.canParse(address) && /^\/?$/.test(rest(new URL(address)));
  return isProxy ? null : 'must be an address such as http://proxy.example.com:3128';
}

function rest({ pathname, search, hash }: URL): string {
  return `${pathname}${search}${hash}`;
}

export const outgoing = z
  .strictObject({
    ca: path()
      .exactOptional()
      .describe(
        'PEM file: certificate authorities that vouch for upstreams, and for the proxy, beside the public ones. Read at the start.',
      ),
    proxy: proxy
      .exactOptional()
      .describe(
        'Upstreams are asked through this proxy: `http://proxy.example.com:3128`, or `{ fromEnv: HTTPS_PROXY }`. It looks up their names, so it is also what has to keep internal addresses apart.',
      ),
    noProxy: list(text({ max: 253 }).regex(/^[^\s,]+$/, { error: 'must be one host or domain' }))
      .prefault(['localhost', '127.0.0.1', '::1'])
      .describe('Hosts, and domains with all that is in them, that are asked without the proxy.'),
    timeouts,
  })
  .prefault({})
  .describe(
    'How upstreams are reached over HTTP. They have public addresses, unless the configuration of the connector names them. LDAP has options of its own.',
  );

export type OutgoingConfig = Readonly<z.output<typeof outgoing>>;
