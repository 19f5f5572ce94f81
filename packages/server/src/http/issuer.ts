/** The address under which the world knows this server. */

export interface Issuer {
  /** Exactly as configured. */
  readonly issuer: string;
  /** `https://login.example.com` */
  readonly origin: string;
  /** Host with port, as it stands in the `Host` header. */
  readonly host: string;
  readonly secure: boolean;
  /** The issuer's path without a slash at its end: empty, or `/sso`. */
  readonly base: string;
  /** Reached from this computer alone. */
  readonly loopback: boolean;
}

const loopbackHosts = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

export function readIssuer(issuer: string): Issuer {
  const url = new URL(issuer);
  return {
    issuer,
    origin: url.origin,
    host: url.host,
    secure: url.protocol === 'https:',
    base: url.pathname.replace(/\/+$/, ''),
    loopback: isLoopbackHost(url.hostname),
  };
}

export function isLoopbackHost(hostname: string): boolean {
  return loopbackHosts.test(hostname);
}
