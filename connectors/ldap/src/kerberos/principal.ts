/** A Kerberos principal, as GSSAPI displays it (RFC 1964, section 2.1.3). */
export interface Principal {
  readonly name: string;
  readonly realm: string;
}

/**
 * Null for whatever is no person: services and administrative instances (`HTTP/host`, `jane/admin`), computers
 * (`PC01$`, as which every program that runs there as the system can speak), and names with a quoted character, which
 * would have to be unquoted before anything may be compared.
 */
export function parsePrincipal(displayed: string): Principal | null {
  const [, name, realm] = /^([^@/\\\s\p{C}\uFFFD]+)@([^@/\\\s\p{C}\uFFFD]+)$/u.exec(displayed) ?? [];
  if (name === undefined || realm === undefined || name.endsWith('$')) return null;
  return { name, realm };
}
