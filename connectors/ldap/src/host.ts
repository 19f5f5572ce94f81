/** `host:` of the configuration: a name or an address, perhaps with a port. */
export interface HostAndPort {
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
}

export function parseHost(text: string, defaultPort: number): HostAndPort & { readonly fault?: string } {
  const scheme = /^[a-z]+:\/\//i.exec(text)?.[0];
  if (scheme !== undefined) return { host: '', port: 0, fault: faultOf(scheme.toLowerCase()) };
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/[\]]+))(?::(\d{1,5}))?$/.exec(text);
  const port = match?.[3] === undefined ? defaultPort : Number(match[3]);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || port < 1 || port > 65_535) {
    return {
      host: '',
      port: 0,
      fault: 'is not a host, such as "ldap.example.com" or "ldap.example.com:636"',
    };
  }
  return { host, port };
}

/** `ldap://` says "no TLS at first", and a host name alone says "LDAPS": what goes with it has to be said as well. */
function faultOf(scheme: string): string {
  const instead = scheme === 'ldap://' ? ', and write `startTls: true` if its port is 389' : '';
  return `is a host name, not a URL: leave out "${scheme}"${instead}`;
}

/** As it is written in a configuration and in the log. */
export function nameOf({ host, port }: HostAndPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
