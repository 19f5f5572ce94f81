/** Options: sign-in with the ticket of a domain's computer, instead of a typed password. */
import { BlockList, isIP } from 'node:net';
import { z } from 'zod';
import { sameDn } from '../dn.ts';
import { attributeName, dn } from './fields.ts';

const realm = z
  .string()
  .regex(/^[^\s/@\\\p{C}]+$/u, 'is not the name of a realm, such as "CORP.EXAMPLE.COM"');

/** `10.0.0.0/8`, or one address. */
const network = z
  .string()
  .refine((text) => parseNetwork(text) !== null, 'is not a network, such as "10.0.0.0/8" or "2001:db8::/32"');

const kerberosOptions = z
  .strictObject({
    keytab: z
      .string()
      .regex(/^\//, 'is not the whole path of a file, such as "/etc/gatehouse/http.keytab"')
      .describe(
        'The file with the key of `service`. Whoever can read it can play Gatehouse to your computers.',
      ),
    service: z
      .string()
      .regex(/^HTTP\/[A-Za-z0-9.-]+$/, 'is not a service principal, such as "HTTP/login.example.com"')
      .describe('`HTTP/`, and the host name in the address that browsers see.'),
    realms: z
      .record(realm, dn)
      .refine((realms) => Object.keys(realms).length > 0, 'names no realm')
      .describe(
        'Whose tickets count, and where the people of that realm are: `{ CORP.EXAMPLE.COM: "dc=corp,dc=example,dc=com" }`. Realms that yours trusts count only if they stand here.',
      ),
    nameAttribute: attributeName
      .optional()
      .describe(
        'The attribute that holds the name before the "@" of a principal. Default: `sAMAccountName` for Active Directory, otherwise `uid`.',
      ),
    principalAttribute: attributeName
      .optional()
      .describe('Instead: the attribute that holds the whole principal, such as `krbPrincipalName`.'),
    askFirst: z
      .array(network)
      .default([])
      .describe(
        'The networks of your computers: browsers there are asked for a ticket at once. All others get the form with a link, since Windows browsers outside a domain answer with a dialog.',
      ),
  })
  .refine(({ nameAttribute, principalAttribute }) => !(nameAttribute && principalAttribute), {
    path: ['principalAttribute'],
    message: 'and `nameAttribute` exclude each other',
  })
  .refine(({ realms, principalAttribute }) => principalAttribute !== undefined || areApart(realms), {
    path: ['realms'],
    message:
      'has one base for two realms, and jane of the one would be jane of the other: give each its own, or a `principalAttribute`',
  });

function areApart(realms: Readonly<Record<string, string>>): boolean {
  const bases = Object.values(realms);
  return bases.every((base, index) => bases.slice(index + 1).every((other) => !sameDn(base, other)));
}

export const kerberos = {
  kerberos: kerberosOptions.optional().describe('Sign-in with Kerberos tickets (SPNEGO).'),
};

interface Network {
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6';
  readonly bits: number;
}

function parseNetwork(text: string): Network | null {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  const longest = version === 4 ? 32 : 128;
  if (version === 0 || rest.length > 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return null;
  const prefix = bits === undefined ? longest : Number(bits);
  return prefix > longest ? null : { address, family: version === 4 ? 'ipv4' : 'ipv6', bits: prefix };
}

/** Whether an address is in one of the networks, which the schema has checked. */
export function within(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const text of networks) {
    const network = parseNetwork(text);
    if (network !== null) list.addSubnet(network.address, network.bits, network.family);
  }
  return (address) => {
    const version = isIP(address);
    return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6');
  };
}
