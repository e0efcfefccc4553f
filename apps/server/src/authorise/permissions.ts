/** The built-in roles. A user has one of these, or a role of the organisation's own. */
export const builtInRoles = [
  'administrator',
  'privileged-administrator',
  'password-administrator',
  'password-user',
  'password-auditor',
] as const;
export type BuiltInRole = (typeof builtInRoles)[number];
export type Role = BuiltInRole | 'custom';

/** Every kind of work a role may allow, by the name that roles list it under, and in words. */
export const permissions = {
  'manage-users': 'add, change, lock and delete users and user groups',
  'manage-roles': 'make and change roles',
  'read-access': 'see who may reach what, and why',
  'manage-resources': 'add, change and delete resources, accounts and resource groups',
  'share-resources': 'share what they hold, and give it away',
  'import-resources': 'import resources from files',
  'customise': 'set up fields, tags and resource types',
  'arrange-explorer': 'arrange the organisation’s explorer tree',
  'manage-passwords': 'settle rotations that need a person',
  'manage-policies': 'make and change password policies',
  'manage-listeners': 'set up and approve what runs after a reset',
  'view-passwords': 'open the passwords they hold',
  'read-audit': 'read and export the audit trail',
  'manage-settings': 'change settings, mail and certificates',
  'manage-security': 'change the privacy and security settings',
} as const; // prettier-ignore
export type Permit = keyof typeof permissions;
export const permits = Object.keys(permissions) as Permit[];

const administrator = permits.filter((permit) => permit !== 'manage-security');

/** What each built-in role may do at all; on what, ownership and shares say. */
export const permitsOf: Readonly<Record<BuiltInRole, readonly Permit[]>> = {
  'administrator': administrator,
  'privileged-administrator': permits,
  'password-administrator': [
    'manage-resources',
    'share-resources',
    'import-resources',
    'arrange-explorer',
    'manage-passwords',
    'view-passwords',
  ],
  'password-user': ['view-passwords'],
  'password-auditor': ['view-passwords', 'read-audit', 'read-access'],
}; // prettier-ignore

const isPermit = (name: string): name is Permit => Object.hasOwn(permissions, name);

/** What a role allows: a built-in one by the table above, one's own by what it lists. A name that is no permission any more allows nothing. */
export const permitsOfRole = (role: Role | null, custom: readonly string[] | null): readonly Permit[] =>
  role === null ? [] : role === 'custom' ? (custom ?? []).filter(isPermit) : permitsOf[role];
