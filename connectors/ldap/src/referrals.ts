/**
 * Parts of the tree that are on other servers. A server's word is never followed to another one, which would be shown
 * the password of the service account (and asked for groups): whoever answers for the directory could name any host.
 */
import { isWithin } from './dn.ts';

/**
 * Below the root of a domain, Active Directory always names these: its DNS zones, its configuration and its schema.
 * Nobody is in there, and no group either (MS-ADTS 3.1.1.1.5, naming contexts).
 */
const withoutPeople =
  /^(dc=forestdnszones|dc=domaindnszones|cn=configuration|cn=schema,cn=configuration)(,dc=[^,=]+)+$/i;

/** Those that may lead to people and groups, and make what was found below `base` a part of it only. */
export function referencesElsewhere(urls: readonly string[], base: string): readonly string[] {
  return urls.filter((url) => {
    const dn = dnIn(url);
    return dn === undefined || !withoutPeople.test(dn) || !isWithin(dn, base);
  });
}

/** RFC 4516, section 2: `ldap://host:port/dn?…`. */
function dnIn(url: string): string | undefined {
  const [, escaped] = /^ldaps?:\/\/[^/?]*\/([^?]*)/i.exec(url) ?? [];
  try {
    return escaped === undefined ? undefined : decodeURIComponent(escaped);
  } catch {
    return undefined;
  }
}
