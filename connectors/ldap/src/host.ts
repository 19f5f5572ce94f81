/** `host:` of the configuration: a name or an address, perhaps with a port. */
export interface HostAndPort {
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
}

export function parseHost(text: string, defaultPort: number): HostAndPort & { readonly fault?: string } {
  if (text.includes('://'))
    return { host: '', port: 0, fault: 'is a host name, not a URL: leave out "ldap://"' };
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

/** As it is written in a configuration and in the log. */
export function nameOf({ host, port }: HostAndPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
