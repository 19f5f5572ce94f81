/** What is known about a kind of directory. Whatever the administrator writes has the last word. */

export const presetNames = ['active-directory', 'openldap', 'freeipa', '389ds', 'lldap'] as const;
export type PresetName = (typeof presetNames)[number];

export interface Preset {
  readonly filter?: string;
  readonly username?: readonly string[];
  readonly attributes?: {
    readonly id?: string;
    readonly username?: string;
    readonly displayName?: string;
    readonly email?: string;
  };
  readonly groupFilter?: string;
  readonly groupNameAttribute?: string;
  readonly userMatchers?: readonly { readonly userAttribute: string; readonly groupAttribute: string }[];
  /** The way to find groups where none is configured and the base can be known. */
  readonly groups?: 'tokenGroups' | 'memberOf';
  /** The domain root of Active Directory always names its DNS zones, in which nobody is. */
  readonly ignoreReferrals?: boolean;
}

export const presets: Readonly<Record<PresetName, Preset>> = {
  'active-directory': {
    filter: '(&(objectCategory=person)(objectClass=user))',
    username: ['sAMAccountName', 'userPrincipalName'],
    attributes: {
      id: 'objectGUID',
      username: 'sAMAccountName',
      displayName: 'displayName',
      email: 'mail',
    },
    // Unique in its domain; a `cn` is not, and whoever may create a group somewhere could choose it.
    groupNameAttribute: 'sAMAccountName',
    groupFilter: '(objectClass=group)',
    groups: 'tokenGroups',
  },
  openldap: {
    filter: '(objectClass=inetOrgPerson)',
    username: ['uid'],
    attributes: { id: 'entryUUID' },
    groupFilter: '(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))',
    userMatchers: [
      { userAttribute: 'DN', groupAttribute: 'member' },
      { userAttribute: 'DN', groupAttribute: 'uniqueMember' },
      { userAttribute: 'uid', groupAttribute: 'memberUid' },
    ],
  },
  freeipa: {
    filter: '(objectClass=posixAccount)',
    username: ['uid'],
    attributes: { id: 'ipaUniqueID', displayName: 'displayName' },
    groupFilter: '(objectClass=ipaUserGroup)',
    groups: 'memberOf',
  },
  '389ds': {
    filter: '(objectClass=inetOrgPerson)',
    username: ['uid'],
    attributes: { id: 'nsUniqueId' },
    userMatchers: [
      { userAttribute: 'DN', groupAttribute: 'member' },
      { userAttribute: 'DN', groupAttribute: 'uniqueMember' },
    ],
  },
  lldap: {
    filter: '(objectClass=person)',
    username: ['uid', 'mail'],
    attributes: { id: 'entryUUID' },
    groups: 'memberOf',
  },
};
