import { z } from 'zod';
import { call, Empty, Line } from './call.ts';
import { RoleId } from './ids.ts';
import { Role } from './user.ts';

/** Every kind of work that a role may allow. */
export const RolePermission = z.enum([
  'manage-users',
  'manage-roles',
  'read-access',
  'manage-resources',
  'share-resources',
  'import-resources',
  'customise',
  'arrange-explorer',
  'manage-passwords',
  'manage-policies',
  'manage-listeners',
  'view-passwords',
  'read-audit',
  'manage-settings',
  'manage-security',
]);
export type RolePermission = z.infer<typeof RolePermission>;

/** A role with what it allows: a built-in one, or one of the organisation's own. */
export const RoleItem = z
  .object({
    id: Role,
    name: z.string(),
    description: z.string(),
    builtIn: z.boolean(),
    permissions: z.array(RolePermission),
    /** How many users have it; null for whoever neither manages users nor roles. */
    users: z.int().nullable(),
    /** Whether the asker may give it to somebody. */
    mayGive: z.boolean(),
    /** For `version` in updates; null for built-in ones. */
    version: z.int().nullable(),
    /** Actions the asker may do on it. */
    can: z.array(z.string()),
  })
  .meta({ id: 'Role' });
export type RoleItem = z.infer<typeof RoleItem>;

const about = {
  name: Line(80).min(1),
  description: Line(300).default(''),
};

export const listRoles = call({
  name: 'role.list',
  method: 'GET',
  path: '/roles',
  scope: 'read',
  summary: 'The roles, and every permission a role may hold in words.',
  input: Empty,
  reply: z.object({
    items: z.array(RoleItem),
    permissions: z.array(z.object({ name: RolePermission, says: z.string() })),
  }),
});
export const createRole = call({
  name: 'role.create',
  method: 'POST',
  path: '/roles',
  scope: 'administer',
  summary: 'Makes a role from another one: with its permissions, or those that are given.',
  input: z.object({ ...about, basedOn: Role, permissions: z.array(RolePermission).max(50).optional() }),
  reply: RoleItem,
});
export const updateRole = call({
  name: 'role.update',
  method: 'PATCH',
  path: '/roles/:roleId',
  scope: 'administer',
  summary: 'Changes one of the organisation’s own roles; who has it has the new permissions at once.',
  input: z.object({
    roleId: RoleId,
    version: z.int().optional(),
    name: about.name.optional(),
    description: Line(300).optional(),
    permissions: z.array(RolePermission).max(50).optional(),
  }),
  reply: RoleItem,
});
export const deleteRole = call({
  name: 'role.delete',
  method: 'DELETE',
  path: '/roles/:roleId',
  scope: 'administer',
  summary: 'Deletes one of the organisation’s own roles that nobody has.',
  input: z.object({ roleId: RoleId }),
  reply: Empty,
});
