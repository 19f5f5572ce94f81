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

/** Mostly no secret; a user name and a password may be in it. */
const proxy = z
  .union([text(), secret().transform((url) => url.reveal())])
  .refine(isProxyAddress, { error: 'must be an address such as http://proxy.example.com:3128' });

/** Empty: a secret that could not be read, which has been reported. */
function isProxyAddress(value: string): boolean {
  return (
    value === '' || (/^https?:\/\//.test(value) && URL.canParse(value) && new URL(value).pathname === '/')
  );
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
