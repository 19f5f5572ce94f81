/** `listen`, `trustedProxies`, `allowedOrigins`: how the network reaches the broker. */
import { z } from 'zod';
import { addressRange, list, origin, path, text, wholeNumber } from './primitives.ts';

export const listen = z
  .strictObject({
    host: text().prefault('127.0.0.1').describe('The address to listen on; `0.0.0.0` or `::` for all.'),
    port: wholeNumber(0, 65_535).prefault(5556).describe('0 takes any free port.'),
    tls: z
      .strictObject({
        cert: path().describe('PEM file: the certificate, then the intermediate ones.'),
        key: path().describe('PEM file: the private key.'),
      })
      .optional()
      .describe('Serve TLS directly (1.2 at least). The files are read again when they change.'),
  })
  .prefault({})
  .describe('Where the server listens. Without `tls`, put a proxy that terminates TLS before it.');

export type Listen = Readonly<z.output<typeof listen>>;

export const trustedProxies = list(addressRange())
  .prefault([])
  .describe('Proxies whose `X-Forwarded-*` headers are believed, as addresses or ranges.');

export const allowedOrigins = list(origin())
  .prefault([])
  .describe(
    'Origins whose pages may call the token and userinfo endpoints of every client from a browser (CORS); `*` for all.',
  );
