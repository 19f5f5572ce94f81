/**
 * The people and groups of a company that has had Active Directory for twenty years: whatever an administrator, a
 * merger or a wedding can do to an account. Everybody's password is their account and `-secret`.
 */
import { accountControl, adDn, adGroup, adPerson, adUnit } from './ad-entries.ts';
import { ldifEntry, ldifReplace } from './ldif.ts';
import { adSuffix } from './samba-ad.ts';

export const corp = {
  staff: `OU=Staff,${adSuffix}`,
  berlin: `OU=Berlin,OU=Staff,${adSuffix}`,
  crowd: `OU=Crowd,${adSuffix}`,
  groups: `OU=Groups,${adSuffix}`,
  many: `OU=Many,OU=Groups,${adSuffix}`,
  /** An ordinary account, as a service account should be. */
  service: { dn: `CN=svc-gatehouse,CN=Users,${adSuffix}`, password: 'svc-gatehouse-secret' },
} as const;

/** More than the 1,500 values that Active Directory sends of an attribute at once. */
export const crowdSize = 1600;

/** Wrong passwords until an account is locked, in the half hour that the counter remembers. */
export const lockoutThreshold = 3;

/** Names that break what takes DNs and filters apart by hand. */
export const oddNames = [
  'Doe, John "Jack"',
  'back\\slash',
  '#hash',
  ' spaces at the ends ',
  'Jürgen Größe',
  'a+b <c> ;d',
  'par(en)*theses',
  'equals=sign',
  'zero\\00',
] as const;

/** In units of 100 ns since 1601. */
const longAgo = String((BigInt(Date.UTC(2020, 0, 1)) + 11_644_473_600_000n) * 10_000n);
const halfAnHour = String(-30n * 60n * 10_000_000n);
const noHours = Buffer.alloc(21);

export function corpDomain(): string {
  return [policy(), units(), people(), oddPeople(), groups(), oddGroups(), crowd(), oldPassword()].join('');
}

function policy(): string {
  return ldifReplace(adSuffix, {
    pwdProperties: '0',
    minPwdLength: '1',
    lockoutThreshold: String(lockoutThreshold),
    lockoutDuration: halfAnHour,
    lockOutObservationWindow: halfAnHour,
  });
}

function units(): string {
  const { staff, groups } = corp;
  return [
    adUnit('Staff'),
    adUnit('Berlin', staff),
    adUnit('Crowd'),
    adUnit('Groups'),
    adUnit('Many', groups),
    adPerson({ account: 'svc-gatehouse', attributes: { userAccountControl: accountControl.neverExpires } }),
  ].join('');
}

const accounts: readonly {
  readonly account: string;
  readonly is?: Readonly<Record<string, string | Buffer>>;
}[] = [
  { account: 'jane' },
  { account: 'john', is: { userPrincipalName: 'john.roe@example.com' } },
  { account: 'ringo' },
  { account: 'paula' },
  { account: 'busy' },
  { account: 'nobody-special' },
  { account: 'disabled', is: { userAccountControl: accountControl.disabled } },
  { account: 'expired', is: { accountExpires: longAgo } },
  {
    account: 'expired-disabled',
    is: { accountExpires: longAgo, userAccountControl: accountControl.disabled },
  },
  { account: 'must-change', is: { pwdLastSet: '0' } },
  { account: 'nighthawk', is: { logonHours: noHours } },
  { account: 'kiosk', is: { userWorkstations: 'LOBBY' } },
  { account: 'smartcard', is: { userAccountControl: accountControl.smartcard } },
  { account: 'password-expired' },
  { account: 'locked' },
  { account: 'guessed' },
  { account: 'moved' },
  { account: 'renamed' },
  { account: 'recreated' },
  { account: 'leaver' },
];

function people(): string {
  return accounts
    .map(({ account, is = {} }) => adPerson({ account, below: corp.berlin, attributes: is }))
    .join('');
}

function oddPeople(): string {
  return oddNames
    .map((name, n) => adPerson({ account: `odd-${n}`, name, below: corp.berlin }))
    .concat(adPerson({ account: 'jürgen', below: corp.staff }))
    .join('');
}

function groups(): string {
  const jane = adDn('jane', corp.berlin);
  const inGroups = (name: string) => adDn(name, corp.groups);
  const levels = [1, 2, 3, 4, 5].map((level) =>
    adGroup({
      name: `level-${level}`,
      below: corp.groups,
      members: [level === 1 ? jane : inGroups(`level-${level - 1}`)],
    }),
  );
  return [
    ...levels,
    adGroup({ name: 'ring-a', below: corp.groups, members: [adDn('ringo', corp.berlin)] }),
    adGroup({ name: 'ring-b', below: corp.groups, members: [inGroups('ring-a')] }),
    adGroup({ name: 'ring-c', below: corp.groups, members: [inGroups('ring-b')] }),
    ldifReplace(inGroups('ring-a'), { member: [adDn('ringo', corp.berlin), inGroups('ring-c')] }),
    adGroup({ name: 'local', kind: 'domainLocal', below: corp.groups, members: [jane] }),
    adGroup({ name: 'universal', kind: 'universal', below: corp.groups, members: [jane] }),
    adGroup({ name: 'newsletter', kind: 'distribution', below: corp.groups, members: [jane] }),
    adGroup({ name: 'contractors', below: corp.groups, members: [adDn('paula', corp.berlin)] }),
    adGroup({ name: 'externals', below: corp.groups, members: [inGroups('contractors')] }),
  ].join('');
}

/** One of each odd name, all with the people of the odd names in them, and all in one more. */
function oddGroups(): string {
  const people = oddNames.map((name) => adDn(name, corp.berlin));
  const named = oddNames.map((name, n) =>
    adGroup({ name, account: `odd-group-${n}`, below: corp.groups, members: people }),
  );
  const members = oddNames.map((name) => adDn(name, corp.groups));
  return [...named, adGroup({ name: 'odd parent', below: corp.groups, members })].join('');
}

/** One group that everybody of a crowd is in, and one person in as many groups. */
function crowd(): string {
  const numbers = Array.from({ length: crowdSize }, (_, n) => n);
  const busy = adDn('busy', corp.berlin);
  return [
    // Only the last of them has a password: the controller takes its time for each.
    ...numbers.slice(0, -1).map((n) =>
      ldifEntry(adDn(`crowd-${n}`, corp.crowd), {
        objectClass: 'user',
        sAMAccountName: `crowd-${n}`,
      }),
    ),
    adPerson({ account: `crowd-${crowdSize - 1}`, below: corp.crowd }),
    adGroup({
      name: 'everybody',
      below: corp.groups,
      members: [...numbers.map((n) => adDn(`crowd-${n}`, corp.crowd)), adDn('jane', corp.berlin)],
    }),
    ...numbers.map((n) => adGroup({ name: `many-${n}`, below: corp.many, members: [busy] })),
  ].join('');
}

/** Six years old, where the domain wants a new password every six weeks. */
function oldPassword(): string {
  return ldifReplace(adDn('password-expired', corp.berlin), { pwdLastSet: longAgo });
}
