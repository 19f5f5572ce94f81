/** People and groups of Active Directory as LDIF. */
import { escapeDn, type LdifAttributes, ldifEntry } from './ldif.ts';
import { adSuffix } from './samba-ad.ts';
import { adDomain } from './samba-folder.ts';

export interface AdPerson {
  /** sAMAccountName. */
  readonly account: string;
  /** The common name; default: the account. */
  readonly name?: string;
  /** Default: `CN=Users` of the domain. */
  readonly below?: string;
  /** Default: `<account>-secret`. */
  readonly password?: string;
  readonly attributes?: LdifAttributes;
}

export interface AdGroup {
  readonly name: string;
  readonly below?: string;
  readonly kind?: keyof typeof groupTypes;
  /** DNs of entries that come before it. */
  readonly members?: readonly string[];
  readonly account?: string;
}

/** [MS-ADTS] 2.2.12: the scope, and the highest bit for a security group. */
const groupTypes = {
  global: '-2147483646',
  domainLocal: '-2147483644',
  universal: '-2147483640',
  distribution: '8',
} as const;

/** [MS-ADTS] 2.2.16. */
export const accountControl = {
  normal: '512',
  disabled: '514',
  neverExpires: '66048',
  smartcard: '262656',
} as const;

export const adUsers = `CN=Users,${adSuffix}`;

export function adDn(name: string, below = adUsers): string {
  return `CN=${escapeDn(name)},${below}`;
}

export function adUnit(name: string, below: string = adSuffix): string {
  return ldifEntry(`OU=${name},${below}`, { objectClass: 'organizationalUnit', ou: name });
}

export function adPerson(person: AdPerson): string {
  const { account, name = account, below, password = `${account}-secret` } = person;
  return ldifEntry(adDn(name, below), {
    objectClass: 'user',
    sAMAccountName: account,
    userPrincipalName: `${account}@${adDomain.dns}`,
    displayName: name,
    mail: `${account}@example.com`,
    userAccountControl: accountControl.normal,
    unicodePwd: unicodePassword(password),
    ...person.attributes,
  });
}

export function adGroup({ name, below, kind = 'global', members = [], account = name }: AdGroup): string {
  const member = members.length > 0 ? { member: members } : {};
  return ldifEntry(adDn(name, below), {
    objectClass: 'group',
    sAMAccountName: account,
    groupType: groupTypes[kind],
    ...member,
  });
}

/** [MS-ADTS] 3.1.1.3.1.5: the password in quotes, as UTF-16. */
export function unicodePassword(password: string): Buffer {
  return Buffer.from(`"${password}"`, 'utf16le');
}
