/** What a connector's requests need beyond the ordinary, as far as its configuration says so. */

/**
 * A request of `ConnectorHost.fetch` goes to public addresses, over HTTPS, to servers that the public certificate
 * authorities (and the operator's own) vouch for. What is named here is how the operator widens that for one connector.
 */
export interface HttpNeeds {
  /**
   * The addresses that the operator wrote, whole or as origins: `https://github.corp.example/api/v3`. Their hosts may
   * have private addresses, and they alone get `ca` and `clientCertificate`. Nothing that an upstream has said belongs
   * here (the endpoints of a discovery document), or it could send our requests into the operator's network.
   */
  readonly urls?: readonly string[];
  /** PEM. Vouches for the hosts of `urls`, in place of the public authorities. */
  readonly ca?: string;
  /** PEM, shown to the hosts of `urls`. */
  readonly clientCertificate?: { readonly cert: string; readonly key: string };
  /** `http:` addresses of `urls` are used although they are not on this computer: everybody on the way can read along. */
  readonly insecureHttp?: boolean;
  /** The certificates of the hosts of `urls` are not checked: anybody can play the upstream. */
  readonly insecureSkipTlsVerify?: boolean;
  /** Bytes of one answer, decompressed; 4 MiB if absent, 64 MiB at most. */
  readonly largestAnswer?: number;
}

/** Without TLS, and not to this computer: what `host.fetch` refuses unless `insecureHttp` is set. */
export function isPlainHttp(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === 'http:' && !isLoopback(url);
}

/** RFC 6761, section 6.3; RFC 1122, section 3.2.1.3. */
function isLoopback({ hostname }: URL): boolean {
  return /^127(\.\d{1,3}){3}$|^\[::1\]$|^(.+\.)?localhost$/.test(hostname);
}
