/** How the upstream is reached: the options for that, and what they widen. */
import { type HttpNeeds, isPlainHttp } from '@gatehouse/connector-kit';
import { z } from 'zod';
import { pem } from './fields.ts';

export const connectionFields = {
  ca: pem
    .optional()
    .describe('The certificate authority, as PEM or `{ fromFile }`; it replaces the public ones.'),
  insecureHttp: z
    .boolean()
    .default(false)
    .describe('Use `http:` addresses that are not on this computer: everybody on the way can read along.'),
  insecureSkipTlsVerify: z
    .boolean()
    .default(false)
    .describe('Accept any certificate: anybody can play the upstream.'),
};

export interface Connection {
  readonly ca?: string | undefined;
  readonly insecureHttp: boolean;
  readonly insecureSkipTlsVerify: boolean;
  /** Of `clientFields`. */
  readonly tlsCertificate?: string | undefined;
  readonly tlsKey?: string | undefined;
}

/** By the option in which it is written. */
export type WrittenAddresses = Readonly<Record<string, string | undefined>>;

export function refusePlainHttp(
  written: WrittenAddresses,
  { insecureHttp }: Connection,
  conflict: (path: string, message: string) => void,
): void {
  if (insecureHttp) return;
  for (const [path, url] of Object.entries(written)) {
    if (url !== undefined && isPlainHttp(url)) {
      conflict(path, 'is not HTTPS: whoever is on the way could be anybody. `insecureHttp: true` allows it');
    }
  }
}

/** @param urls what the operator wrote, and nothing that the upstream says */
export function httpNeedsFor(
  urls: readonly (string | undefined)[],
  { ca, tlsCertificate, tlsKey, insecureHttp, insecureSkipTlsVerify }: Connection,
): HttpNeeds {
  return {
    urls: urls.filter((url) => url !== undefined),
    insecureHttp,
    insecureSkipTlsVerify,
    ...(ca !== undefined && { ca }),
    ...(tlsCertificate && tlsKey && { clientCertificate: { cert: tlsCertificate, key: tlsKey } }),
  };
}
