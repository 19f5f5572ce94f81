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
    readonly emailVerified?: boolean;
  };
  readonly groupFilter?: string;
  readonly groupNameAttribute?: string;
  /** For `groupSearch`, which is never filled in by itself: where groups are is for the administrator to say. */
  readonly userMatchers?: readonly { readonly userAttribute: string; readonly groupAttribute: string }[];
  /** The way to find groups where none is configured. */
  readonly groups?: 'tokenGroups' | 'memberOf';
  /** Where `memberOf` names groups, below the suffix of the directory (`dc=…`); elsewhere it names other things. */
  readonly groupContainer?: string;
}

export const presets: Readonly<Record<PresetName, Preset>> = {
  'active-directory': {
    // Computers are users too; `objectCategory` is indexed, and leaves them out.
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
    // It also names roles, and rules of sudo and HBAC, which an ordinary account may not read.
    groupContainer: 'cn=groups,cn=accounts',
  },
  '389ds': {
    // `dsidm user create` makes the second, most else the first.
    filter: '(|(objectClass=inetOrgPerson)(objectClass=nsPerson))',
    username: ['uid'],
    attributes: { id: 'nsUniqueId' },
    groupFilter: '(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames))',
    userMatchers: [
      { userAttribute: 'DN', groupAttribute: 'member' },
      { userAttribute: 'DN', groupAttribute: 'uniqueMember' },
    ],
  },
  lldap: {
    filter: '(objectClass=person)',
    // Not `mail`: people change theirs, and could take the name of somebody else for it.
    username: ['uid'],
    attributes: { id: 'entryUUID', emailVerified: false },
    groupFilter: '(objectClass=groupOfNames)',
    groups: 'memberOf',
    groupContainer: 'ou=groups',
  },
};
