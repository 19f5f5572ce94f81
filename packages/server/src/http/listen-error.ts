/** Why the socket could not be opened, in a sentence that names the option. */
import type { Listen } from '@gatehouse/config';

export function listenError(cause: unknown, { host, port }: Listen): Error {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return new Error(
    sentence(code, host, port) ?? `cannot listen on ${host}:${port} (listen.host, listen.port)`,
    {
      cause,
    },
  );
}

function sentence(code: unknown, host: string, port: number): string | undefined {
  switch (code) {
    case 'EADDRINUSE':
      return `port ${port} on ${host} is in use, perhaps by another Gatehouse: stop that program, or set another listen.port (and the port of the issuer, if it has one)`;
    case 'EACCES':
      return `port ${port} needs more rights than this user has: set listen.port to 1024 or higher, or grant CAP_NET_BIND_SERVICE`;
    case 'EADDRNOTAVAIL':
      return `${host} is not an address of this computer: set another listen.host`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the name ${host} cannot be resolved: set another listen.host`;
    default:
      return undefined;
  }
}
