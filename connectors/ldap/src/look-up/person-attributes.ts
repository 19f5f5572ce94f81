/** The entry of a person as the directory has it: what a sign-in reads, and what explains it. Never a secret. */
import { isUtf8 } from 'node:buffer';
import type { LookedUpAttribute } from '@gatehouse/connector-kit';
import { statusAttributes } from '../account/account-state.ts';
import { noReport } from '../check/no-report.ts';
import type { LdapConfig } from '../config.ts';
import type { Entry } from '../entry.ts';
import { present } from '../filters.ts';
import { personAttributes } from '../people/identity.ts';
import { knownIdAttributes, readId } from '../people/ids.ts';
import { wholeEntries } from '../ranges.ts';
import type { Searches } from '../session.ts';

/** Asked for by name: `*` would bring hashes of passwords to whoever may read them. */
const telling = [
  'objectClass',
  'uid',
  'cn',
  'sAMAccountName',
  'userPrincipalName',
  'mail',
  'memberOf',
  'primaryGroupID',
  'objectSid',
  'uidNumber',
  'gidNumber',
  'pwdLastSet',
  'pwdReset',
  ...statusAttributes,
];

/** A configuration may name any attribute, and somebody may read the terminal over a shoulder. */
const secret =
  /^(userPassword|authPassword|unicodePwd|dBCSPwd|(nt|lm)PwdHistory|pwdHistory|supplementalCredentials|samba(NT|LM)Password|ipaNTHash|userPKCS12|ms-?Mcs-?AdmPwd|msLAPS-.*|msDS-ManagedPassword)$|(password|passwd|secret|hash|key|pin)$/i;

export async function readAttributes(
  searches: Searches,
  dn: string,
  config: LdapConfig,
): Promise<readonly LookedUpAttribute[]> {
  const uses = usesOf(config);
  const wanted = [...new Set([...personAttributes(config), ...telling].map((name) => spelled(name)))];
  const attributes = wanted.filter((name) => !secret.test(name));
  const query = { base: dn, scope: 'base', filter: present('objectClass'), attributes } as const;
  const [entry] = (await searches.search(query)).entries;
  if (entry === undefined) return [];
  return Promise.all(
    attributes.map((name) => readAttribute(searches, entry, name, uses.get(name.toLowerCase()))),
  ).then((read) => read.flat());
}

/** Which option of the configuration reads an attribute, by its name in lower case. */
function usesOf(config: LdapConfig): ReadonlyMap<string, readonly string[]> {
  const { attributes, groupSearch, memberOf, userSearch, insecureIdFromDn } = config;
  const ids = insecureIdFromDn ? [] : attributes.id === undefined ? knownIdAttributes : [attributes.id];
  const matchers = groupSearch?.userMatchers.map(({ userAttribute }) => userAttribute) ?? [];
  const uses: readonly (readonly [string | undefined, string])[] = [
    ...ids.map((name) => [name, 'attributes.id'] as const),
    ...userSearch.username.map((name) => [name, 'userSearch.username'] as const),
    [attributes.username, 'attributes.username'],
    [attributes.displayName, 'attributes.displayName'],
    ...(attributes.emailSuffix === undefined ? [[attributes.email, 'attributes.email'] as const] : []),
    ...matchers.map((name) => [name, 'groupSearch.userMatchers'] as const),
    [memberOf?.attribute, 'memberOf.attribute'],
  ];
  const byName = new Map<string, readonly string[]>();
  for (const [name, option] of uses) {
    if (name === undefined) continue;
    const key = name.toLowerCase();
    byName.set(key, [...new Set([...(byName.get(key) ?? []), option])]);
  }
  return byName;
}

/** One spelling for the attributes that we know and the configuration names in another case. */
function spelled(name: string): string {
  return telling.find((known) => known.toLowerCase() === name.toLowerCase()) ?? name;
}

async function readAttribute(
  searches: Searches,
  entry: Entry,
  name: string,
  options: readonly string[] | undefined,
): Promise<readonly LookedUpAttribute[]> {
  const use = options === undefined ? [] : options.map((option) => `\`${option}\``);
  try {
    const [whole] = await wholeEntries(searches, [entry], [name], noReport.trace);
    const values = whole?.bytes(name) ?? [];
    if (values.length === 0) return [];
    const { texts, kind } = written(entry, name, values);
    const remark = [...kind, ...use].join(', ');
    return [{ name, values: texts, ...(remark !== '' && { remark }) }];
  } catch (error) {
    return [{ name, values: [], remark: error instanceof Error ? error.message : String(error) }];
  }
}

const ofBytes = new Set(['objectguid', 'ms-ds-consistencyguid', 'objectsid']);

function written(
  entry: Entry,
  name: string,
  values: readonly Buffer[],
): { readonly texts: readonly string[]; readonly kind: readonly string[] } {
  if (ofBytes.has(name.toLowerCase())) return { texts: [readId(entry, [name]).text], kind: [] };
  const meaning = meaningOf[name.toLowerCase()];
  if (meaning !== undefined) return { texts: entry.texts(name), kind: entry.texts(name).flatMap(meaning) };
  if (values.every(isText)) return { texts: values.map((value) => value.toString('utf8')), kind: [] };
  return { texts: values.map((value) => value.toString('hex')), kind: ['hex'] };
}

/** What numbers of Active Directory mean ([MS-ADTS] 2.2.16), for who knows them from its dialogs only. */
const meaningOf: Readonly<Record<string, (text: string) => readonly string[]>> = {
  accountexpires: (text) => (neverExpires.has(text) ? ['never'] : fileTime(text)),
  lockouttime: fileTime,
  pwdlastset: (text) => (text === '0' ? ['to be changed at the next logon'] : fileTime(text)),
  useraccountcontrol: flags([
    [0x2, 'disabled'],
    [0x20, 'no password required'],
    [0x1_0000, 'password never expires'],
    [0x4_0000, 'smart card required'],
  ]),
  'msds-user-account-control-computed': flags([
    [0x10, 'locked out'],
    [0x80_0000, 'password expired'],
  ]),
};

const neverExpires = new Set(['0', '9223372036854775807']);

function flags(names: readonly (readonly [number, string])[]): (text: string) => readonly string[] {
  return (text) => names.flatMap(([flag, name]) => ((Number(text) & flag) === 0 ? [] : [name]));
}

/** Units of 100 ns since 1601; what is no date is left alone. */
function fileTime(text: string): readonly string[] {
  const date = new Date(Number(text) / 10_000 - 11_644_473_600_000);
  const year = date.getUTCFullYear();
  return year > 1970 && year < 9999 ? [date.toISOString()] : [];
}

function isText(value: Buffer): boolean {
  return isUtf8(value) && !/[\p{Cc}]/u.test(value.toString('utf8'));
}
